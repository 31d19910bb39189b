"""The templates of shopper pages: Jinja2 with gettext, exact money, dates in the reader's calendar, plain addresses."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal, get_currency_precision
from django.conf import settings
from django.forms import BoundField
from django.template import engines
from django.utils import timezone, translation
from jinja2 import Environment, nodes
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

from marketplace.kernel.money import format_money
from plugins.api.money import Money
from storefront.addresses import address_lines
from storefront.assets_index import asset_url
from storefront.fragments import card_list
from storefront.phones import phone_text
from storefront.pictures import picture_set, picture_url

JSON_IN_HTML = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}


class ConstantWords(NodeTransformer):
    """Puts what never changes within a language into the template: messages without variables, addresses of files."""

    FOLDED: Mapping[str, Callable[[str], str]] = {"_": translation.gettext, "asset": asset_url}

    def visit_Call(self, node: nodes.Call, *args: Any, **kwargs: Any) -> nodes.Node:  # noqa: N802  named by Jinja
        self.generic_visit(node, *args, **kwargs)
        name = node.node.name if isinstance(node.node, nodes.Name) else ""
        is_plain = len(node.args) == 1 and not (node.kwargs or node.dyn_args or node.dyn_kwargs)
        if name not in self.FOLDED or not is_plain or not isinstance(node.args[0], nodes.Const):
            return node
        text = self.FOLDED[name](node.args[0].value)
        words = text % {} if name == "_" else text  # as the extension does, so that %% is one sign in both
        return nodes.MarkSafe(nodes.Const(words, lineno=node.lineno), lineno=node.lineno)


class ShopEnvironment(Environment):
    """Jinja2 for shopper pages. With a `language`, templates are compiled for it, their plain messages translated."""

    language = ""

    def _generate(
        self, source: nodes.Template, name: str | None, filename: str | None, defer_init: bool = False
    ) -> str:
        if self.language:
            with translation.override(self.language):
                ConstantWords().visit(source)
        return super()._generate(source, name, filename, defer_init)


@lru_cache(maxsize=16)
def environment_for(language: str) -> Environment:
    """Return the shop's environment for pages in a language; that language must be active when a page is drawn."""
    environment: ShopEnvironment = engines["shop"].env.overlay()  # type: ignore[attr-defined]
    environment.language = language
    return environment


def build_environment(**options: Any) -> Environment:
    """Return the Jinja2 environment that Django's backend asks for; templates escape everything by default."""
    environment = ShopEnvironment(**options, extensions=["jinja2.ext.i18n"], trim_blocks=True, lstrip_blocks=True)  # noqa: S701
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        translation.gettext, translation.ngettext, newstyle=True, pgettext=translation.pgettext
    )
    environment.globals.update(
        address_lines=address_lines,
        phone_text=phone_text,
        card_list=card_list,
        asset=asset_url,
        picture_url=picture_url,
        picture_set=picture_set,
        widget_attrs=widget_attributes,
    )
    environment.filters.update(
        money=money_text,
        amount=money_amount,
        day=day_text,
        words=words_text,
        json=json_markup,
        number=number_text,
        carrier=carrier_text,
    )
    return environment


def money_text(money: Money) -> str:
    """Return an amount as a shop writes it: 12,100円 in Japanese, US$98.00 or ¥12,100 in English. No tax words."""
    return format_money(money, translation.get_language() or "ja")


def money_amount(money: Money) -> str:
    """Return the bare amount for machines (JSON-LD): decimal point, no grouping, the currency's own decimals."""
    return f"{money.amount:.{get_currency_precision(money.currency)}f}"


@lru_cache(maxsize=1024)
def _day_text(day: date, language: str, style: str) -> str:
    patterns = {
        ("ja", "long"): "y年M月d日（E）",
        ("ja", "short"): "M月d日（E）",
        ("en", "long"): "EEE, d MMMM y",
        ("en", "short"): "EEE d MMM",
    }
    return format_date(day, patterns.get((language, style), "long"), locale=language)


def day_text(day: date | datetime, style: str = "long") -> str:
    """Return a day in the reader's language; a moment is taken in Japan's time. `style` is "long" or "short"."""
    if isinstance(day, datetime):
        day = timezone.localtime(day).date()
    return _day_text(day, translation.get_language() or "ja", style)


CARRIERS = {
    "宅配便": "Courier",
    "ヤマト運輸": "Yamato Transport",
    "佐川急便": "Sagawa Express",
    "日本郵便": "Japan Post",
    "ゆうパック": "Japan Post (Yu-Pack)",
    "西濃運輸": "Seino Transportation",
    "福山通運": "Fukuyama Transporting",
}


def carrier_text(name: str) -> str:
    """Return a carrier's name in the reader's language; one that is not known stays as its merchant wrote it."""
    return name if translation.get_language() == "ja" else CARRIERS.get(name, name)


def number_text(number: int | Decimal) -> str:
    """Return a number with grouping in the reader's language."""
    return format_decimal(number, locale=translation.get_language() or "ja")


def words_text(words: Any) -> str:
    """Return `words` (a mapping from language code) in the reader's language, else Japanese. A string stays."""
    if isinstance(words, str):
        return words
    return words.get(translation.get_language() or settings.LANGUAGE_CODE) or words.get("ja", "")


def widget_attributes(bound: BoundField) -> dict[str, str]:
    """Return what ties a form control to its help and its problems for screen readers."""
    told = [f"{bound.id_for_label}_help"] if bound.help_text else []
    told += [f"{bound.id_for_label}_problem"] if bound.errors else []
    attributes = {"aria-describedby": " ".join(told)} if told else {}
    return {**attributes, "aria-invalid": "true"} if bound.errors else attributes


def json_markup(value: Any) -> Markup:
    """Return JSON that is safe inside a script element: no character in it can end the element."""
    return Markup(json.dumps(value, ensure_ascii=False).translate(JSON_IN_HTML))  # noqa: S704

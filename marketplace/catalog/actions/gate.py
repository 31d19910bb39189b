"""The publish gate: what must hold before a listing goes on sale, and every day after."""

from __future__ import annotations

from datetime import date

from marketplace.catalog import markets, models
from marketplace.catalog.queries.listings import variants_from_json, view_of_row
from marketplace.kernel.money import is_whole
from marketplace.kernel.once import reading_once
from marketplace.merchants import queries as merchants
from marketplace.merchants.types import MerchantFile
from plugins.api.types import Problem
from plugins.runtime import hooks

TEXTS = {
    "catalog.name_missing": ("商品名（日本語）を入れてください。", "Please give the name in Japanese."),
    "catalog.no_variant": (
        "種類を一つ以上、品番とともに入れてください。",
        "Please give a variant with its SKU.",
    ),
    "catalog.no_market": ("販売先を一つ以上選んでください。", "Please choose at least one market."),
    "catalog.no_price": ("販売先の通貨で価格を入れてください。", "Please give a price in the market's currency."),
    "catalog.no_weight": ("発送時の重さを入れてください。", "Please give the weight with packing."),
    "catalog.no_legal_notice": ("特定商取引法に基づく表記を登録してください。", "Please complete the legal notice."),
    "catalog.not_open": (
        "出店の準備がまだ終わっていません。少しお待ちください。",
        "The shop is still being set up. Please wait.",
    ),
}


def problems_of(row: models.Listing, *, on_date: date) -> tuple[Problem, ...]:
    """Return everything that keeps a listing off sale on a day, or is worth saying: the mall's own demands, then the
    plugins'."""
    merchant = merchants.merchant_files(ids=[row.merchant_id], on_date=on_date)[row.merchant_id]
    return problems_with(row, merchant, on_date=on_date)


def problems_with(row: models.Listing, merchant: MerchantFile, *, on_date: date) -> tuple[Problem, ...]:
    """Return the same for whoever has read the merchant, as of the same day; no statement but those of plugins."""
    with reading_once():
        view = view_of_row(row, merchant.seen_with_all_permits)
        return (*_own(row, merchant), *hooks.gather("check_listing", listing=view, on_date=on_date))


def blocking(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """Return those that keep it off sale."""
    return tuple(problem for problem in problems if problem.blocks)


def _own(row: models.Listing, merchant: MerchantFile) -> list[Problem]:
    found = []
    variants = variants_from_json(row.variants)
    if not row.names.get("ja", "").strip():
        found.append(_problem(row, "catalog.name_missing", "name"))
    if not variants or not all(variant.sku for variant in variants):
        found.append(_problem(row, "catalog.no_variant", "variants"))
    if not row.markets:
        found.append(_problem(row, "catalog.no_market", "markets"))
    for code in row.markets:
        market = markets.get_market(code)
        prices = [variant.prices[code] for variant in variants if code in variant.prices]
        is_priced = market and prices and all(p.currency == market.currency and is_whole(p) and p for p in prices)
        if not is_priced:
            found.append(_problem(row, "catalog.no_price", f"price.{code}"))
    if not row.weight_g:
        found.append(_problem(row, "catalog.no_weight", "weight_g"))
    if merchant.legal is None:
        found.append(_problem(row, "catalog.no_legal_notice", "legal_notice"))
    if not (merchant.merchant.page_id and merchant.merchant.warehouse_id):
        found.append(_problem(row, "catalog.not_open", "merchant"))
    return found


def _problem(row: models.Listing, code: str, field: str) -> Problem:
    ja, en = TEXTS[code]
    return Problem(code=code, message={"ja": ja, "en": en}, field=field, subject=str(row.pk))

"""Apps that say what is net and what is gross: how they are asked, and what their answers mean.

A checkout keeps the last answer with a mark of what it was about; it counts for an hour unless that changes. An app
that gives no valid answer leaves prices without tax and a `tax_error`, with which nothing can be completed.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from infra.engine.apps.models import App
from infra.engine.checkout.models import Checkout
from infra.engine.checkout.taxes import ChannelTaxes
from infra.engine.deliveries.queries import subscribed_webhooks
from infra.engine.deliveries.sync import has_open_transaction
from infra.engine.money import ZERO, Money, TaxedMoney, quantize

if TYPE_CHECKING:
    from infra.engine.checkout.pricing import PricedCheckout

logger = logging.getLogger(__name__)
#: how long an answer holds unless the checkout changes
ANSWER_LIVES = timedelta(hours=1)
MOST = Decimal(999_999_999)
_ASKING: ContextVar[bool] = ContextVar("engine_asking_for_taxes", default=False)


class NoTaxes(Exception):  # noqa: N818 (it becomes the error's text, it is no fault of ours)
    """No app gave a valid answer; the text says why, at most 255 characters."""


class TaxesNotAsked(Exception):  # noqa: N818
    """Raised inside a transaction that needs an answer which has to be asked for outside of it."""


@dataclass(frozen=True, slots=True)
class TaxedAmount:
    """A total as an app taxed it; `rate` in percent."""

    net: Decimal
    gross: Decimal
    rate: Decimal

    def money(self, currency: str, *, charge: bool) -> tuple[TaxedMoney, Decimal]:
        """Return the amount and its rate, without the tax where none is charged."""
        net, gross = quantize(self.net, currency), quantize(self.gross, currency)
        return (TaxedMoney.of(net, gross, currency), self.rate) if charge else (TaxedMoney.of(net, net, currency), ZERO)


@dataclass(frozen=True, slots=True)
class Answer:
    """What an app said: the delivery, and the lines in the order they were told to it."""

    shipping: TaxedAmount
    lines: list[TaxedAmount]


def parse_answer(data: Any, *, line_count: int) -> Answer:
    """Return the answer of an app. Raises NoTaxes when it is none of the protocol."""
    if not isinstance(data, dict):
        raise NoTaxes("The answer is not an object.")
    lines = data.get("lines", [])
    if not isinstance(lines, list) or len(lines) != line_count:
        raise NoTaxes("Number of lines from tax data doesn't match the line number from order.")
    shipping = TaxedAmount(
        _amount(data, "shipping_price_net_amount"),
        _amount(data, "shipping_price_gross_amount"),
        _amount(data, "shipping_tax_rate"),
    )
    return Answer(shipping, [_line(line) for line in lines])


def _line(line: Any) -> TaxedAmount:
    if not isinstance(line, dict):
        raise NoTaxes("A line is not an object.")
    return TaxedAmount(
        _amount(line, "total_net_amount"), _amount(line, "total_gross_amount"), _amount(line, "tax_rate")
    )


def _amount(data: dict[str, Any], name: str) -> Decimal:
    value = data.get(name)
    try:
        amount = Decimal(str(value)) if isinstance(value, int | float | str) and not isinstance(value, bool) else None
    except InvalidOperation:
        amount = None
    if amount is None or not amount.is_finite() or not 0 <= amount <= MOST:
        raise NoTaxes(f"{name}: not an amount from 0.")
    return amount


def ask_for_taxes(*, event: str, taxable: dict[str, Any], taxes: ChannelTaxes) -> Answer | None:
    """Ask the channel's tax app, or all apps where none is named; the first valid answer counts, None for none.

    taxable: the contract's TaxableObject. Raises NoTaxes when the named app gave no valid answer.
    """
    from infra.engine.deliveries import ask

    app = _named_app(event, taxes.app_identifier) if taxes.app_identifier else None
    with _asking():
        answers = ask(event=event, obj=taxable, app=app)
    count = len(taxable["lines"])
    if app is not None:
        return parse_answer(answers[0][1] if answers else None, line_count=count)
    for other, data in answers:
        try:
            return parse_answer(data, line_count=count)
        except NoTaxes as problem:
            logger.warning("the taxes of app %s are not used: %s", other.identifier, problem)
    return None


def _named_app(event: str, identifier: str) -> App:
    app = App.objects.filter(identifier=identifier, is_active=True).order_by("-created").first()
    if app is None:
        raise NoTaxes("Configured tax app doesn't exist.")
    if not subscribed_webhooks(event=event, app=app):
        raise NoTaxes("Configured tax app's webhook for taxes calculation doesn't exists.")
    return app


@contextmanager
def _asking() -> Iterator[None]:
    token = _ASKING.set(True)
    try:
        yield
    finally:
        _ASKING.reset(token)


def may_ask() -> bool:
    """Return whether an app may be asked here: outside any transaction, and not to tell an app what it asks about."""
    return not _ASKING.get() and not has_open_transaction()


def apply_kept(priced: PricedCheckout) -> None:
    """Put what the tax app answered last into the prices, and note whether it must be asked again."""
    checkout, taxes = priced.checkout, priced.taxes
    now = timezone.now()
    if checkout.tax_basis != basis_of(priced) or checkout.taxed_until is None or checkout.taxed_until <= now:
        priced.tax_is_stale = True
        return
    priced.tax_error = checkout.tax_error
    kept = checkout.tax_answer
    if kept is None:
        return
    parts = [TaxedAmount(*(Decimal(value) for value in part)) for part in kept]
    for item, part in zip(priced.lines, parts[1:], strict=True):
        item.total, item.tax_rate = part.money(checkout.currency, charge=taxes.charge)
    priced.shipping, priced.shipping_tax_rate = parts[0].money(checkout.currency, charge=taxes.charge)


def basis_of(priced: PricedCheckout) -> str:
    """Return a mark of all that a tax app's answer about a checkout depends on."""
    checkout = priced.checkout
    lines = [[str(item.line.pk), item.line.quantity, str(item.base_total), item.tax_class_id] for item in priced.lines]
    parts = [
        lines,
        str(priced.shipping_base),
        str(priced.discount),
        checkout.shipping_address,
        checkout.billing_address,
        str(checkout.collection_point_id),
        checkout.tax_exemption,
        priced.taxes.app_identifier,
        priced.taxes.entered_with_tax,
    ]
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


def settle_taxes(items: Iterable[PricedCheckout], *, again: bool = False) -> None:
    """Ask the tax apps for the checkouts whose kept answer no longer counts, keep what they say and put it in.

    again: also ask where the last answer was none. Does nothing where nobody may be asked (`may_ask`).
    """
    for priced in items:
        if (priced.tax_is_stale or (again and priced.tax_error is not None)) and may_ask():
            _ask_and_keep(priced)


def _ask_and_keep(priced: PricedCheckout) -> None:
    checkout, error, answer = priced.checkout, None, None
    try:
        answer = ask_for_taxes(event="CHECKOUT_CALCULATE_TAXES", taxable=taxable_checkout(priced), taxes=priced.taxes)
    except NoTaxes as problem:
        logger.warning("checkout %s has no taxes: %s", checkout.pk, problem)
        error = str(problem)[:255]
    parts = None
    if answer is not None:
        parts = [[str(part.net), str(part.gross), str(part.rate)] for part in (answer.shipping, *answer.lines)]
    columns = {
        "tax_basis": basis_of(priced),
        "tax_answer": parts,
        "tax_error": error,
        "taxed_until": timezone.now() + ANSWER_LIVES,
    }
    Checkout.objects.filter(pk=checkout.pk).update(**columns)
    for name, value in columns.items():
        setattr(checkout, name, value)
    priced.tax_is_stale = False
    apply_kept(priced)


def taxable_checkout(priced: PricedCheckout) -> dict[str, Any]:
    """Return the contract's TaxableObject of a checkout."""
    checkout, currency = priced.checkout, priced.checkout.currency
    whole = priced.voucher is None or priced.voucher.is_for_order
    discount = Money(priced.discount, currency)
    return {
        "source_object": checkout,
        "prices_entered_with_tax": priced.taxes.entered_with_tax,
        "currency": currency,
        "shipping_price": Money(priced.shipping_base, currency),
        "address": checkout.shipping_address or checkout.billing_address,
        "discounts": [{"name": priced.discount_name, "amount": discount, "type": "SUBTOTAL"}]
        if priced.discount and whole
        else [],
        "lines": [
            {
                "source_line": item,
                "quantity": item.line.quantity,
                "charge_taxes": priced.taxes.charge,
                "product_name": item.line.variant.product.name,
                "variant_name": item.line.variant.name,
                "product_sku": item.line.variant.sku,
                "unit_price": Money(item.base_unit, currency),
                "total_price": Money(item.base_total, currency),
            }
            for item in priced.lines
        ],
        "channel": checkout.channel,
    }

"""Which lines an event of an order makes. Plain Python over what was sold and what was posted before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from marketplace.orders.types import OrderSums, PartView, RefundView
from marketplace.settlement import rules
from marketplace.settlement.types import (
    COMMISSION_REVENUE,
    COMMISSION_TAX,
    FX_BRIDGE,
    PAYABLE,
    PENDING,
    PSP_CLEARING,
    CommissionRule,
    Posting,
    Unbalanced,
)
from plugins.api.money import Money


def yen(amount: int) -> Money:
    return Money(Decimal(amount), "JPY")


def check_balanced(postings: Iterable[Posting]) -> None:
    """Raise `Unbalanced` unless the amounts sum to zero in every currency."""
    sums: dict[str, Money] = {}
    for each in postings:
        currency = each.amount.currency
        sums[currency] = sums.get(currency, Money.zero(currency)) + each.amount
    if any(sums.values()):
        raise Unbalanced(str(sums))


def payment(order: OrderSums, rule: CommissionRule) -> list[Posting]:
    """The charge came in: every merchant is owed its goods and delivery less commission and the tax on it."""
    lines = _cleared(order.total, order.yen_total)
    for part in order.parts:
        lines += _part(part, rule)
    return lines


def _part(part: PartView, rule: CommissionRule) -> list[Posting]:
    merchant = part.merchant_id
    lines = [Posting(PENDING, yen(-part.shipping_yen), "delivery", merchant)]
    commissions = []
    for line in part.lines:
        commission = rules.commission_on(line.yen, rule)
        commissions.append(commission)
        lines += [
            Posting(PENDING, yen(-line.yen), "sale", merchant, line.id),
            Posting(PENDING, yen(commission), "commission", merchant, line.id),
            Posting(COMMISSION_REVENUE, yen(-commission), "commission", "", line.id),
        ]
    tax = rules.tax_on(commissions, rule)
    lines += [
        Posting(PENDING, yen(tax), "commission_tax", merchant),
        Posting(COMMISSION_TAX, yen(-tax), "commission_tax"),
    ]
    return lines


def shipment(merchant_id: str, pending: int) -> list[Posting]:
    """The parcel left: what the merchant is owed for the part (`pending` yen, positive) may now be paid out."""
    return [
        Posting(PENDING, yen(pending), "shipment", merchant_id),
        Posting(PAYABLE, yen(-pending), "shipment", merchant_id),
    ]


def refund(
    part: PartView, given: RefundView, *, refunded: Mapping[str, int], rule: CommissionRule, account: str
) -> list[Posting]:
    """Money went back: afterwards commission and its tax are what they would be on the rest alone.

    Arguments: `refunded`, yen of each line that were posted as refunded before; `account`, where the merchant's money
    stands now. The lines' rounding is that of the sale: down per line, the tax down once for the part.
    """
    merchant = part.merchant_id
    back = {each.line_id: each.yen for each in given.lines}
    lines = _cleared(-given.amount, -given.yen)
    lines.append(Posting(account, yen(given.shipping_yen), "delivery_refund", merchant))
    before, after = [], []
    for line in part.lines:
        rest = line.yen - refunded.get(line.id, 0)
        before.append(rules.commission_on(rest, rule))
        after.append(rules.commission_on(rest - back.get(line.id, 0), rule))
        if line.id in back:
            returned = before[-1] - after[-1]
            lines += [
                Posting(account, yen(back[line.id]), "refund", merchant, line.id),
                Posting(account, yen(-returned), "commission", merchant, line.id),
                Posting(COMMISSION_REVENUE, yen(returned), "commission", "", line.id),
            ]
    tax = rules.tax_on(before, rule) - rules.tax_on(after, rule)
    lines += [
        Posting(account, yen(-tax), "commission_tax", merchant),
        Posting(COMMISSION_TAX, yen(tax), "commission_tax"),
    ]
    return lines


def _cleared(charge: Money, in_yen: int) -> list[Posting]:
    """What the provider holds. In a foreign currency the bridge carries it over to yen at the rate of the sale."""
    if charge.currency == "JPY":
        return [Posting(PSP_CLEARING, charge, "charge")]
    return [
        Posting(PSP_CLEARING, charge, "charge"),
        Posting(FX_BRIDGE, -charge, "charge"),
        Posting(FX_BRIDGE, yen(in_yen), "charge"),
    ]

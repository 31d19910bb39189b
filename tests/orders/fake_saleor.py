"""A few orders as Saleor keeps them, in memory, behind the door's own functions. For unit tests of the mall's half.

It refuses what Saleor refuses: fulfilling pieces that have a fulfillment, cancelling with fulfillments left, asking
twice for one granted refund.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from marketplace.saleor.types import (
    Address,
    SaleorFulfillment,
    SaleorGrantedRefund,
    SaleorOrder,
    SaleorOrderLine,
    SaleorProblem,
    SaleorRefused,
    SaleorTransaction,
    TaxedMoney,
)
from plugins.api import Money

PLACED = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
SUMIDA = Address(
    country="JP",
    postal_code="130-0001",
    country_area="東京都",
    city="墨田区",
    street1="吾妻橋1-1",
    last_name="山田",
    first_name="花",
)


def taxed(money: Money) -> TaxedMoney:
    return TaxedMoney(gross=money, net=money)


def make_line(line_id, *, product="p1", total=1000, quantity=1, currency="JPY", merchant="", name="切子の杯", **fields):
    money = taxed(Money(Decimal(total), currency))
    values = {
        "id": line_id,
        "product_id": product,
        "variant_id": f"v-{product}",
        "product_slug": product,
        "product_name": name,
        "variant_name": "",
        "translated_name": "",
        "translated_variant_name": "",
        "sku": f"sku-{product}",
        "merchant": merchant,
        "quantity": quantity,
        "quantity_fulfilled": 0,
        "quantity_to_fulfill": quantity,
        "tax_rate": Decimal("0.10"),
        "tax_class": "standard",
        "is_shipping_required": True,
        "price_override_reason": "",
        "unit_price": money,
        "undiscounted_unit_price": money,
        "total": money,
        "undiscounted_total": money,
        "allocations": {},
        "image_url": "",
        "metadata": {},
    }
    return SaleorOrderLine(**(values | fields))


def make_order(order_id="o1", *, lines, shipping=0, currency="JPY", breakdown="", **fields):
    goods = sum((line.total.gross for line in lines), Money.zero(currency))
    total = goods + Money(Decimal(shipping), currency)
    zero = Money.zero(currency)
    paid = SaleorTransaction(
        id=f"t-{order_id}",
        name="test",
        message="",
        psp_reference="psp-1",
        actions=("REFUND",),
        created_at=PLACED,
        authorized=zero,
        charged=total,
        charge_pending=zero,
        refunded=zero,
        refund_pending=zero,
        canceled=zero,
        events=(),
    )
    values = {
        "id": order_id,
        "number": "7",
        "created_at": PLACED,
        "updated_at": PLACED,
        "status": "UNCONFIRMED",
        "origin": "CHECKOUT",
        "charge_status": "FULL",
        "authorize_status": "NONE",
        "is_paid": True,
        "email": "buyer@example.com",
        "language": "ja",
        "channel": "jp",
        "currency": currency,
        "user_id": "",
        "checkout_id": "c1",
        "external_reference": "",
        "customer_note": "",
        "shipping_address": SUMIDA,
        "billing_address": SUMIDA,
        "delivery_name": "宅配便",
        "delivery_metadata": {"mall.parcels": breakdown} if breakdown else {},
        "subtotal": taxed(goods),
        "shipping": taxed(Money(Decimal(shipping), currency)),
        "shipping_tax_rate": Decimal("0.10"),
        "total": taxed(total),
        "undiscounted_total": taxed(total),
        "charged": total,
        "refunded": zero,
        "granted_refund": zero,
        "balance": zero,
        "lines": tuple(lines),
        "fulfillments": (),
        "granted_refunds": (),
        "transactions": (paid,),
        "metadata": {},
        "private_metadata": {},
    }
    return SaleorOrder(**(values | fields))


def refuse(code: str) -> SaleorRefused:
    return SaleorRefused((SaleorProblem(code=code, field="", message=code),))


class FakeSaleor:
    """Holds orders and counts the calls that change something. `refund_outcome`: what the provider answers."""

    def __init__(self):
        self.orders: dict[str, SaleorOrder] = {}
        self.calls: Counter[str] = Counter()
        self.refund_outcome = "SUCCESS"
        self._next = 0

    def get_order(self, *, order_id):
        return self.orders.get(order_id)

    def confirm_order(self, *, order_id):
        self.calls["confirm"] += 1
        if self.orders[order_id].status != "UNCONFIRMED":
            raise refuse("INVALID")
        self._set(order_id, status="UNFULFILLED")
        return "UNFULFILLED"

    def cancel_order(self, *, order_id):
        self.calls["cancel"] += 1
        if any(each.status != "CANCELED" for each in self.orders[order_id].fulfillments):
            raise refuse("CANNOT_CANCEL_ORDER")
        self._set(order_id, status="CANCELED")
        return "CANCELED"

    def fulfill_order(self, *, order_id, lines):
        self.calls["fulfill"] += 1
        order = self.orders[order_id]
        if order.status in ("UNCONFIRMED", "CANCELED"):
            raise refuse("INVALID")
        placed: Counter[str] = Counter()
        for each in order.fulfillments:
            placed.update(each.lines)
        made: dict[str, dict[str, int]] = {}
        for line in order.lines:
            for warehouse, quantity in lines.get(line.id, {}).items():
                if placed[line.id] + quantity > line.quantity:
                    raise refuse("FULFILL_ORDER_LINE")
                made.setdefault(warehouse, {})[line.id] = quantity
        new = [self._fulfillment(order, warehouse, content) for warehouse, content in made.items()]
        self._set(order_id, fulfillments=(*order.fulfillments, *new))
        return new

    def approve_fulfillment(self, *, fulfillment_id):
        self.calls["approve"] += 1
        return self._change(fulfillment_id, status="FULFILLED", wanted="WAITING_FOR_APPROVAL")

    def set_tracking(self, *, fulfillment_id, tracking_number):
        self.calls["track"] += 1
        return self._change(fulfillment_id, tracking_number=tracking_number)

    def cancel_fulfillment(self, *, fulfillment_id, warehouse_id=""):
        self.calls["cancel_fulfillment"] += 1
        order, found = self._find(fulfillment_id)
        if found.status != "WAITING_FOR_APPROVAL":
            raise refuse("CANNOT_CANCEL_FULFILLMENT")
        self._set(order.id, fulfillments=tuple(each for each in order.fulfillments if each.id != fulfillment_id))

    def grant_refund(self, *, order_id, transaction_id, amount, lines, reason, includes_shipping=False):
        self.calls["grant"] += 1
        order = self.orders[order_id]
        granted = SaleorGrantedRefund(self._id("g"), PLACED, amount, reason, "NONE", includes_shipping, dict(lines))
        assert transaction_id == order.transactions[0].id
        self._set(order_id, granted_refunds=(*order.granted_refunds, granted))
        return granted

    def request_refund(self, *, granted_refund_id):
        self.calls["request_refund"] += 1
        for order in self.orders.values():
            for granted in order.granted_refunds:
                if granted.id == granted_refund_id:
                    if granted.status in ("SUCCESS", "PENDING"):
                        raise refuse("REFUND_ALREADY_PROCESSED")
                    self.answer_refund(order.id, granted.id, self.refund_outcome)
                    return

    def answer_refund(self, order_id, granted_refund_id, status):
        order = self.orders[order_id]
        grants = tuple(
            replace(each, status=status) if each.id == granted_refund_id else each for each in order.granted_refunds
        )
        done = [each.amount for each in grants if each.status == "SUCCESS"]
        self._set(order_id, granted_refunds=grants, refunded=sum(done, Money.zero(order.currency)))

    def _fulfillment(self, order, warehouse, content):
        return SaleorFulfillment(
            self._id("f"), 1, "WAITING_FOR_APPROVAL", "", PLACED, warehouse, warehouse, content, {}
        )

    def _find(self, fulfillment_id):
        for order in self.orders.values():
            for each in order.fulfillments:
                if each.id == fulfillment_id:
                    return order, each
        raise refuse("NOT_FOUND")

    def _change(self, fulfillment_id, *, wanted="", **fields):
        order, found = self._find(fulfillment_id)
        if wanted and found.status != wanted:
            raise refuse("INVALID")
        changed = replace(found, **fields)
        rest = tuple(changed if each.id == fulfillment_id else each for each in order.fulfillments)
        self._set(order.id, fulfillments=rest)
        return changed

    def _set(self, order_id, **fields):
        self.orders[order_id] = replace(self.orders[order_id], **fields)

    def _id(self, kind):
        self._next += 1
        return f"{kind}{self._next}"

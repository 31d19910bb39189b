"""The one function that brings what Saleor says of an order into the mall. Repeating it changes nothing."""

from __future__ import annotations

import secrets
from datetime import date, datetime, timedelta

from django.db import transaction

from marketplace.catalog import actions as goods
from marketplace.catalog import queries as catalog
from marketplace.kernel import clock, fx
from marketplace.kernel.jobs.actions import enqueue
from marketplace.kernel.jobs.crash import crash_point
from marketplace.kernel.scope import all_merchants
from marketplace.merchants import queries as merchants
from marketplace.orders import area, kinds
from marketplace.orders.actions import refunds
from marketplace.orders.actions.problems import close_problem, open_problem
from marketplace.orders.models import BuyerLink, MerchantOrder, MerchantOrderLine, OrderRecord
from marketplace.orders.splitting import Split, SplitPart, line_totals, split_order
from marketplace.orders.types import UnableToSplit
from marketplace.saleor import orders as door
from marketplace.saleor.types import SaleorOrder

PAID = frozenset({"FULL", "OVERCHARGED"})
GIVEN_UP = frozenset({"CANCELED", "EXPIRED"})
#: a sale of the past is one of many that are entered together: its goods' pages wait for the next one
OF_THE_PAST_WITHIN = timedelta(minutes=5)
SOLD_ON, REFUNDED_ON, SIMULATED = "mall.sold_on", "mall.refunded_on", "mall.simulated"


def project_order(*, order_id: str) -> bool:
    """Read the order at Saleor and bring it into the mall. Returns whether the mall has it now.

    When it is first seen paid it is divided among its merchants, once and for ever, and its check is asked for. Later
    it only tells which refunds were made. An unpaid, expired or unknown order is not the mall's business, but its
    pieces are promised or free again, and the pages of its goods are asked to say so.
    Raises `SaleorUnavailable`. An order that cannot be divided is opened as a problem and stays unconfirmed.
    """
    order = door.get_order(order_id=order_id)
    if order is None:
        return False
    is_known = OrderRecord.objects.filter(order_id=order_id).exists()
    if not is_known or order.status in GIVEN_UP:
        within = OF_THE_PAST_WITHIN if _is_simulated(order) else timedelta(0)
        goods.ask_projection(product_ids=[line.product_id for line in order.lines], within=within)
    if not is_known:
        if not is_paid(order):
            return False
        try:
            _bring_in(order)
        except UnableToSplit as error:
            open_problem(order_id=order.id, number=order.number, code="orders.not_divided", detail=str(error))
            return False
    refunds.note_refunds(order=order)
    return True


def is_paid(order: SaleorOrder) -> bool:
    """Whether the mall takes an order in: all of it is charged, and it is neither given up nor a draft."""
    return order.charge_status in PAID and order.status not in ("DRAFT", "EXPIRED")


def _is_simulated(order: SaleorOrder) -> bool:
    """Private metadata, which only the app can write."""
    return order.private_metadata.get(SIMULATED) == "true"


def _bring_in(order: SaleorOrder) -> None:
    day = _day(order, SOLD_ON) or clock.day_of(order.created_at)
    rate = fx.rate_on(currency=order.currency, day=day)
    owners = _owners(order)
    known = merchants.merchants_by_id(ids=set(owners.values()))
    codes = {key: each.code for key, each in known.items()}
    split = split_order(order=order, owners=owners, yen_rate=rate.yen, codes=codes)
    products = [line.product_id for line in order.lines]
    categories = catalog.pool_category_of_products(ids=products)
    warehouses = {key: each.warehouse_id for key, each in known.items()}
    with transaction.atomic(), all_merchants("an order is divided among its merchants"):
        record, is_new = OrderRecord.objects.get_or_create(
            order_id=order.id, defaults=_fields(order, day=day, split=split, now=clock.now()) | {"yen_rate": rate.yen}
        )
        if not is_new:
            return
        for position, part in enumerate(split.parts):
            _save_part(record, position, part, order, categories, warehouses.get(part.merchant_id, ""))
        BuyerLink.objects.create(order=record, token=secrets.token_urlsafe(32))
        close_problem(order_id=order.id, code="orders.not_divided")
        payload = {"order_id": order.id}
        enqueue(kind=kinds.CHECK, key=order.id, payload=payload)
        enqueue(kind=kinds.POST_PAYMENT, key=order.id, payload=payload)
        crash_point("orders.divided-uncommitted")
    crash_point("orders.divided")


def _owners(order: SaleorOrder) -> dict[str, str]:
    """Whose each line is: by the catalogue, else by the product's own reference, which only the app can write.

    Never by the metadata of the line, which the buyer's page may have written.
    """
    known = catalog.merchants_of_products(ids=[line.product_id for line in order.lines])
    codes = merchants.ids_by_code(codes={line.merchant for line in order.lines if line.product_id not in known})
    found = {line.id: known.get(line.product_id) or codes.get(line.merchant) for line in order.lines}
    return {line_id: merchant for line_id, merchant in found.items() if merchant}


def _fields(order: SaleorOrder, *, day: date, split: Split, now: datetime) -> dict[str, object]:
    to = order.shipping_address
    return {
        "number": order.number,
        "market": order.channel,
        "currency": order.currency,
        "language": order.language,
        "email": order.email,
        "total": order.total.gross.amount,
        "shipping": order.shipping.gross.amount,
        "yen_total": split.yen_total,
        "transaction_id": next((each.id for each in order.transactions if each.charged), ""),
        "placed_at": order.created_at,
        "paid_at": now,
        "day_sold": day,
        "refunded_on": _day(order, REFUNDED_ON),
        "area": area.area_of(to),
        "country": to.country if to else "",
        "country_area": area.code_of(to)[:20],
        "address": _address(order),
        "is_simulated": _is_simulated(order),
    }


def _address(order: SaleorOrder) -> dict[str, str]:
    to = order.shipping_address
    if to is None:
        return {}
    name = f"{to.last_name} {to.first_name}" if to.country == "JP" else f"{to.first_name} {to.last_name}"
    return {
        "name": name.strip(),
        "company": to.company,
        "postal_code": to.postal_code,
        "country": to.country,
        "area": to.country_area,
        "city": f"{to.city}{to.city_area}",
        "street": f"{to.street1} {to.street2}".strip(),
        "phone": to.phone,
    }


def _save_part(
    record: OrderRecord,
    position: int,
    part: SplitPart,
    order: SaleorOrder,
    categories: dict[str, str],
    warehouse_id: str,
) -> None:
    row = MerchantOrder.objects.create(
        order=record,
        merchant_id=int(part.merchant_id),
        warehouse_id=warehouse_id or next(iter(part.lines[0].line.allocations), ""),
        position=position,
        goods=part.goods.amount,
        shipping=part.shipping.amount,
        shipping_yen=part.shipping_yen,
        promise=part.promise,
    )
    totals = line_totals(order)
    MerchantOrderLine.objects.bulk_create(
        MerchantOrderLine(
            part=row,
            line_id=each.line.id,
            position=number,
            product_id=each.line.product_id,
            variant_id=each.line.variant_id,
            sku=each.line.sku,
            name=each.line.translated_name or each.line.product_name,
            variant_name=each.line.translated_variant_name or each.line.variant_name,
            quantity=each.line.quantity,
            total=totals[each.line.id].amount,
            yen=each.yen,
            tax_rate=each.line.tax_rate,
            category=categories.get(each.line.product_id, "other"),
            image_url=each.line.image_url,
        )
        for number, each in enumerate(part.lines)
    )


def _day(order: SaleorOrder, key: str) -> date | None:
    value = order.private_metadata.get(key)
    return date.fromisoformat(value) if value else None

"""Reads of orders: one, many by the contract's filters."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.db.models.lookups import In

from infra.engine.orders.models import Fulfillment, Order, OrderLine
from infra.engine.prepared import PreparedRows
from infra.engine.schema.ids import int_pk, uuid_pk

SORTS = {
    "RANK": "number",
    "NUMBER": "number",
    "CREATION_DATE": "created_at",
    "CREATED_AT": "created_at",
    "LAST_MODIFIED_AT": "updated_at",
    "STATUS": "status",
    "FULFILLMENT_STATUS": "status",
    "CUSTOMER": "user_email",
    "PAYMENT": "charge_status",
}


def orders() -> QuerySet[Order]:
    """Return all orders with their channels and customers."""
    return Order.objects.select_related("channel", "user")


_ORDERS = PreparedRows(Order._meta.pk, lambda pks: orders().filter(pk__in=pks))


def orders_by_id(pks: Iterable[UUID | None]) -> dict[Any, Order]:
    """Return orders by key, with their channels and customers; keys of none are left out."""
    return {row.pk: row for row in _ORDERS(pks)}


def order_by_id(pk: UUID | None) -> Order | None:
    """Return an order, or None."""
    return orders_by_id([pk]).get(pk)


def sort_order(said: dict[str, Any] | None) -> tuple[str, ...]:
    """Return the names to sort by for OrderSortingInput, newest first without one."""
    if not said:
        return ("-number",)
    name = SORTS[said["field"]]
    sign = "-" if said["direction"] == "DESC" else ""
    return (f"{sign}{name}",) if name == "number" else (f"{sign}{name}", f"{sign}number")


def apply_where(rows: QuerySet[Order], said: dict[str, Any] | None) -> QuerySet[Order]:
    """Return the orders that OrderWhereInput (or CustomerOrderWhereInput) lets through."""
    return rows.filter(_where(said)) if said else rows


def _where(said: dict[str, Any]) -> Q:
    condition = Q()
    for name, value in said.items():
        if value is None:
            continue
        if name in ("AND", "OR"):
            condition &= _combined(name, value)
        else:
            condition &= _WHERE[name](value)
    return condition


def _combined(name: str, parts: list[dict[str, Any]]) -> Q:
    combined = Q()
    for part in parts:
        combined = combined & _where(part) if name == "AND" else combined | _where(part)
    return combined


def _either(column: str, read: Any = None) -> Any:
    """Return a condition for the inputs with `eq` and `oneOf`."""

    def build(said: dict[str, Any]) -> Q:
        condition = Q()
        if said.get("eq") is not None:
            condition &= Q(**{column: read(said["eq"]) if read else said["eq"]})
        if said.get("oneOf") is not None:
            condition &= Q(**{f"{column}__in": [read(item) if read else item for item in said["oneOf"]]})
        if said.get("range"):
            condition &= _range(column)(said["range"])
        return condition

    return build


def _range(column: str) -> Any:
    """Return a condition for the inputs with `gte` and `lte`."""

    def build(said: dict[str, Any]) -> Q:
        condition = Q()
        for bound in ("gte", "lte"):
            if said.get(bound) is not None:
                condition &= Q(**{f"{column}__{bound}": said[bound]})
        return condition

    return build


def metadata_condition(said: dict[str, Any], column: str = "metadata") -> Q:
    """Return the condition of MetadataFilterInput on the JSON column `column`; any text may be a key."""
    value = said.get("value")
    if not value:
        return Q(**{f"{column}__has_key": said["key"]})
    wanted = [value["eq"]] if value.get("eq") is not None else value.get("oneOf") or []
    return Q(In(KeyTextTransform(said["key"], column), wanted)) if wanted else Q(pk__in=[])


def _lines(said: list[dict[str, Any]]) -> Q:
    condition = Q()
    for item in said:
        if item.get("metadata"):
            rows = OrderLine.objects.filter(metadata_condition(item["metadata"]), order_id=OuterRef("pk"))
            condition &= Q(Exists(rows))
    return condition


def _fulfillments(said: list[dict[str, Any]]) -> Q:
    condition = Q()
    for item in said:
        rows = Fulfillment.objects.filter(order_id=OuterRef("pk"))
        if item.get("status"):
            rows = rows.filter(_either("status")(item["status"]))
        if item.get("metadata"):
            rows = rows.filter(metadata_condition(item["metadata"]))
        warehouse = item.get("warehouse") or {}
        if warehouse.get("slug"):
            rows = rows.filter(_either("lines__stock__warehouse__slug")(warehouse["slug"]))
        if warehouse.get("id"):
            read = _uuid_reader("Warehouse")
            rows = rows.filter(_either("lines__stock__warehouse_id", read)(warehouse["id"]))
        if warehouse.get("externalReference"):
            rows = rows.filter(_either("lines__stock__warehouse__external_reference")(warehouse["externalReference"]))
        condition &= Q(Exists(rows))
    return condition


def _uuid_reader(type_name: str) -> Any:
    return lambda gid: uuid_pk(gid, type_name)


def _int_reader(type_name: str) -> Any:
    return lambda gid: int_pk(gid, type_name)


def _ids(gids: Iterable[str]) -> Q:
    return Q(pk__in=[uuid_pk(gid, "Order") for gid in gids])


def _has_fulfillments(said: bool) -> Q:
    rows = Exists(Fulfillment.objects.filter(order_id=OuterRef("pk")))
    return Q(rows) if said else ~Q(rows)


def _amount(column: str) -> Any:
    """Return a condition for PriceFilterInput: an amount, in one currency if that is said."""

    def build(said: dict[str, Any]) -> Q:
        condition = _either(column)(said["amount"])
        return condition & Q(currency=said["currency"]) if said.get("currency") else condition

    return build


def _lines_count(said: dict[str, Any]) -> Q:
    counted = OrderLine.objects.order_by().values("order_id").annotate(count=Count("pk"))
    found = Q(pk__in=counted.filter(_either("count")(said)).values("order_id"))
    is_none = said.get("eq") == 0 or 0 in (said.get("oneOf") or ())
    return found | ~Q(pk__in=counted.values("order_id")) if is_none else found


def _collected(said: bool) -> Q:
    return Q(collection_point__isnull=not said)


_WHERE: dict[str, Any] = {
    "ids": _ids,
    "number": _either("number"),
    "channelId": _either("channel_id", _int_reader("Channel")),
    "createdAt": _range("created_at"),
    "updatedAt": _range("updated_at"),
    "user": _either("user_id", _int_reader("User")),
    "userEmail": _either("user_email"),
    "authorizeStatus": _either("authorize_status"),
    "chargeStatus": _either("charge_status"),
    "status": _either("status"),
    "checkoutToken": _either("checkout_token"),
    "checkoutId": _either("checkout_token", _uuid_reader("Checkout")),
    "metadata": metadata_condition,
    "lines": _lines,
    "fulfillments": _fulfillments,
    "hasFulfillments": _has_fulfillments,
    "voucherCode": _either("voucher_code"),
    "isClickAndCollect": _collected,
    "totalGross": _amount("total_gross"),
    "totalNet": _amount("total_net"),
    "linesCount": _lines_count,
}


def apply_filter(rows: QuerySet[Order], said: dict[str, Any] | None) -> QuerySet[Order]:
    """Return the orders that OrderFilterInput lets through."""
    for name, value in (said or {}).items():
        if value is not None:
            rows = rows.filter(_FILTER[name](value))
    return rows


def _statuses(said: list[str]) -> Q:
    condition = Q(status__in=said)
    if "READY_TO_FULFILL" in said:
        condition |= Q(status__in=("UNFULFILLED", "PARTIALLY_FULFILLED"), charge_status__in=("FULL", "OVERCHARGED"))
    if "READY_TO_CAPTURE" in said:
        condition |= Q(authorize_status="FULL") & ~Q(charge_status__in=("FULL", "OVERCHARGED"))
    return condition


def _metadata_pairs(said: list[dict[str, Any]]) -> Q:
    condition = Q()
    for pair in said:
        value = {"eq": pair["value"]} if pair.get("value") is not None else None
        condition &= metadata_condition({"key": pair["key"], "value": value})
    return condition


def _search(said: str) -> Q:
    text = said.strip()
    condition = Q(user_email__icontains=text)
    return condition | Q(number=int(text)) if text.isdecimal() and len(text) < 18 else condition


_FILTER: dict[str, Any] = {
    "status": _statuses,
    "customer": lambda said: Q(user_email__icontains=said),
    "created": _range("created_at__date"),
    "search": _search,
    "metadata": _metadata_pairs,
    "channels": lambda said: Q(channel_id__in=[int_pk(gid, "Channel") for gid in said]),
    "isClickAndCollect": _collected,
    "authorizeStatus": lambda said: Q(authorize_status__in=said),
    "chargeStatus": lambda said: Q(charge_status__in=said),
    "updatedAt": _range("updated_at"),
    "ids": _ids,
    "checkoutTokens": lambda said: Q(checkout_token__in=said),
    "numbers": lambda said: Q(number__in=[int(number) for number in said if number.isdecimal() and len(number) < 18]),
    "checkoutIds": lambda said: Q(checkout_token__in=[uuid_pk(gid, "Checkout") for gid in said]),
}

"""Lists of people: searched, filtered and ordered as the contract has it."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact

from infra.engine.customers.models import User
from infra.engine.orders.models import Order
from infra.engine.schema.ids import asked_int
from infra.engine.schema.searching import words_of

SORTS = {
    "FIRST_NAME": ("first_name", "last_name", "pk"),
    "LAST_NAME": ("last_name", "first_name", "pk"),
    "EMAIL": ("email",),
    "CREATED_AT": ("date_joined", "pk"),
    "LAST_MODIFIED_AT": ("updated_at", "pk"),
    "ORDER_COUNT": ("order_count", "email"),
}
SEARCHED = ("email", "first_name", "last_name")
TEXTS = {"email": "email", "firstName": "first_name", "lastName": "last_name"}
MOMENTS = {"dateJoined": "date_joined", "updatedAt": "updated_at"}


def search_people(rows: QuerySet[User], text: str | None) -> QuerySet[User]:
    """Keep those of whom every word of `text` is in the e-mail, a name or an address."""
    for word in words_of(text):
        found = Q(*[(f"{name}__icontains", word) for name in SEARCHED], _connector=Q.OR)
        streets = User.addresses.through.objects.filter(user_id=OuterRef("pk")).filter(
            Q(address__first_name__icontains=word)
            | Q(address__last_name__icontains=word)
            | Q(address__city__icontains=word)
            | Q(address__street_address_1__icontains=word)
            | Q(address__phone__icontains=word)
        )
        rows = rows.filter(found | Exists(streets))
    return rows


def filter_people(rows: QuerySet[User], wanted: dict[str, Any]) -> QuerySet[User]:
    """Apply a `filter` (CustomerFilterInput, StaffUserInput)."""
    rows = search_people(rows, wanted.get("search"))
    if wanted.get("ids"):
        rows = rows.filter(pk__in=[asked_int(gid, "User") for gid in wanted["ids"]])
    for pair in wanted.get("metadata") or ():
        rows = rows.filter(_has_metadata(pair["key"], pair.get("value")))
    days = wanted.get("dateJoined") or {}
    rows = rows.filter(**_range("date_joined__date", days)) if days else rows
    moments = wanted.get("updatedAt") or {}
    rows = rows.filter(**_range("updated_at", moments)) if moments else rows
    if wanted.get("numberOfOrders"):
        rows = count_orders(rows).filter(**_range("order_count", wanted["numberOfOrders"]))
    if wanted.get("placedOrders"):
        placed = Order.objects.filter(user_id=OuterRef("pk"), **_range("created_at__date", wanted["placedOrders"]))
        rows = rows.filter(Exists(placed))
    return rows


def where_people(where: dict[str, Any]) -> Q:
    """Return the condition of a CustomerWhereInput: all of it must hold."""
    found = Q()
    if where.get("ids"):
        found &= Q(pk__in=[asked_int(gid, "User") for gid in where["ids"]])
    for name, column in TEXTS.items():
        found &= _one_of(column, where.get(name) or {})
    if where.get("isActive") is not None:
        found &= Q(is_active=where["isActive"])
    for name, column in MOMENTS.items():
        found &= Q(**_range(column, where.get(name) or {}))
    if where.get("metadata"):
        said = where["metadata"]
        value = said.get("value") or {}
        one = Q()
        if value.get("eq") is not None:
            one = _has_metadata(said["key"], value["eq"])
        elif value.get("oneOf"):
            for each in value["oneOf"]:
                one |= _has_metadata(said["key"], each)
        found &= one if value else _has_metadata(said["key"], None)
    for part in where.get("AND") or ():
        found &= where_people(part)
    either = where.get("OR") or ()
    if either:
        some = Q(pk__in=[])
        for part in either:
            some |= where_people(part)
        found &= some
    return found


def order_people(rows: QuerySet[User], sort: dict[str, Any] | None) -> tuple[QuerySet[User], tuple[str, ...]]:
    """Return (rows, order) of a UserSortingInput; by e-mail without one."""
    names = SORTS.get((sort or {}).get("field", "EMAIL"), SORTS["EMAIL"])
    if names[0] == "order_count":
        rows = count_orders(rows)
    down = "-" if sort and sort.get("direction") == "DESC" else ""
    order = tuple(f"{down}{name}" for name in names)
    return rows, order if order[-1].lstrip("-") in ("pk", "email") else (*order, "pk")


def count_orders(rows: QuerySet[User]) -> QuerySet[User]:
    """Return `rows` with `order_count`."""
    orders = Order.objects.order_by().filter(user_id=OuterRef("pk")).values("user_id")
    return rows.annotate(order_count=Coalesce(Subquery(orders.annotate(n=Count("pk")).values("n")), 0))


def _range(column: str, said: dict[str, Any]) -> dict[str, Any]:
    names = {"gte": "gte", "lte": "lte"}
    return {f"{column}__{names[name]}": said[name] for name in names if said.get(name) is not None}


def _one_of(column: str, said: dict[str, Any]) -> Q:
    found = Q()
    if said.get("eq") is not None:
        found &= Q(**{column: said["eq"]})
    if said.get("oneOf"):
        found &= Q(**{f"{column}__in": said["oneOf"]})
    return found


def _has_metadata(key: str, value: str | None) -> Q:
    return Q(metadata__has_key=key) if value is None else Q(Exact(KeyTextTransform(key, "metadata"), Value(value)))

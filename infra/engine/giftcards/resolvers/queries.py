"""giftCard and giftCards, with their filters and orders; giftCardTags, giftCardCurrencies."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from infra.engine.giftcards.models import GiftCard, GiftCardTag
from infra.engine.giftcards.resolvers.types import STAFF
from infra.engine.products.filters import match_metadata
from infra.engine.schema.binding import declare, requires, root
from infra.engine.schema.connections import connect
from infra.engine.schema.context import Context
from infra.engine.schema.errors import EngineError
from infra.engine.schema.ids import asked_int, int_pk
from infra.engine.schema.searching import words_of

SORTS = {
    "PRODUCT": ("product__name", "product__slug", "pk"),
    "USED_BY": ("used_by__first_name", "used_by__last_name", "created_at", "pk"),
    "CURRENT_BALANCE": ("current_balance_amount", "created_at", "pk"),
    "CREATED_AT": ("created_at", "pk"),
    # the contract's rank is how well a search matches; here a match matches, and newer ones come later
    "RANK": ("pk",),
}
SEARCHED = (
    "code__istartswith",
    "tags__name__istartswith",
    "used_by_email__istartswith",
    "created_by_email__istartswith",
    "used_by__first_name__istartswith",
    "used_by__last_name__istartswith",
    "created_by__first_name__istartswith",
    "created_by__last_name__istartswith",
)
for _type in ("GiftCard", "GiftCardTag"):
    declare(f"{_type}CountableConnection", "edges pageInfo totalCount")
    declare(f"{_type}CountableEdge", "node cursor")


@root("Query", "giftCard")
@requires(*STAFF)
def gift_card(context: Context, args: dict[str, Any]) -> Any:
    return GiftCard.objects.filter(pk=asked_int(args["id"], "GiftCard")).first()


@root("Query", "giftCards")
@requires(*STAFF)
def gift_cards(context: Context, args: dict[str, Any]) -> Any:
    said, sort = args.get("filter") or {}, args.get("sortBy") or {}
    if sort.get("field") == "CURRENT_BALANCE" and not said.get("currency"):
        raise EngineError("Sorting by balance requires filtering by currency.", "GraphQLError")
    rows = _filtered(GiftCard.objects.select_related("product", "used_by"), said)
    for word in words_of(args.get("search")):
        matches = Q(code__iendswith=word)
        for lookup in SEARCHED:
            matches |= Q(**{lookup: word})
        rows = rows.filter(pk__in=GiftCard.objects.filter(matches).order_by().values("pk"))
    return connect(rows, args, order=_order(sort))


def _order(sort: dict[str, Any]) -> tuple[str, ...]:
    if not sort:
        return ("code",)
    names = SORTS[sort.get("field") or "CREATED_AT"]
    return tuple(f"-{name}" for name in names) if sort["direction"] == "DESC" else names


def _filtered(rows: QuerySet[GiftCard], said: dict[str, Any]) -> QuerySet[GiftCard]:
    for name, column in (("products", "product"), ("usedBy", "used_by"), ("assignedTo", "assigned_to")):
        if said.get(name):
            kind = "Product" if name == "products" else "User"
            rows = rows.filter(**{f"{column}_id__in": [int_pk(gid, kind) for gid in said[name]]})
    for name, column in (("code", "code"), ("createdByEmail", "created_by_email"), ("currency", "currency")):
        if said.get(name):
            rows = rows.filter(**{column: said[name]})
    if said.get("tags"):
        rows = rows.filter(pk__in=GiftCard.tags.through.objects.filter(_tagged(said["tags"])).values("giftcard_id"))
    if said.get("used") is not None:
        rows = rows.filter(used_by_email__isnull=not said["used"])
    if said.get("isActive") is not None:
        rows = rows.filter(is_active=said["isActive"])
    return _in_ranges(rows.filter(match_metadata(said.get("metadata"))), said)


def _tagged(names: list[str]) -> Q:
    return Q(giftcardtag__name__in=names)


def _in_ranges(rows: QuerySet[GiftCard], said: dict[str, Any]) -> QuerySet[GiftCard]:
    for name, column in (("currentBalance", "current_balance_amount"), ("initialBalance", "initial_balance_amount")):
        bounds = said.get(name)
        if bounds is None:
            continue
        if not said.get("currency"):
            text = "You must provide a `currency` filter parameter for filtering by price."
            raise EngineError(text, "GraphQLError")
        for bound in ("gte", "lte"):
            if bounds.get(bound):
                rows = rows.filter(**{f"{column}__{bound}": bounds[bound]})
    return rows


@root("Query", "giftCardTags")
@requires(*STAFF)
def gift_card_tags(context: Context, args: dict[str, Any]) -> Any:
    search = (args.get("filter") or {}).get("search")
    rows = GiftCardTag.objects.filter(name__icontains=search) if search else GiftCardTag.objects.all()
    return connect(rows, args, order=("name",))


@root("Query", "giftCardCurrencies")
@requires(*STAFF)
def gift_card_currencies(context: Context, args: dict[str, Any]) -> Any:
    return sorted(GiftCard.objects.order_by().values_list("currency", flat=True).distinct())

"""Vouchers, their codes and channels, as they are read."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, F, Min, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from infra.engine.customers.countries import as_country
from infra.engine.deliveries import declare_event
from infra.engine.discounts.models import Voucher, VoucherChannelListing, VoucherCode
from infra.engine.discounts.vouchers import uses_of
from infra.engine.money import Money
from infra.engine.products.filters import match_metadata, pks
from infra.engine.products.loading import children, in_channel, related
from infra.engine.products.models import Category, Channel, Collection, Product, ProductVariant
from infra.engine.products.resolvers.translations import Translatable, make_translatable
from infra.engine.schema.binding import Batch, declare, field, name_type, requires, root
from infra.engine.schema.connections import connect
from infra.engine.schema.context import Context
from infra.engine.schema.errors import EngineError
from infra.engine.schema.ids import asked_int, bind_ids
from infra.engine.schema.metadata import register_metadata

MANAGE = "MANAGE_DISCOUNTS"
name_type(Voucher, "Voucher")
name_type(VoucherCode, "VoucherCode")
bind_ids(Voucher="Voucher", VoucherCode="VoucherCode", VoucherChannelListing="VoucherChannelListing")
register_metadata("Voucher", Voucher, public=(MANAGE,), private=(MANAGE,), event="VOUCHER_METADATA_UPDATED")
declare(
    "Voucher",
    "name usageLimit startDate endDate applyOncePerOrder applyOncePerCustomer singleUse onlyForStaff "
    "minCheckoutItemsQuantity discountValueType type",
)
declare("VoucherCode", "code used isActive createdAt")
declare("VoucherChannelListing", "discountValue currency")
declare("VoucherFilterInput", "status timesUsed discountType started search metadata ids")
for _type in ("Voucher", "VoucherCode"):
    declare(f"{_type}CountableConnection", "edges pageInfo totalCount")
    declare(f"{_type}CountableEdge", "node cursor")
for _event in ("CREATED", "UPDATED", "DELETED", "METADATA_UPDATED"):
    declare_event(f"VOUCHER_{_event}", "voucher")
for _event in ("CREATED", "DELETED"):
    declare_event(f"VOUCHER_CODES_{_event}", "voucherCodes")
make_translatable(Translatable("Voucher", Voucher, "name", "voucherId", "voucherTranslate", "voucher"))
SORTS = {
    "CODE": ("first_code", "pk"),
    "NAME": ("name", "pk"),
    "START_DATE": ("start_date", "name", "pk"),
    "END_DATE": ("end_date", "name", "pk"),
    "VALUE": ("value_there", "name", "pk"),
    "TYPE": ("type", "name", "pk"),
    "USAGE_LIMIT": ("usage_limit", "name", "pk"),
    "MINIMUM_SPENT_AMOUNT": ("min_spent_there", "name", "pk"),
}


@root("Query", "voucher")
@requires(MANAGE)
def voucher(context: Context, args: dict[str, Any]) -> Any:
    row = Voucher.objects.filter(pk=asked_int(args["id"], "Voucher")).first()
    return in_channel(row, args.get("channel"))


@root("Query", "vouchers")
@requires(MANAGE)
def vouchers(context: Context, args: dict[str, Any]) -> Any:
    rows = _filtered(Voucher.objects.all(), args.get("filter") or {}, context)
    slug = args.get("channel")
    if slug:
        rows = rows.filter(channel_listings__channel__slug=slug)
    if args.get("query"):
        rows = rows.filter(_named(args["query"]))
    return _InChannel(rows, args, slug)


def _InChannel(rows: QuerySet[Voucher], args: dict[str, Any], slug: str | None) -> Any:  # noqa: N802
    connection = connect(_sorted(rows, args.get("sortBy"), slug), args, order=_order(args.get("sortBy")))
    for edge in connection.edges:
        in_channel(edge["node"], slug)
    return connection


def _order(sort: dict[str, Any] | None) -> list[str]:
    sign = "-" if sort and sort["direction"] == "DESC" else ""
    return [f"{sign}{name}" for name in SORTS[(sort or {"field": "NAME"})["field"]]]


def _sorted(rows: QuerySet[Voucher], sort: dict[str, Any] | None, slug: str | None) -> QuerySet[Voucher]:
    """Return `rows` with the column they are to be sorted by. Raises EngineError when that needs a channel."""
    sort = sort or {}
    there = sort.get("channel") or slug
    columns = {
        "VALUE": ("value_there", "discount_value"),
        "MINIMUM_SPENT_AMOUNT": ("min_spent_there", "min_spent_amount"),
    }
    if sort.get("field") in columns:
        if not there:
            raise EngineError("A default channel does not exist.", "GraphQLError")
        name, column = columns[sort["field"]]
        condition = Q(channel_listings__channel__slug=there)
        return rows.annotate(**{name: Min(f"channel_listings__{column}", filter=condition)})
    if sort.get("field") == "CODE":
        codes = VoucherCode.objects.filter(voucher=OuterRef("pk"))
        return rows.annotate(first_code=Subquery(codes.values("code")[:1]))
    return rows


def _named(text: str) -> Q:
    codes = VoucherCode.objects.filter(voucher=OuterRef("pk"), code__icontains=text)
    return Q(name__icontains=text) | Q(Exists(codes))


def _filtered(rows: QuerySet[Voucher], said: dict[str, Any], context: Context) -> QuerySet[Voucher]:
    rows = rows.filter(match_metadata(said.get("metadata")))
    if said.get("ids"):
        rows = rows.filter(pk__in=pks(said["ids"], "Voucher"))
    if said.get("search"):
        rows = rows.filter(_named(said["search"]))
    if said.get("status"):
        rows = rows.annotate(uses=Coalesce(Sum("codes__used"), 0)).filter(_has_status(said["status"], context))
    if said.get("discountType"):
        kinds = said["discountType"]
        values = [kind for kind in kinds if kind != "SHIPPING"]
        wanted = Q(discount_value_type__in=values) | (Q(type="SHIPPING") if "SHIPPING" in kinds else Q(pk__in=[]))
        rows = rows.filter(wanted)
    if said.get("timesUsed"):
        rows = rows.annotate(times=Sum("codes__used"))
        rows = rows.filter(_between("times", said["timesUsed"]))
    return rows.filter(_between("start_date", said["started"])) if said.get("started") else rows


def _has_status(wanted: list[str], context: Context) -> Q:
    now, used_up = context.now, Q(usage_limit__isnull=False, usage_limit__lte=F("uses"))
    states = {
        "ACTIVE": Q(start_date__lte=now) & (Q(end_date=None) | Q(end_date__gte=now)) & ~used_up,
        "EXPIRED": Q(start_date__lt=now) & (Q(end_date__lt=now) | used_up),
        "SCHEDULED": Q(start_date__gt=now),
    }
    condition = Q(pk__in=[])
    for name in wanted:
        condition |= states[name]
    return condition


def _between(column: str, bounds: dict[str, Any]) -> Q:
    condition = Q()
    for name in ("gte", "lte"):
        if bounds.get(name) is not None:
            condition &= Q(**{f"{column}__{name}": bounds[name]})
    return condition


def _codes(batch: Batch) -> list[list[VoucherCode]]:
    return children(batch, VoucherCode.objects.all(), "voucher_id")


@field("Voucher", "codes", args="before after first last")
@requires(MANAGE)
def voucher_codes(batch: Batch) -> list[Any]:
    return [
        connect(VoucherCode.objects.filter(voucher=row), batch.args, order=("-created_at", "code", "pk"))
        for row in batch.parents
    ]


@field("Voucher", "code")
def voucher_code(batch: Batch) -> list[Any]:
    return [codes[-1].code if codes else None for codes in _codes(batch)]


@field("Voucher", "used")
def voucher_used(batch: Batch) -> list[Any]:
    return [uses_of(row.pk) for row in batch.parents]


def _members(name: str, model: Any, *permissions: str) -> None:
    def members(batch: Batch) -> list[Any]:
        found = []
        for row in batch.parents:
            page = connect(getattr(row, name).all(), batch.args, order=("pk",))
            slug = getattr(row, "channel_slug", None)
            for edge in page.edges:
                in_channel(edge["node"], slug)
            found.append(page)
        return found

    guarded = requires(*permissions)(members) if permissions else members
    field("Voucher", name, args="before after first last")(guarded)


for _name, _model in (("products", Product), ("variants", ProductVariant), ("collections", Collection)):
    _members(_name, _model, MANAGE)
_members("categories", Category)


@field("Voucher", "countries")
def voucher_countries(batch: Batch) -> list[Any]:
    return [[as_country(code) for code in row.countries] for row in batch.parents]


@field("Voucher", "channelListings")
@requires(MANAGE)
def voucher_channel_listings(batch: Batch) -> list[Any]:
    return children(batch, VoucherChannelListing.objects.all(), "voucher_id")


def _there(batch: Batch) -> list[VoucherChannelListing | None]:
    """Return each voucher's listing in the channel that was asked about; None when none was, or it has none there."""
    slugs = {row.pk: getattr(row, "channel_slug", None) for row in batch.parents}
    rows = VoucherChannelListing.objects.filter(voucher__in=list(slugs)).select_related("channel")
    found = {(row.voucher_id, row.channel.slug): row for row in rows} if any(slugs.values()) else {}
    return [found.get((row.pk, slugs[row.pk] or "")) for row in batch.parents]


@field("Voucher", "discountValue")
def voucher_discount_value(batch: Batch) -> list[Any]:
    return [listing.discount_value if listing is not None else None for listing in _there(batch)]


@field("Voucher", "currency")
def voucher_currency(batch: Batch) -> list[Any]:
    return [listing.currency if listing is not None else None for listing in _there(batch)]


@field("Voucher", "minSpent")
def voucher_min_spent(batch: Batch) -> list[Any]:
    return [_min_spent(listing) for listing in _there(batch)]


def _min_spent(listing: VoucherChannelListing | None) -> Money | None:
    if listing is None or listing.min_spent_amount is None:
        return None
    return Money(listing.min_spent_amount, listing.currency)


@field("VoucherChannelListing", "channel")
def listing_channel(batch: Batch) -> list[Any]:
    return related(batch, Channel, "channel_id")


@field("VoucherChannelListing", "minSpent")
def listing_min_spent(batch: Batch) -> list[Any]:
    return [_min_spent(row) for row in batch.parents]

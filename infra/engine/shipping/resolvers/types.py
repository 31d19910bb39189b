"""ShippingZone, ShippingMethodType and what belongs to them."""

from __future__ import annotations

from typing import Any

from django.db.models import Max, Min

from infra.engine.customers.countries import as_country, country_names
from infra.engine.deliveries import declare_event
from infra.engine.money import Money
from infra.engine.products.loading import children, in_channel, related, with_channels
from infra.engine.products.models import Channel, Product, TaxClass
from infra.engine.products.resolvers.products import as_weight
from infra.engine.schema.binding import Batch, declare, field, name_type, requires, root
from infra.engine.schema.connections import connect
from infra.engine.schema.context import Context
from infra.engine.schema.errors import PermissionDenied
from infra.engine.schema.ids import asked_int, bind_ids, int_pk
from infra.engine.schema.metadata import register_metadata
from infra.engine.schema.permissions import APP, STAFF_USER
from infra.engine.shipping.models import PostalCodeRule, ShippingMethod, ShippingMethodListing, ShippingZone

SHIPPING = ("MANAGE_SHIPPING",)
PAGES = "before after first last"
register_metadata("ShippingZone", ShippingZone, private=SHIPPING, event="SHIPPING_ZONE_METADATA_UPDATED")
register_metadata("ShippingMethodType", ShippingMethod, private=SHIPPING)
name_type(ShippingMethodListing, "ShippingMethodChannelListing")
name_type(PostalCodeRule, "ShippingMethodPostalCodeRule")
bind_ids(
    ShippingZone="ShippingZone",
    ShippingMethodType="ShippingMethodType",
    ShippingMethodChannelListing="ShippingMethodChannelListing",
    ShippingMethodPostalCodeRule="ShippingMethodPostalCodeRule",
)
declare("ShippingZone", "name default description")
declare("ShippingMethodType", "name description type maximumDeliveryDays minimumDeliveryDays")
declare("ShippingMethodPostalCodeRule", "start end inclusionType")
declare("MoneyRange", "start stop")
declare("ShippingZoneFilterInput", "search channels")
declare("ShippingError", "warehouses channels")
for _event in ("CREATED", "UPDATED", "DELETED", "METADATA_UPDATED"):
    declare_event(f"SHIPPING_ZONE_{_event}", "shippingZone")
for _event in ("CREATED", "UPDATED", "DELETED"):
    declare_event(f"SHIPPING_PRICE_{_event}", "shippingMethod", "shippingZone")


@root("Query", "shippingZone")
@requires(*SHIPPING)
def shipping_zone(context: Context, args: dict[str, Any]) -> Any:
    row = ShippingZone.objects.filter(pk=asked_int(args["id"], "ShippingZone")).first()
    return in_channel(row, args.get("channel"))


@root("Query", "shippingZones", args=f"filter channel {PAGES}")
@requires(*SHIPPING)
def shipping_zones(context: Context, args: dict[str, Any]) -> Any:
    rows = ShippingZone.objects.all()
    said = args.get("filter") or {}
    if args.get("channel"):
        rows = rows.filter(channels__slug=args["channel"])
    if said.get("search"):
        rows = rows.filter(name__icontains=said["search"])
    if said.get("channels"):
        wanted = Channel.objects.filter(pk__in=[int_pk(gid, "Channel") for gid in said["channels"]])
        rows = rows.filter(
            pk__in=ShippingZone.channels.through.objects.filter(channel__in=wanted).values("shippingzone")
        )
    return connect(rows, args)


def _linked(batch: Batch, through: Any, own: str, other: str) -> list[list[Any]]:
    """Return for each parent the rows of `other` linked to it, in the order of their keys."""
    found: dict[Any, list[Any]] = {parent.pk: [] for parent in batch.parents}
    rows = through.objects.filter(**{f"{own}__in": list(found)}).select_related(other).order_by(f"{other}_id")
    for link in rows:
        found[getattr(link, f"{own}_id")].append(getattr(link, other))
    return [found[parent.pk] for parent in batch.parents]


@field("ShippingZone", "channels")
def zone_channels(batch: Batch) -> list[Any]:
    return _linked(batch, ShippingZone.channels.through, "shippingzone", "channel")


@field("ShippingZone", "warehouses")
def zone_warehouses(batch: Batch) -> list[Any]:
    return _linked(batch, ShippingZone.warehouses.through, "shippingzone", "warehouse")


@field("Warehouse", "shippingZones", args=PAGES)
def warehouse_zones(batch: Batch) -> list[Any]:
    found = _linked(batch, ShippingZone.warehouses.through, "warehouse", "shippingzone")
    return [connect(rows, batch.args) for rows in found]


@field("ShippingZone", "countries")
def zone_countries(batch: Batch) -> list[Any]:
    return [[as_country(code) for code in zone.country_codes] for zone in batch.parents]


@field("Channel", "countries")
def channel_countries(batch: Batch) -> list[Any]:
    found = _linked(batch, ShippingZone.channels.through, "channel", "shippingzone")
    names = country_names()
    codes = [{code for zone in zones for code in zone.country_codes} for zones in found]
    return [[as_country(code) for code in sorted(each, key=lambda code: names.get(code, code))] for each in codes]


@field("ShippingZone", "shippingMethods")
def zone_methods(batch: Batch) -> list[Any]:
    slug = getattr(batch.parents[0], "channel_slug", None)
    rows = ShippingMethod.objects.all()
    if slug:
        rows = rows.filter(listings__channel__slug=slug)
    return [[in_channel(row, slug) for row in each] for each in children(batch, rows, "zone_id")]


@field("ShippingZone", "priceRange")
def zone_price_range(batch: Batch) -> list[Any]:
    """The cheapest and dearest of all methods in the channel, whatever their zone, as the contract has it."""
    return [_price_range(getattr(zone, "channel_slug", None)) for zone in batch.parents]


def _price_range(slug: str | None) -> dict[str, Money] | None:
    rows = ShippingMethodListing.objects.filter(channel__slug=slug)
    each = rows.order_by().values("currency").annotate(least=Min("price_amount"), most=Max("price_amount"))
    ends = next(iter(each), None)
    if ends is None:
        return None
    return {"start": Money(ends["least"], ends["currency"]), "stop": Money(ends["most"], ends["currency"])}


@field("ShippingMethodType", "channelListings")
@requires(*SHIPPING)
def method_listings(batch: Batch) -> list[Any]:
    return children(batch, ShippingMethodListing.objects.all(), "method_id")


@field("ShippingMethodChannelListing", "channel")
def listing_channel(batch: Batch) -> list[Any]:
    return with_channels(batch)


def _money(name: str, column: str) -> None:
    @field("ShippingMethodChannelListing", name)
    def of_listing(batch: Batch) -> list[Any]:
        return [_amount(row, column) for row in batch.parents]


def _amount(row: ShippingMethodListing | None, column: str) -> Money | None:
    amount = None if row is None else getattr(row, column)
    return None if amount is None or row is None else Money(amount, row.currency)


_money("price", "price_amount")
_money("minimumOrderPrice", "minimum_order_amount")
_money("maximumOrderPrice", "maximum_order_amount")


def _limit(name: str, column: str) -> None:
    @field("ShippingMethodType", name)
    def of_method(batch: Batch) -> list[Any]:
        slug = getattr(batch.parents[0], "channel_slug", None)
        rows = ShippingMethodListing.objects.filter(channel__slug=slug)
        found = children(batch, rows, "method_id") if slug else [[] for _ in batch.parents]
        return [_amount(listings[0] if listings else None, column) for listings in found]


_limit("minimumOrderPrice", "minimum_order_amount")
_limit("maximumOrderPrice", "maximum_order_amount")


@field("ShippingMethodType", "postalCodeRules")
def method_rules(batch: Batch) -> list[Any]:
    return children(batch, PostalCodeRule.objects.all(), "method_id")


@field("ShippingMethodType", "excludedProducts", args=PAGES)
@requires(*SHIPPING)
def method_excluded(batch: Batch) -> list[Any]:
    return [connect(Product.objects.filter(pk__in=_excluded(row)), batch.args) for row in batch.parents]


def _excluded(method: ShippingMethod) -> Any:
    links = ShippingMethod.excluded_products.through.objects.filter(shippingmethod_id=method.pk)
    return links.values("product_id")


@field("ShippingMethodType", "minimumOrderWeight")
def method_least_weight(batch: Batch) -> list[Any]:
    return [as_weight(row.minimum_order_weight_g) for row in batch.parents]


@field("ShippingMethodType", "maximumOrderWeight")
def method_most_weight(batch: Batch) -> list[Any]:
    return [as_weight(row.maximum_order_weight_g) for row in batch.parents]


@field("ShippingMethodType", "taxClass")
def method_tax_class(batch: Batch) -> list[Any]:
    if not batch.context.requestor.has_perm(STAFF_USER, APP):
        raise PermissionDenied((STAFF_USER, APP))
    return related(batch, TaxClass, "tax_class_id")

"""Mutations of shipping methods and of what they cost."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import IntegrityError

from infra.engine.money import fits
from infra.engine.products.loading import get_row
from infra.engine.products.models import Channel, Product, TaxClass
from infra.engine.products.weights import grams
from infra.engine.schema.binding import declare, requires, root
from infra.engine.schema.context import Context
from infra.engine.schema.errors import MutationError, UserErrors, refuse
from infra.engine.schema.ids import InvalidId, int_pk, parse_global_id, to_global_id
from infra.engine.shipping import actions
from infra.engine.shipping.models import PostalCodeRule, ShippingMethod, ShippingMethodListing, ShippingZone
from infra.engine.shipping.resolvers.types import SHIPPING
from infra.engine.shipping.resolvers.zone_mutations import channels

for _payload in ("ShippingPriceCreate", "ShippingPriceUpdate", "ShippingPriceDelete"):
    declare(_payload, "shippingMethod shippingZone")
for _payload in (
    "ShippingMethodChannelListingUpdate",
    "ShippingPriceExcludeProducts",
    "ShippingPriceRemoveProductFromExclude",
):
    declare(_payload, "shippingMethod")


def method_of(gid: str) -> ShippingMethod:
    """Return the method of its own id or of the one it has in checkouts. Raises UserErrors as mutations do."""
    try:
        kind, pk = parse_global_id(gid)
    except InvalidId as error:
        raise refuse("id", error.message, "GRAPHQL_ERROR") from None
    if kind == "ShippingMethod":
        gid = to_global_id("ShippingMethodType", pk)
    method: ShippingMethod = get_row(ShippingMethod, gid, "ShippingMethodType")
    return method


@root("Mutation", "shippingPriceCreate")
@requires(*SHIPPING)
def price_create(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    return _answer(_save(ShippingMethod(), args["input"]))


@root("Mutation", "shippingPriceUpdate")
@requires(*SHIPPING)
def price_update(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    return _answer(_save(method_of(args["id"]), args["input"]))


@root("Mutation", "shippingPriceDelete")
@requires(*SHIPPING)
def price_delete(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    method = method_of(args["id"])
    actions.delete_method(method)
    return _answer(method)


def _answer(method: ShippingMethod) -> dict[str, Any]:
    return {"shipping_method": method, "shipping_zone": method.zone}


def _save(method: ShippingMethod, said: dict[str, Any]) -> ShippingMethod:
    _set_weights(method, said)
    _set_days(method, said)
    if said.get("addPostalCodeRules") and not said.get("inclusionType"):
        raise refuse("inclusionType", "This field is required.", "REQUIRED")
    if "shippingZone" in said and said["shippingZone"]:
        method.zone = get_row(ShippingZone, said["shippingZone"], "ShippingZone", field="shippingZone")
    if "taxClass" in said:
        gid = said["taxClass"]
        method.tax_class = get_row(TaxClass, gid, "TaxClass", field="taxClass") if gid else None
    method.name = said.get("name", method.name) or ""
    method.type = said.get("type", method.type) or ""
    method.description = said.get("description", method.description)
    _check_complete(method)
    rules = [
        PostalCodeRule(start=item["start"], end=item.get("end"), inclusion_type=said["inclusionType"])
        for item in said.get("addPostalCodeRules") or ()
    ]
    gone = [int_pk(gid, "ShippingMethodPostalCodeRule") for gid in said.get("deletePostalCodeRules") or ()]
    try:
        return actions.save_method(method, add_rules=rules, delete_rules=[pk for pk in gone if pk is not None])
    except IntegrityError:
        raise refuse("addPostalCodeRules", "Such an entry already exists.", "ALREADY_EXISTS") from None


def _check_complete(method: ShippingMethod) -> None:
    errors = []
    if not method.name.strip():
        errors.append(MutationError.of("name", "This field cannot be blank.", "REQUIRED"))
    if not method.type:
        errors.append(MutationError.of("type", "This field cannot be blank.", "REQUIRED"))
    if method.zone_id is None:
        errors.append(MutationError.of("shippingZone", "This field cannot be null.", "REQUIRED"))
    if errors:
        raise UserErrors(errors)


def _set_weights(method: ShippingMethod, said: dict[str, Any]) -> None:
    found: dict[str, Decimal | None] = {}
    for name, column in (
        ("minimumOrderWeight", "minimum_order_weight_g"),
        ("maximumOrderWeight", "maximum_order_weight_g"),
    ):
        if name not in said:
            continue
        try:
            found[name] = grams(said[name])
        except UserErrors:
            raise refuse(name, "Shipping can't have negative weight.", "INVALID") from None
        setattr(method, column, found[name])
    least, most = found.get("minimumOrderWeight"), found.get("maximumOrderWeight")
    if least is not None and most is not None and most <= least:
        text = "Maximum order weight should be larger than the minimum order weight."
        raise refuse("maximumOrderWeight", text, "MAX_LESS_THAN_MIN")


def _set_days(method: ShippingMethod, said: dict[str, Any]) -> None:
    least = said.get("minimumDeliveryDays") or method.minimum_delivery_days
    most = said.get("maximumDeliveryDays") or method.maximum_delivery_days
    errors = [
        MutationError.of(name, f"{text} delivery days must be positive.", "INVALID")
        for name, days, text in (("minimumDeliveryDays", least, "Minimum"), ("maximumDeliveryDays", most, "Maximum"))
        if days and days < 0
    ]
    if not errors and least is not None and most is not None and least > most:
        name = "minimumDeliveryDays" if said.get("minimumDeliveryDays") is not None else "maximumDeliveryDays"
        text = "Minimum delivery days should be lower than maximum delivery days."
        errors = [MutationError.of(name, text, "INVALID")]
    if errors:
        raise UserErrors(errors)
    method.minimum_delivery_days = said.get("minimumDeliveryDays", method.minimum_delivery_days)
    method.maximum_delivery_days = said.get("maximumDeliveryDays", method.maximum_delivery_days)


@root("Mutation", "shippingPriceExcludeProducts")
@requires(*SHIPPING)
def price_exclude(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    method = method_of(args["id"])
    actions.exclude_products(method, add=_products(args["input"]["products"]))
    return {"shipping_method": method}


@root("Mutation", "shippingPriceRemoveProductFromExclude")
@requires(*SHIPPING)
def price_include(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    method = method_of(args["id"])
    actions.exclude_products(method, remove=_products(args["products"]))
    return {"shipping_method": method}


def _products(gids: list[str]) -> list[int]:
    return [get_row(Product, gid, "Product", field="products").pk for gid in gids]


@root("Mutation", "shippingMethodChannelListingUpdate")
@requires(*SHIPPING)
def listing_update(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    method, said = method_of(args["id"]), args["input"]
    added = said.get("addChannels") or []
    _refuse_twice([item["channelId"] for item in added], said.get("removeChannels") or [])
    rows = channels([item["channelId"] for item in added], "channelId")
    removed = channels(said.get("removeChannels"), "removeChannels")
    allowed = set(method.zone.channels.values_list("pk", flat=True))
    if strange := [to_global_id("Channel", row.pk) for row in rows if row.pk not in allowed]:
        text = "Cannot add channels that are not assigned to the method's shipping zone."
        raise refuse("addChannels", text, "INVALID", channels=strange)
    listed = set(ShippingMethodListing.objects.filter(method=method).values_list("channel_id", flat=True))
    errors: list[MutationError] = []
    values = {
        row: _columns(row, item, is_new=row.pk not in listed, errors=errors)
        for row, item in zip(rows, added, strict=True)
    }
    if errors:
        raise UserErrors(errors)
    actions.set_listings(method, values=values, remove=[row.pk for row in removed])
    return {"shipping_method": method}


def _refuse_twice(added: list[str], removed: list[str]) -> None:
    errors = []
    if both := set(added) & set(removed):
        text = "The same object cannot be in both lists for adding and removing items."
        errors.append(MutationError.of("input", text, "DUPLICATED_INPUT_ITEM", channels=sorted(both)))
    for name, gids in (("addChannels", added), ("removeChannels", removed)):
        if twice := {gid for gid in gids if gids.count(gid) > 1}:
            text = "Duplicated channel ID."
            errors.append(MutationError.of(name, text, "DUPLICATED_INPUT_ITEM", channels=sorted(twice)))
    if errors:
        raise UserErrors(errors)


COLUMNS = {
    "price": "price_amount",
    "minimumOrderPrice": "minimum_order_amount",
    "maximumOrderPrice": "maximum_order_amount",
}


def _columns(
    channel: Channel, item: dict[str, Any], *, is_new: bool, errors: list[MutationError]
) -> dict[str, Decimal | None]:
    """Return the columns said for one channel, and add what is wrong with them to `errors`."""
    gid = item["channelId"]
    if item.get("price") is None and is_new:
        errors.append(MutationError.of("price", "This field is required.", "REQUIRED", channels=[gid]))
    found: dict[str, Decimal | None] = {}
    for name, column in COLUMNS.items():
        if name not in item or (name == "price" and item[name] is None):
            continue
        found[column] = item[name]
        if item[name] is not None and not fits(item[name], channel.currency_code):
            text = "Value cannot have that many decimal places."
            errors.append(MutationError.of(name, text, "INVALID", channels=[gid]))
    least, most = item.get("minimumOrderPrice"), item.get("maximumOrderPrice")
    if least is not None and most is not None and most <= least:
        text = "Maximum order price should be larger than the minimum order price."
        errors.append(MutationError.of("maximumOrderPrice", text, "MAX_LESS_THAN_MIN", channels=[gid]))
    return found

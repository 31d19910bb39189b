"""Channels."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction

from infra.engine.customers.countries import as_country
from infra.engine.deliveries import declare_event, emit
from infra.engine.products import channel_settings
from infra.engine.products.loading import get_row
from infra.engine.products.models import Channel, TaxConfiguration
from infra.engine.products.queries import find_channel, shop_settings, stock_rules
from infra.engine.schema.binding import Batch, declare, declare_guarded, field, name_type, requires, root
from infra.engine.schema.context import Context
from infra.engine.schema.errors import PermissionDenied, refuse
from infra.engine.schema.ids import asked_int, bind_ids, uuid_pk
from infra.engine.schema.lengths import check_lengths
from infra.engine.schema.metadata import register_metadata
from infra.engine.schema.metadata_mutations import pairs_to_dict
from infra.engine.schema.permissions import APP, STAFF_USER
from infra.engine.warehouses.actions import link_channel

name_type(Channel, "Channel")
bind_ids(Channel="Channel")
register_metadata("Channel", Channel, private=("MANAGE_CHANNELS",), event="CHANNEL_METADATA_UPDATED")
declare("Channel", "slug")
declare_guarded("Channel", "name currencyCode", STAFF_USER, APP)
declare("StockSettings", "allocationStrategy")
_ORDER = (
    "automaticallyConfirmAllNewOrders automaticallyFulfillNonShippableGiftCard expireOrdersAfter markAsPaidStrategy "
    "allowUnpaidOrders deleteExpiredOrdersAfter includeDraftOrderInVoucherUsage draftOrderLinePriceFreezePeriod "
    "useLegacyLineDiscountPropagation"
)
declare("OrderSettings", _ORDER)
declare("OrderSettingsInput", _ORDER)
_CHECKOUT = "useLegacyErrorFlow automaticallyCompleteFullyPaidCheckouts allowLegacyGiftCardUse"
declare("CheckoutSettings", f"{_CHECKOUT} automaticCompletionDelay automaticCompletionCutOffDate")
declare("CheckoutSettingsInput", f"{_CHECKOUT} automaticCompletion")
_PAYMENT = (
    "defaultTransactionFlowStrategy releaseFundsForExpiredCheckouts checkoutTtlBeforeReleasingFunds "
    "checkoutReleaseFundsCutOffDate"
)
declare("PaymentSettings", _PAYMENT)
declare("PaymentSettingsInput", _PAYMENT)
_SHARED = (
    "isActive stockSettings addShippingZones addWarehouses orderSettings checkoutSettings paymentSettings metadata "
    "privateMetadata"
)
declare("ChannelCreateInput", f"{_SHARED} name slug currencyCode defaultCountry")
declare("ChannelUpdateInput", f"{_SHARED} name slug defaultCountry removeShippingZones removeWarehouses")
declare("ChannelActivate", "channel")
declare("ChannelDeactivate", "channel")
declare("ChannelCreate", "channel")
declare("ChannelUpdate", "channel")
for _event in ("CHANNEL_CREATED", "CHANNEL_UPDATED", "CHANNEL_STATUS_CHANGED", "CHANNEL_METADATA_UPDATED"):
    declare_event(_event, "channel")
STAFF = (STAFF_USER, APP)


@root("Query", "channel")
def channel(context: Context, args: dict[str, Any]) -> Any:
    if args.get("slug"):
        return find_channel(context, args["slug"])
    return Channel.objects.filter(pk=asked_int(args.get("id") or "", "Channel")).first()


@root("Query", "channels")
@requires(*STAFF)
def channels(context: Context, args: dict[str, Any]) -> Any:
    return list(Channel.objects.all())


def _staff_only(batch: Batch) -> None:
    if not batch.context.requestor.has_perm(*STAFF):
        raise PermissionDenied(STAFF)


@field("Channel", "isActive")
def channel_is_active(batch: Batch) -> list[Any]:
    _staff_only(batch)
    return [row.is_active for row in batch.parents]


@field("Channel", "defaultCountry")
def channel_country(batch: Batch) -> list[Any]:
    _staff_only(batch)
    return [as_country(row.default_country) for row in batch.parents]


@field("Channel", "stockSettings")
def channel_stock_settings(batch: Batch) -> list[Any]:
    _staff_only(batch)
    return [{"allocation_strategy": row.allocation_strategy} for row in batch.parents]


def _settings(name: str, column: str, permissions: tuple[str, ...]) -> None:
    @field("Channel", name)
    def resolve(batch: Batch) -> list[Any]:
        if not batch.context.requestor.has_perm(*permissions):
            raise PermissionDenied(permissions)
        defaults = getattr(Channel(), column)
        return [{**defaults, **getattr(row, column)} for row in batch.parents]


_settings("orderSettings", "order_settings", ("MANAGE_CHANNELS", "MANAGE_ORDERS"))
_settings("checkoutSettings", "checkout_settings", ("MANAGE_CHANNELS", "MANAGE_CHECKOUTS"))
_settings("paymentSettings", "payment_settings", ("MANAGE_CHANNELS", "HANDLE_PAYMENTS"))


@root("Mutation", "channelCreate")
@requires("MANAGE_CHANNELS")
def channel_create(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    data = args["input"]
    check_lengths(Channel, data, "name slug currencyCode")
    if Channel.objects.filter(slug=data["slug"]).exists():
        raise refuse("slug", "Channel with this Slug already exists.", "UNIQUE")
    with transaction.atomic("engine"):
        row = Channel(slug=data["slug"], name=data["name"], currency_code=data["currencyCode"].upper())
        for column, value in stock_rules(shop_settings()).items():
            setattr(row, column, value)
        _write(row, data, context)
        TaxConfiguration.objects.create(channel=row)
        emit(event="CHANNEL_CREATED", obj=row)
    return {"channel": row}


#: which right opens a settings input to those who may not manage channels
RIGHTS = {
    "orderSettings": "MANAGE_ORDERS",
    "checkoutSettings": "MANAGE_CHECKOUTS",
    "paymentSettings": "HANDLE_PAYMENTS",
}


@root("Mutation", "channelUpdate")
def channel_update(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    """MANAGE_CHANNELS opens everything; without it every settings input named needs its own right."""
    data = args["input"]
    if not context.requestor.has_perm("MANAGE_CHANNELS"):
        missing = [name for name in data if name not in RIGHTS or not context.requestor.has_perm(RIGHTS[name])]
        if missing or not data:
            raise PermissionDenied(("MANAGE_CHANNELS",))
    for name in ("ShippingZones", "Warehouses"):
        if set(data.get(f"add{name}") or ()) & set(data.get(f"remove{name}") or ()):
            text = "The same object cannot be in both lists for adding and removing items."
            raise refuse(f"{name[0].lower()}{name[1:]}", text, "DUPLICATED_INPUT_ITEM")
    with transaction.atomic("engine"):
        row = get_row(Channel, args["id"], "Channel", lock=True)
        check_lengths(Channel, data, "name slug")
        for name in ("name", "slug"):
            if name in data and not (data[name] or "").strip():
                raise refuse(name, "This field cannot be blank.", "REQUIRED")
        if data.get("slug") and Channel.objects.filter(slug=data["slug"]).exclude(pk=row.pk).exists():
            raise refuse("slug", "Channel with this Slug already exists.", "UNIQUE")
        _write(row, data, context)
        if set(data) - {"metadata", "privateMetadata"}:
            emit(event="CHANNEL_UPDATED", obj=row)
        if data.get("metadata") or data.get("privateMetadata"):
            emit(event="CHANNEL_METADATA_UPDATED", obj=row)
    return {"channel": row}


def _switch(args: dict[str, Any], *, is_active: bool) -> dict[str, Any]:
    with transaction.atomic("engine"):
        row = get_row(Channel, args["id"], "Channel", lock=True)
        if row.is_active == is_active:
            raise refuse("id", f"This channel is already {'activated' if is_active else 'deactivated'}.", "INVALID")
        row.is_active = is_active
        row.save(update_fields=["is_active"])
        emit(event="CHANNEL_STATUS_CHANGED", obj=row)
    return {"channel": row}


@root("Mutation", "channelActivate")
@requires("MANAGE_CHANNELS")
def channel_activate(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    return _switch(args, is_active=True)


@root("Mutation", "channelDeactivate")
@requires("MANAGE_CHANNELS")
def channel_deactivate(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    return _switch(args, is_active=False)


def _write(row: Channel, data: dict[str, Any], context: Context) -> None:
    for name, column in (("slug", "slug"), ("name", "name"), ("defaultCountry", "default_country")):
        if data.get(name):
            setattr(row, column, data[name])
    if data.get("isActive") is not None:
        row.is_active = data["isActive"]
    if data.get("stockSettings"):
        row.allocation_strategy = data["stockSettings"]["allocationStrategy"]
    if data.get("orderSettings"):
        row.order_settings = channel_settings.order_settings(row.order_settings, data["orderSettings"])
    if data.get("checkoutSettings"):
        said = data["checkoutSettings"]
        row.checkout_settings = channel_settings.checkout_settings(row.checkout_settings, said, context.now)
    if data.get("paymentSettings"):
        row.payment_settings = channel_settings.payment_settings(row.payment_settings, data["paymentSettings"])
    row.metadata = {**row.metadata, **pairs_to_dict(data.get("metadata"))}
    row.private_metadata = {**row.private_metadata, **pairs_to_dict(data.get("privateMetadata"), "privateMetadata")}
    row.save()
    link_channel(
        channel_id=row.pk, add=_warehouses(data.get("addWarehouses")), remove=_warehouses(data.get("removeWarehouses"))
    )
    _link_zones(row, data)


def _link_zones(row: Channel, data: dict[str, Any]) -> None:
    from infra.engine.shipping.actions import save_zone
    from infra.engine.shipping.models import ShippingZone

    for name, argument in (("addShippingZones", "add_channels"), ("removeShippingZones", "remove_channels")):
        for gid in data.get(name) or ():
            zone = get_row(ShippingZone, gid, "ShippingZone", field=name)
            save_zone(zone, **{argument: [row]})  # type: ignore[arg-type]


def _warehouses(gids: list[str] | None) -> list[UUID]:
    return [pk for gid in gids or () if (pk := uuid_pk(gid, "Warehouse"))]

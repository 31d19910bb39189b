"""Channels."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction

from infra.engine.customers.countries import as_country
from infra.engine.deliveries import declare_event, emit
from infra.engine.products.loading import get_row
from infra.engine.products.models import Channel, TaxConfiguration
from infra.engine.schema.binding import Batch, declare, field, name_type, requires, root
from infra.engine.schema.context import Context
from infra.engine.schema.errors import PermissionDenied, refuse
from infra.engine.schema.ids import asked_int, bind_ids, uuid_pk
from infra.engine.schema.metadata import register_metadata
from infra.engine.schema.metadata_mutations import pairs_to_dict
from infra.engine.schema.permissions import APP, STAFF_USER
from infra.engine.warehouses.actions import link_channel

name_type(Channel, "Channel")
bind_ids(Channel="Channel")
register_metadata("Channel", Channel, private=("MANAGE_CHANNELS",), event="CHANNEL_METADATA_UPDATED")
declare("Channel", "slug name currencyCode")
declare("StockSettings", "allocationStrategy")
declare(
    "OrderSettings",
    "automaticallyConfirmAllNewOrders automaticallyFulfillNonShippableGiftCard expireOrdersAfter markAsPaidStrategy "
    "allowUnpaidOrders",
)
declare("CheckoutSettings", "useLegacyErrorFlow automaticallyCompleteFullyPaidCheckouts")
declare("PaymentSettings", "defaultTransactionFlowStrategy")
declare("OrderSettingsInput", "automaticallyConfirmAllNewOrders automaticallyFulfillNonShippableGiftCard")
declare("OrderSettingsInput", "expireOrdersAfter markAsPaidStrategy allowUnpaidOrders")
declare("CheckoutSettingsInput", "useLegacyErrorFlow automaticallyCompleteFullyPaidCheckouts")
declare("PaymentSettingsInput", "defaultTransactionFlowStrategy")
_SHARED = "isActive stockSettings addWarehouses orderSettings checkoutSettings paymentSettings metadata privateMetadata"
declare("ChannelCreateInput", f"{_SHARED} name slug currencyCode defaultCountry")
declare("ChannelUpdateInput", f"{_SHARED} name slug defaultCountry removeWarehouses")
declare("ChannelCreate", "channel")
declare("ChannelUpdate", "channel")
for _event in ("CHANNEL_CREATED", "CHANNEL_UPDATED", "CHANNEL_METADATA_UPDATED"):
    declare_event(_event, "channel")
STAFF = (STAFF_USER, APP)


@root("Query", "channel")
def channel(context: Context, args: dict[str, Any]) -> Any:
    if args.get("slug"):
        return context.channel(args["slug"])
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
    return [{"allocation_strategy": row.allocation_strategy} for row in batch.parents]


def _settings(name: str, column: str, permissions: tuple[str, ...]) -> None:
    @field("Channel", name)
    def resolve(batch: Batch) -> list[Any]:
        if not batch.context.requestor.has_perm(*permissions):
            raise PermissionDenied(permissions)
        return [getattr(row, column) for row in batch.parents]


_settings("orderSettings", "order_settings", ("MANAGE_CHANNELS", "MANAGE_ORDERS"))
_settings("checkoutSettings", "checkout_settings", ("MANAGE_CHANNELS", "MANAGE_CHECKOUTS"))
_settings("paymentSettings", "payment_settings", ("MANAGE_CHANNELS", "HANDLE_PAYMENTS"))


@root("Mutation", "channelCreate")
@requires("MANAGE_CHANNELS")
def channel_create(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    data = args["input"]
    if Channel.objects.filter(slug=data["slug"]).exists():
        raise refuse("slug", "Channel with this Slug already exists.", "UNIQUE")
    with transaction.atomic("engine"):
        row = Channel(slug=data["slug"], name=data["name"], currency_code=data["currencyCode"].upper())
        _write(row, data)
        TaxConfiguration.objects.create(channel=row)
        emit(event="CHANNEL_CREATED", obj=row)
    return {"channel": row}


@root("Mutation", "channelUpdate")
@requires("MANAGE_CHANNELS", "MANAGE_ORDERS", "MANAGE_CHECKOUTS", "HANDLE_PAYMENTS")
def channel_update(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    data = args["input"]
    with transaction.atomic("engine"):
        row = get_row(Channel, args["id"], "Channel", lock=True)
        if data.get("slug") and Channel.objects.filter(slug=data["slug"]).exclude(pk=row.pk).exists():
            raise refuse("slug", "Channel with this Slug already exists.", "UNIQUE")
        _write(row, data)
        emit(event="CHANNEL_UPDATED", obj=row)
    return {"channel": row}


def _write(row: Channel, data: dict[str, Any]) -> None:
    for name, column in (("slug", "slug"), ("name", "name"), ("defaultCountry", "default_country")):
        if data.get(name):
            setattr(row, column, data[name])
    if data.get("isActive") is not None:
        row.is_active = data["isActive"]
    if data.get("stockSettings"):
        row.allocation_strategy = data["stockSettings"]["allocationStrategy"]
    for name, column in (
        ("orderSettings", "order_settings"),
        ("checkoutSettings", "checkout_settings"),
        ("paymentSettings", "payment_settings"),
    ):
        if data.get(name):
            setattr(row, column, {**getattr(row, column), **data[name]})
    row.metadata = {**row.metadata, **pairs_to_dict(data.get("metadata"))}
    row.private_metadata = {**row.private_metadata, **pairs_to_dict(data.get("privateMetadata"), "privateMetadata")}
    row.save()
    link_channel(
        channel_id=row.pk, add=_warehouses(data.get("addWarehouses")), remove=_warehouses(data.get("removeWarehouses"))
    )


def _warehouses(gids: list[str] | None) -> list[UUID]:
    return [pk for gid in gids or () if (pk := uuid_pk(gid, "Warehouse"))]

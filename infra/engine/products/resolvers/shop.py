"""The shop and its settings."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from infra.engine.deliveries.events import VERSION
from infra.engine.products.models import Channel, ShopSettings
from infra.engine.products.queries import SHOP_DEFAULTS, shop_row, stock_rules
from infra.engine.schema.binding import Batch, declare, field, name_type, requires, root
from infra.engine.schema.context import Context
from infra.engine.schema.errors import PermissionDenied, refuse
from infra.engine.schema.ids import to_global_id
from infra.engine.schema.metadata import register_metadata
from infra.engine.schema.metadata_mutations import pairs_to_dict
from infra.engine.schema.permissions import APP, STAFF_USER, as_permission
from infra.engine.warehouses.models import Reservation

OPEN = ("name", "description", "headerText")
READABLE = (
    "fulfillmentAutoApprove",
    "fulfillmentAllowUnpaid",
    "trackInventoryByDefault",
    "customerSetPasswordUrl",
    "useLegacyShippingZoneStockAvailability",
    "passwordLoginMode",
)
SETTINGS_ONLY = (
    "defaultMailSenderName",
    "defaultMailSenderAddress",
    "reserveStockDurationAnonymousUser",
    "reserveStockDurationAuthenticatedUser",
    "limitQuantityPerCheckout",
    "enableAccountConfirmationByEmail",
    "allowLoginWithoutConfirmation",
    "preserveAllAddressFields",
)
name_type(ShopSettings, "Shop")
register_metadata("Shop", ShopSettings, private=("MANAGE_SETTINGS",))
declare("ShopSettingsUpdate", "shop")
declare("ShopSettingsInput", " ".join([*OPEN, *READABLE, *SETTINGS_ONLY, "defaultWeightUnit metadata privateMetadata"]))


@root("Query", "shop")
def shop(context: Context, args: dict[str, Any]) -> Any:
    return shop_row()


@field("Shop", "id")
def shop_id(batch: Batch) -> list[Any]:
    return [to_global_id("Shop", 1) for _ in batch.parents]


def _bind(name: str, permissions: tuple[str, ...]) -> None:
    @field("Shop", name)
    def resolve(batch: Batch) -> list[Any]:
        if permissions and not batch.context.requestor.has_perm(*permissions):
            raise PermissionDenied(permissions)
        return [row.data.get(name, SHOP_DEFAULTS[name]) for row in batch.parents]


for _name in (*OPEN, *READABLE, "defaultWeightUnit"):
    _bind(_name, ())
for _name in SETTINGS_ONLY:
    _bind(_name, ("MANAGE_SETTINGS",))


@field("Shop", "version")
@requires(STAFF_USER, APP)
def shop_version(batch: Batch) -> list[Any]:
    return [VERSION for _ in batch.parents]


@field("Shop", "schemaVersion")
def shop_schema_version(batch: Batch) -> list[Any]:
    return [".".join(VERSION.split(".")[:2]) for _ in batch.parents]


@field("Shop", "permissions")
def shop_permissions(batch: Batch) -> list[Any]:
    from infra.engine.schema.permissions import NAMES

    return [[as_permission(name) for name in NAMES] for _ in batch.parents]


@root("Mutation", "shopSettingsUpdate")
@requires("MANAGE_SETTINGS")
def shop_settings_update(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    data = dict(args["input"])
    if data.get("passwordLoginMode", "ENABLED") != "ENABLED" and context.requestor.user is not None:
        text = "Cannot restrict password login while authenticated with a password."
        raise refuse("passwordLoginMode", text, "PASSWORD_AUTH_RESTRICTION")
    most = data.get("limitQuantityPerCheckout")
    if most is not None and most < 1:
        raise refuse("limitQuantityPerCheckout", "Quantity limit cannot be lower than 1.", "INVALID")
    with transaction.atomic("engine"):
        row = ShopSettings.objects.select_for_update().order_by("pk").first() or ShopSettings()
        row.metadata = {**row.metadata, **pairs_to_dict(data.pop("metadata", None))}
        row.private_metadata = {**row.private_metadata, **pairs_to_dict(data.pop("privateMetadata", None))}
        row.data = {**row.data, **data}
        row.save()
        rules = stock_rules({**SHOP_DEFAULTS, **row.data})
        Channel.objects.update(**rules)
        if not rules["reserves_stock"]:  # a cart is ordered without looking for what it no longer keeps
            Reservation.objects.all().delete()
    return {"shop": row}

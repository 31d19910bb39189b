"""voucherCreate, -Update, -Delete, the goods, codes and channels of vouchers, and deleting many."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction

from infra.engine.discounts import voucher_actions as actions
from infra.engine.discounts.models import Voucher, VoucherChannelListing
from infra.engine.money import fits
from infra.engine.products.models import Category, Channel, Collection, Product, ProductVariant
from infra.engine.schema.binding import declare, requires, root
from infra.engine.schema.context import Context
from infra.engine.schema.errors import MutationError, UserErrors, refuse
from infra.engine.schema.ids import int_pk, named_pk, to_global_id, uuid_pk
from infra.engine.warehouses.lock_objects import lock

MANAGE = "MANAGE_DISCOUNTS"
declare("DiscountError", "field message code products channels voucherCodes")
for _payload in ("Create", "Update", "Delete", "ChannelListingUpdate", "AddCatalogues", "RemoveCatalogues"):
    declare(f"Voucher{_payload}", "voucher errors")
for _payload in ("VoucherBulkDelete", "VoucherCodeBulkDelete"):
    declare(_payload, "count errors")
declare("VoucherCodeBulkDeleteError", "path message code voucherCodes")
COLUMNS = {
    "type": "type",
    "name": "name",
    "startDate": "start_date",
    "endDate": "end_date",
    "discountValueType": "discount_value_type",
    "minCheckoutItemsQuantity": "min_checkout_items_quantity",
    "countries": "countries",
    "applyOncePerOrder": "apply_once_per_order",
    "applyOncePerCustomer": "apply_once_per_customer",
    "onlyForStaff": "only_for_staff",
    "singleUse": "single_use",
    "usageLimit": "usage_limit",
}
#: columns that null leaves as they were
KEPT = {"type", "start_date", "discount_value_type", "countries", "single_use"}
KEPT |= {"apply_once_per_order", "apply_once_per_customer", "only_for_staff"}
MODELS: dict[str, Any] = {
    "products": Product,
    "variants": ProductVariant,
    "categories": Category,
    "collections": Collection,
}
MOST_DELETED = 100


@root("Mutation", "voucherCreate")
@requires(MANAGE)
def voucher_create(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    said = args["input"]
    if said.get("code") != "":
        _check_one_of(said)
    with transaction.atomic("engine"):
        voucher = Voucher(start_date=context.now)
        codes, code = _codes(said)
        _save(voucher, said, codes, code)
    return {"voucher": voucher}


def _check_one_of(said: dict[str, Any]) -> None:
    if said.get("code") and said.get("addCodes"):
        raise refuse(None, "Argument 'code' cannot be combined with 'addCodes'", "GRAPHQL_ERROR")
    if not said.get("code") and not said.get("addCodes"):
        raise refuse(None, "At least one of arguments is required: 'code', 'addCodes'.", "GRAPHQL_ERROR")


def _codes(said: dict[str, Any]) -> tuple[list[str], str | None]:
    codes = actions.clean_codes(said["addCodes"]) if said.get("addCodes") is not None else []
    return codes, actions.clean_code(said["code"]) if "code" in said and not codes else None


def _save(voucher: Voucher, said: dict[str, Any], codes: list[str], code: str | None) -> None:
    for name, column in COLUMNS.items():
        if name in said and not (said[name] is None and column in KEPT):
            setattr(voucher, column, said[name])
    actions.check_ends_after_start(voucher)
    if said.get("countries"):
        voucher.countries = [country.upper() for country in said["countries"]]
    actions.save_voucher(voucher=voucher, codes=codes, code=code, members=_members(said))


def _members(said: dict[str, Any]) -> dict[str, list[int]]:
    """Return the keys of the goods named. Raises UserErrors for an id of nothing, and for products without variants."""
    found = {}
    for name, model in MODELS.items():
        if said.get(name) is None:
            continue
        kind = model.__name__
        keys = [int_pk(gid, kind) for gid in said[name]]
        known = set(model.objects.filter(pk__in=[key for key in keys if key is not None]).values_list("pk", flat=True))
        if missing := [gid for gid, key in zip(said[name], keys, strict=True) if key not in known]:
            raise refuse(name, f"Could not resolve to a node with the global id list of '{missing}'.", "GRAPHQL_ERROR")
        found[name] = [key for key in keys if key is not None]
    return found


def _find(gid: str, *, field: str = "id") -> Voucher:
    row = lock(Voucher.objects.filter(pk=named_pk(gid, "Voucher", field=field))).first()
    if row is None:
        raise refuse(field, f"Couldn't resolve to a node: {gid}", "NOT_FOUND")
    return row


@root("Mutation", "voucherUpdate")
@requires(MANAGE)
def voucher_update(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    said = args["input"]
    with transaction.atomic("engine"):
        voucher = _find(args["id"])
        codes, code = _codes(said)
        for name, column, text in (
            (
                "singleUse",
                "single_use",
                "Cannot change single use setting when any voucher code has already been used.",
            ),
            (
                "usageLimit",
                "usage_limit",
                "Cannot change usage limit setting when any voucher code has already been used.",
            ),
        ):
            if name in said and getattr(voucher, column) != said[name] and actions.was_used(voucher):
                raise refuse(name, text, "VOUCHER_ALREADY_USED")
        _save(voucher, said, codes, code)
    return {"voucher": voucher}


@root("Mutation", "voucherDelete")
@requires(MANAGE)
def voucher_delete(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    with transaction.atomic("engine"):
        voucher = _find(args["id"])
        actions.delete_vouchers([voucher])
    return {"voucher": voucher}


@root("Mutation", "voucherBulkDelete")
@requires(MANAGE)
def voucher_bulk_delete(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    if len(args["ids"]) > MOST_DELETED:
        raise refuse("ids", f"You can delete at most {MOST_DELETED} at once.", "INVALID")
    keys = [int_pk(gid, "Voucher") for gid in args["ids"]]
    with transaction.atomic("engine"):
        rows = Voucher.objects.filter(pk__in=[key for key in keys if key is not None])
        return {"count": actions.delete_vouchers(lock(rows.order_by("pk")))}


@root("Mutation", "voucherCodeBulkDelete")
@requires(MANAGE)
def voucher_code_bulk_delete(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    keys: list[UUID | None] = [uuid_pk(gid, "VoucherCode") for gid in args["ids"]]
    invalid = [gid for gid, key in zip(args["ids"], keys, strict=True) if key is None]
    if invalid:
        error = MutationError.of(None, "Invalid VoucherCode ID.", "INVALID", path="ids", voucherCodes=invalid)
        return {"count": 0, "errors": [error]}
    with transaction.atomic("engine"):
        return {"count": actions.delete_codes(keys)}


def _change_members(args: dict[str, Any], *, add: bool) -> dict[str, Any]:
    with transaction.atomic("engine"):
        voucher = _find(args["id"], field="voucherId")
        members = _members(args["input"])
        if add:
            _check_variants(members.get("products", []))
        actions.change_members(voucher=voucher, members=members, add=add)
    return {"voucher": voucher}


def _check_variants(products: list[int]) -> None:
    having = ProductVariant.objects.filter(product__in=products).values_list("product_id", flat=True)
    if bare := set(products) - set(having):
        ids = [to_global_id("Product", pk) for pk in sorted(bare)]
        message = "Cannot manage products without variants."
        raise refuse("products", message, "CANNOT_MANAGE_PRODUCT_WITHOUT_VARIANT", products=ids)


@root("Mutation", "voucherCataloguesAdd")
@requires(MANAGE)
def voucher_catalogues_add(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    return _change_members(args, add=True)


@root("Mutation", "voucherCataloguesRemove")
@requires(MANAGE)
def voucher_catalogues_remove(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    return _change_members(args, add=False)


@root("Mutation", "voucherChannelListingUpdate")
@requires(MANAGE)
def voucher_channel_listing_update(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    said = args["input"]
    with transaction.atomic("engine"):
        voucher = _find(args["id"])
        add, remove = said.get("addChannels") or [], said.get("removeChannels") or []
        channels = _channels([row["channelId"] for row in add], remove)
        rows = _listings(voucher, add, channels)
        actions.set_listings(voucher=voucher, add=rows, remove=[channels[gid].pk for gid in remove])
    return {"voucher": voucher}


def _channels(add: list[str], remove: list[str]) -> dict[str, Channel]:
    """Return the channels by their ids. Raises UserErrors for an id of nothing, and for one given twice."""
    for name, ids in (("addChannels", add), ("removeChannels", remove)):
        if twice := sorted({gid for gid in ids if ids.count(gid) > 1}):
            raise refuse(name, "Duplicated channel ID.", "DUPLICATED_INPUT_ITEM", channels=twice)
    if both := sorted(set(add) & set(remove)):
        message = "The same object cannot be in both lists for adding and removing items."
        raise refuse("input", message, "DUPLICATED_INPUT_ITEM", channels=both)
    keys = {gid: int_pk(gid, "Channel") for gid in [*add, *remove]}
    rows = Channel.objects.in_bulk([key for key in keys.values() if key is not None])
    if missing := [gid for gid, key in keys.items() if key not in rows]:
        name = "addChannels" if set(missing) & set(add) else "removeChannels"
        raise refuse(name, f"Could not resolve to a node with the global id list of '{missing}'.", "GRAPHQL_ERROR")
    return {gid: rows[key] for gid, key in keys.items() if key is not None}


def _listings(voucher: Voucher, add: list[dict[str, Any]], channels: dict[str, Channel]) -> list[dict[str, Any]]:
    """Return the rows to write. Raises UserErrors naming the channels of each kind of problem."""
    had = set(VoucherChannelListing.objects.filter(voucher=voucher).values_list("channel_id", flat=True))
    problems: dict[tuple[str, str, str], list[str]] = {}
    rows = []
    for item in add:
        channel, value, least = channels[item["channelId"]], item.get("discountValue"), item.get("minAmountSpent")
        row: dict[str, Any] = {"channel": channel}
        for problem in _problems(voucher, channel, item, is_new=channel.pk not in had):
            problems.setdefault(problem, []).append(item["channelId"])
        if "discountValue" in item:
            row["discount_value"] = value
        if "minAmountSpent" in item:
            row["min_spent_amount"] = least
        rows.append(row)
    if problems:
        raise UserErrors([MutationError.of(*problem, channels=ids) for problem, ids in problems.items()])
    return rows


def _problems(voucher: Voucher, channel: Channel, item: dict[str, Any], *, is_new: bool) -> list[tuple[str, str, str]]:
    value, least, found = item.get("discountValue"), item.get("minAmountSpent"), []
    if (is_new and not value) or ("discountValue" in item and value is None):
        found.append(("discountValue", "Value is required for voucher.", "REQUIRED"))
    if value is not None and voucher.discount_value_type == "FIXED" and not fits(value, channel.currency_code):
        found.append(("discountValue", "Invalid amount precision.", "INVALID"))
    if value is not None and voucher.discount_value_type == "PERCENTAGE" and value > 100:
        found.append(("discountValue", "Invalid percentage value.", "INVALID"))
    if least is not None and not fits(least, channel.currency_code):
        found.append(("minAmountSpent", "Invalid amount precision.", "INVALID"))
    return found

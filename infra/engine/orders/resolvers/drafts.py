"""Drafts and what is changed of an order: draftOrder*, orderUpdate, orderUpdateShipping, the query draftOrders."""

from __future__ import annotations

from typing import Any

from infra.engine.checkout.addresses import clean_address
from infra.engine.checkout.resolvers.line_mutations import keeps_all_fields
from infra.engine.customers.actions import check_redirect_url
from infra.engine.customers.channel_access import accessible_channels, check_channels
from infra.engine.customers.models import User
from infra.engine.deliveries import declare_event
from infra.engine.orders import drafts, vouchers
from infra.engine.orders.drafts import DraftChange
from infra.engine.orders.lines import LineWish
from infra.engine.orders.models import Order
from infra.engine.orders.queries import apply_filter, orders, sort_order
from infra.engine.orders.resolvers import loads
from infra.engine.orders.settling import unsettle
from infra.engine.products.models import Channel
from infra.engine.schema.binding import declare, requires, root
from infra.engine.schema.connections import connect
from infra.engine.schema.context import Context
from infra.engine.schema.errors import refuse
from infra.engine.schema.ids import int_pk, named_pk, named_uuid
from infra.engine.schema.metadata_mutations import pairs_to_dict
from infra.engine.shipping.models import ShippingMethod

STAFF = ("MANAGE_ORDERS",)
for _payload in ("DraftOrderCreate", "DraftOrderUpdate", "DraftOrderComplete", "DraftOrderDelete"):
    declare(_payload, "order")
declare("DraftOrderBulkDelete", "count")
declare("OrderUpdate", "order")
declare("OrderUpdateShipping", "order")
declare("OrderDraftFilterInput", "customer created search metadata channels")
for _event in ("DRAFT_ORDER_CREATED", "DRAFT_ORDER_UPDATED", "DRAFT_ORDER_DELETED"):
    declare_event(_event, "order")


@root("Query", "draftOrders", args="sortBy filter search before after first last")
@requires(*STAFF)
def draft_orders(context: Context, args: dict[str, Any]) -> Any:
    rows, own = orders().filter(status="DRAFT"), accessible_channels(context)
    if own is not None:
        rows = rows.filter(channel_id__in=own)
    rows = apply_filter(rows, args.get("filter"))
    if args.get("search"):
        rows = apply_filter(rows, {"search": args["search"]})
    return connect(rows, args, order=sort_order(args.get("sortBy")))


def _addresses(context: Context, said: dict[str, Any]) -> dict[str, Any]:
    """Return the columns that the input's addresses and their save flags set."""
    columns: dict[str, Any] = {}
    for kind in ("shipping", "billing"):
        title = kind.title()
        address, save = said.get(f"{kind}Address"), said.get(f"save{title}Address")
        if address:
            columns[f"{kind}_address"] = clean_address(
                address, address_type=kind.upper(), keep_all_fields=keeps_all_fields(context)
            )
            columns[f"draft_save_{kind}_address"] = bool(save)
        elif save is not None:
            message = f"This option can only be selected if a {kind} address is provided."
            raise refuse(f"save{title}Address", message, "MISSING_ADDRESS_DATA")
    return columns


def _columns(context: Context, said: dict[str, Any]) -> dict[str, Any]:
    columns = _addresses(context, said)
    for name, column in (
        ("customerNote", "customer_note"),
        ("externalReference", "external_reference"),
        ("languageCode", "language_code"),
        ("userEmail", "user_email"),
    ):
        if said.get(name) is not None:
            columns[column] = said[name]
    if said.get("redirectUrl"):
        check_redirect_url(said["redirectUrl"])
        columns["redirect_url"] = said["redirectUrl"]
    if "user" in said:
        pk = named_pk(said["user"], "User", field="user") if said["user"] else None
        columns["user"] = User.objects.filter(pk=pk).first() if pk is not None else None
        if said["user"] and columns["user"] is None:
            raise refuse("user", f"Couldn't resolve to a node: {said['user']}", "NOT_FOUND")
    if said.get("userEmail"):
        columns["user"] = User.objects.filter(email=said["userEmail"].lower(), is_active=True).first()
    return columns


def _change(context: Context, said: dict[str, Any], channel: Channel) -> DraftChange:
    change = DraftChange(
        columns=_columns(context, said),
        metadata=pairs_to_dict(said.get("metadata")),
        private_metadata=pairs_to_dict(said.get("privateMetadata"), "privateMetadata"),
    )
    if "shippingMethod" in said:
        change.method_said, change.method = True, _method(said["shippingMethod"])
    if said.get("voucher") and said.get("voucherCode"):
        message = "You cannot use both a voucher and a voucher code for the same order. Please choose one."
        raise refuse("voucher", message, "INVALID")
    if "voucher" in said:
        _say_voucher(change, said["voucher"], channel)
    elif "voucherCode" in said:
        _say_code(change, said["voucherCode"], channel)
    return change


def _method(gid: str | None) -> ShippingMethod | None:
    if not gid:
        return None
    pk = int_pk(gid, "ShippingMethod", "ShippingMethodType")
    if pk is None:
        message = f"Invalid ID: {gid}. Expected: ShippingMethod."
        raise refuse("shippingMethod", message, "GRAPHQL_ERROR")
    found = ShippingMethod.objects.select_related("tax_class", "zone").filter(pk=pk).first()
    if found is None:
        raise refuse("shippingMethod", f"Couldn't resolve to a node: {gid}", "NOT_FOUND")
    return found


def _say_voucher(change: DraftChange, gid: str | None, channel: Channel) -> None:
    change.voucher_said = True
    if gid:
        pk = named_pk(gid, "Voucher", field="voucher")
        change.code = vouchers.code_of(pk if pk is not None else -1, None, channel)
        if change.code is None:
            raise refuse("voucher", "Voucher is invalid.", "INVALID_VOUCHER")


def _say_code(change: DraftChange, text: str | None, channel: Channel) -> None:
    change.voucher_said = True
    if text is not None:
        change.code, change.code_text = vouchers.code_of(None, text, channel), text
        if change.code is None:
            raise refuse("voucherCode", "Voucher code is invalid.", "INVALID_VOUCHER_CODE")


def wishes(said: list[dict[str, Any]] | None, *, field: str = "variantId") -> list[LineWish]:
    """Return the lines of OrderLineCreateInput. Raises UserErrors(GRAPHQL_ERROR) for an id of something else."""
    found = []
    for item in said or ():
        pk = named_pk(item["variantId"], "ProductVariant", field=field)
        found.append(
            LineWish(
                variant_id=pk if pk is not None else -1,
                quantity=item["quantity"],
                price=item.get("price"),
                force_new_line=bool(item.get("forceNewLine")),
            )
        )
    return found


@root("Mutation", "draftOrderCreate")
@requires(*STAFF)
def draft_order_create(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    said = args["input"]
    if not said.get("channelId"):
        raise refuse("channel", "Channel id is required.", "REQUIRED")
    pk = named_pk(said["channelId"], "Channel", field="channelId")
    channel = Channel.objects.filter(pk=pk).first()
    check_channels(context, channel.pk if channel is not None else None)
    if channel is None:
        raise refuse("channelId", f"Couldn't resolve to a node: {said['channelId']}", "NOT_FOUND")
    order = drafts.create_draft(
        channel=channel,
        change=_change(context, said, channel),
        wishes=wishes(said.get("lines")),
        requestor=context.requestor,
    )
    return {"order": unsettle(order)}


def _named_order(context: Context, args: dict[str, Any]) -> Order:
    """Return the order that `id` or `externalReference` names, exactly one of them."""
    gid, reference = args.get("id"), args.get("externalReference")
    if bool(gid) == bool(reference):
        text = "At least one of arguments is required: 'id', 'externalReference'."
        text = "Argument 'id' cannot be combined with 'externalReference'" if gid else text
        raise refuse(None, text, "GRAPHQL_ERROR")
    if gid:
        order = loads.get_order(context, gid)
    else:
        found = orders().filter(external_reference=reference).first()
        if found is None:
            raise refuse("externalReference", f"Couldn't resolve to a node: {reference}", "NOT_FOUND")
        check_channels(context, found.channel_id)
        order = found
    return order


@root("Mutation", "draftOrderUpdate")
@requires(*STAFF)
def draft_order_update(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    order, said = _named_order(context, args), args["input"]
    message = "Provided order id belongs to non-draft order. Use `orderUpdate` mutation instead."
    drafts.check_draft_status(order, message)
    if said.get("channelId"):
        raise refuse("channelId", "Can't update existing order channel id.", "NOT_EDITABLE")
    change = _change(context, said, order.channel)
    if change.method is not None and _is_same(order, change.method):
        change.method_said = False
    return {"order": unsettle(drafts.update_draft(order_id=order.pk, change=change, requestor=context.requestor))}


def _is_same(order: Order, method: ShippingMethod) -> bool:
    """Return whether the draft has the method already, at the price of now."""
    from infra.engine.orders.delivery import method_of

    had = method_of(order)
    listing = method.listings.filter(channel_id=order.channel_id).first()
    price = listing.price_amount if listing is not None else 0
    return had is not None and had.pk == method.pk and order.undiscounted_shipping == price


@root("Mutation", "draftOrderComplete")
@requires(*STAFF)
def draft_order_complete(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    order = loads.get_order(context, args["id"])
    return {"order": unsettle(drafts.complete_draft(order_id=order.pk, requestor=context.requestor))}


@root("Mutation", "draftOrderDelete")
@requires(*STAFF)
def draft_order_delete(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    order = _named_order(context, args)
    return {"order": unsettle(drafts.delete_draft(order_id=order.pk, requestor=context.requestor))}


@root("Mutation", "draftOrderBulkDelete")
@requires(*STAFF)
def draft_order_bulk_delete(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    pks = [named_uuid(gid, "Order", field="ids") for gid in args["ids"]]
    known = list(orders().filter(pk__in=[pk for pk in pks if pk is not None]))
    check_channels(context, *(row.channel_id for row in known))
    return {"count": drafts.delete_drafts(order_ids=[row.pk for row in known], requestor=context.requestor)}


@root("Mutation", "orderUpdate")
@requires(*STAFF)
def order_update(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    order, said = _named_order(context, args), args["input"]
    if order.status == "DRAFT":
        message = "Provided order id belongs to draft order. Use `draftOrderUpdate` mutation instead."
        raise refuse("id", message, "INVALID")
    columns = _columns(context, said)
    for name in ("draft_save_shipping_address", "draft_save_billing_address"):
        columns.pop(name, None)
    change = DraftChange(
        columns=columns,
        metadata=pairs_to_dict(said.get("metadata")),
        private_metadata=pairs_to_dict(said.get("privateMetadata"), "privateMetadata"),
    )
    return {"order": unsettle(drafts.update_order(order_id=order.pk, change=change, requestor=context.requestor))}


@root("Mutation", "orderUpdateShipping")
@requires(*STAFF)
def order_update_shipping(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    order, said = loads.get_order(context, args["order"], "order"), args["input"]
    if not order.is_editable:
        raise refuse("id", "Only draft and unconfirmed orders can be edited.", "NOT_EDITABLE")
    if "shippingMethod" not in said:
        message = "Shipping method must be provided to perform mutation."
        raise refuse("shippingMethod", message, "SHIPPING_METHOD_REQUIRED")
    if said["shippingMethod"] == "":
        raise refuse("shippingMethod", "Shipping method cannot be empty.", "SHIPPING_METHOD_REQUIRED")
    if said["shippingMethod"]:
        named_pk(said["shippingMethod"], "ShippingMethod", field="shippingMethod")
    method = _method(said["shippingMethod"])
    changed = drafts.update_shipping(order_id=order.pk, method=method, requestor=context.requestor)
    return {"order": unsettle(changed)}

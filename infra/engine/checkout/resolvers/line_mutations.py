"""checkoutCreate and the mutations of lines."""

from __future__ import annotations

from typing import Any

from infra.engine.checkout import lines
from infra.engine.checkout.addresses import check_skip, clean_address
from infra.engine.checkout.resolvers import loads
from infra.engine.checkout.types import UNSET, LineInput, NewCheckout
from infra.engine.products.models import Channel
from infra.engine.products.queries import find_channel, shop_settings, single_channel
from infra.engine.schema.binding import declare, root
from infra.engine.schema.context import Context
from infra.engine.schema.errors import PermissionDenied, refuse
from infra.engine.schema.ids import int_pk, uuid_pk
from infra.engine.schema.metadata_mutations import pairs_to_dict

declare("CheckoutCreate", "checkout created")
for _payload in ("CheckoutLinesAdd", "CheckoutLinesUpdate", "CheckoutLinesDelete"):
    declare(_payload, "checkout")
declare("CheckoutError", "variants lines addressType")
ADDRESSES = (("shippingAddress", "SHIPPING", "shipping_address"), ("billingAddress", "BILLING", "billing_address"))


def limit(context: Context) -> int | None:
    """Return the shop's most pieces of one variant in a checkout."""
    return context.remember("shop settings", shop_settings).get("limitQuantityPerCheckout")


@root("Mutation", "checkoutCreate")
def checkout_create(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    said = args["input"]
    items = parse_lines(context, said.get("lines") or [])
    if said.get("privateMetadata") is not None and not context.requestor.has_perm(
        "HANDLE_CHECKOUTS", "MANAGE_CHECKOUTS"
    ):
        raise PermissionDenied(("HANDLE_CHECKOUTS", "MANAGE_CHECKOUTS"))
    user = context.requestor.user
    new = NewCheckout(
        channel=_channel(context, said.get("channel")),
        email=said.get("email") or (user.email if user else None),
        user=user,
        language_code=said.get("languageCode") or "EN",
        metadata=pairs_to_dict(said.get("metadata")),
        private_metadata=pairs_to_dict(said.get("privateMetadata"), "privateMetadata"),
    )
    _set_addresses(context, new, said)
    return {"checkout": lines.create_checkout(new=new, lines=items, limit=limit(context)), "created": True}


def _channel(context: Context, slug: str | None) -> Channel:
    channel = find_channel(context, slug) if slug else single_channel()
    if channel is None and not slug:
        raise refuse("channel", "You need to provide channel slug.", "MISSING_CHANNEL_SLUG")
    if channel is None:
        raise refuse("channel", f"Channel with '{slug}' slug does not exist.", "NOT_FOUND")
    if not channel.is_active:
        raise refuse("channel", f"Channel with '{channel.slug}' is inactive.", "CHANNEL_INACTIVE")
    return channel


def _set_addresses(context: Context, new: NewCheckout, said: dict[str, Any]) -> None:
    rules = said.get("validationRules") or {}
    for name, kind, column in ADDRESSES:
        save = f"save{name[0].upper()}{name[1:]}"
        if said.get(name):
            check_skip(context.requestor, said[name], "HANDLE_CHECKOUTS")
            setattr(
                new,
                column,
                clean_address(
                    said[name], address_type=kind, rules=rules.get(name), keep_all_fields=keeps_all_fields(context)
                ),
            )
            setattr(new, f"save_{column}", bool(said.get(save, True)))
        elif said.get(save) is not None:
            raise refuse(
                save,
                f"This option can only be selected if a {kind.lower()} address is provided.",
                "MISSING_ADDRESS_DATA",
            )


def keeps_all_fields(context: Context) -> bool:
    """Return whether the shop keeps fields of an address that its country's rules do not know."""
    return bool(context.remember("shop settings", shop_settings).get("preserveAllAddressFields"))


def parse_lines(context: Context, said: list[dict[str, Any]]) -> list[LineInput]:
    """Return the lines asked for. Raises PermissionDenied for a price by anybody but an app that handles checkouts."""
    priced = any("price" in item or "priceOverrideReason" in item for item in said)
    if priced and (context.requestor.app is None or not context.requestor.has_perm("HANDLE_CHECKOUTS")):
        text = "Setting the custom price is allowed only for apps with `MANAGE_CHECKOUTS` permission."
        raise PermissionDenied(message=text)
    return [_line(item) for item in said]


def _line(item: dict[str, Any]) -> LineInput:
    variant_id, line_id = item.get("variantId"), item.get("lineId")
    if (variant_id is None) == (line_id is None):
        text = "At least one of arguments is required: 'lineId', 'variantId'."
        both = "Argument 'lineId' cannot be combined with 'variantId'."
        raise refuse(None, text if variant_id is None else both, "GRAPHQL_ERROR")
    pk = int_pk(variant_id, "ProductVariant")
    line_pk = uuid_pk(line_id, "CheckoutLine")
    if pk is None and line_pk is None:
        field, gid = ("variantId", variant_id) if variant_id is not None else ("lineId", line_id)
        raise refuse(field, f"Could not resolve to a node with the global id list of '['{gid}']'.", "GRAPHQL_ERROR")
    reason = item.get("priceOverrideReason", UNSET if "price" not in item else None)
    return LineInput(
        variant_id=pk,
        line_id=line_pk,
        quantity=item.get("quantity"),
        price=item.get("price", UNSET),
        price_reason=reason,
        force_new_line=bool(item.get("forceNewLine")),
        metadata=pairs_to_dict(item.get("metadata")),
    )


@root("Mutation", "checkoutLinesAdd")
def checkout_lines_add(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    items = parse_lines(context, args["lines"])
    return {
        "checkout": lines.change_lines(checkout_id=loads.id_of(args), lines=items, replace=False, limit=limit(context))
    }


@root("Mutation", "checkoutLinesUpdate")
def checkout_lines_update(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    changed = lines.change_lines(
        checkout_id=loads.id_of(args),
        lines=parse_lines(context, args["lines"]),
        replace=True,
        limit=limit(context),
        quantity_required=context.requestor.app is None,
    )
    return {"checkout": changed}


@root("Mutation", "checkoutLinesDelete")
def checkout_lines_delete(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    ids = {uuid_pk(gid, "CheckoutLine"): gid for gid in args["linesIds"]}
    if None in ids:
        raise refuse("lineId", f"Invalid ID: {ids[None]}. Expected: CheckoutLine.", "GRAPHQL_ERROR")
    return {"checkout": lines.delete_lines(checkout_id=loads.id_of(args), line_ids={pk for pk in ids if pk})}

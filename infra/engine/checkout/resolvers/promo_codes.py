"""checkoutAddPromoCode, checkoutRemovePromoCode, and what a checkout says of its discounts."""

from __future__ import annotations

from typing import Any

from infra.engine.checkout import promo_codes
from infra.engine.checkout.resolvers import loads
from infra.engine.money import Money
from infra.engine.schema.binding import Batch, declare, field, root
from infra.engine.schema.context import Context
from infra.engine.schema.errors import PermissionDenied, refuse
from infra.engine.schema.ids import InvalidId, parse_global_id

DISCOUNTS = ("MANAGE_DISCOUNTS",)
for _payload in ("CheckoutAddPromoCode", "CheckoutRemovePromoCode"):
    declare(_payload, "checkout")


@root("Mutation", "checkoutAddPromoCode")
def add_promo_code(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    return {"checkout": promo_codes.add_promo_code(checkout_id=loads.id_of(args), code=args["promoCode"])}


@root("Mutation", "checkoutRemovePromoCode")
def remove_promo_code(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    code, gid = args.get("promoCode"), args.get("promoCodeId")
    if bool(code) == bool(gid):
        names = "'promo_code', 'promo_code_id'"
        both = "Argument 'promo_code' cannot be combined with 'promo_code_id'"
        raise refuse(None, both if code else f"At least one of arguments is required: {names}.", "GRAPHQL_ERROR")
    pk = loads.id_of(args)
    if code:
        return {"checkout": promo_codes.remove_promo_code(checkout_id=pk, code=code)}
    kind, key = _promo_code_key(str(gid))
    return {"checkout": promo_codes.remove_promo_code_by_id(checkout_id=pk, kind=kind, pk=key)}


def _promo_code_key(gid: str) -> tuple[str, int]:
    try:
        kind, key = parse_global_id(gid)
    except InvalidId as invalid:
        raise refuse("promoCodeId", str(invalid), "GRAPHQL_ERROR") from None
    if kind not in ("Voucher", "GiftCard") or not key.isdigit():
        raise refuse("promoCodeId", "Must receive Voucher or GiftCard id.", "NOT_FOUND")
    return kind, int(key)


@field("Checkout", "voucherCode")
def checkout_voucher_code(batch: Batch) -> list[Any]:
    return [checkout.voucher_code for checkout in batch.parents]


@field("Checkout", "voucher")
def checkout_voucher(batch: Batch) -> list[Any]:
    """The voucher itself, also when it does not hold now; only for those who manage discounts."""
    if not batch.context.requestor.has_perm(*DISCOUNTS):
        raise PermissionDenied(DISCOUNTS)
    items = loads.priced(batch.parents)
    return [item.voucher.voucher if item.voucher is not None else None for item in items]


@field("Checkout", "discount")
def checkout_discount(batch: Batch) -> list[Any]:
    return [Money(item.discount, item.checkout.currency) for item in loads.priced(batch.parents)]


@field("Checkout", "discountName")
def checkout_discount_name(batch: Batch) -> list[Any]:
    return [item.discount_name for item in loads.priced(batch.parents)]


@field("Checkout", "translatedDiscountName")
def checkout_translated_discount_name(batch: Batch) -> list[Any]:
    return [item.translated_discount_name for item in loads.priced(batch.parents)]

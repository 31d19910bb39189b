"""What several fields of a checkout need, read once for all checkouts of an answer and kept on them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from infra.engine.checkout.models import Checkout
from infra.engine.checkout.pricing import PricedCheckout, price_checkouts
from infra.engine.checkout.tax_apps import settle_taxes
from infra.engine.payments.models import TransactionItem
from infra.engine.prepared import PreparedRows
from infra.engine.schema.context import Context
from infra.engine.schema.errors import refuse
from infra.engine.schema.ids import named_uuid


def priced(checkouts: list[Checkout]) -> list[PricedCheckout]:
    """Return the prices of the checkouts, worked out once per row as it was read."""
    missing = [checkout for checkout in checkouts if not hasattr(checkout, "_priced")]
    if missing:
        found = price_checkouts(missing)
        for checkout in missing:
            checkout._priced = found[checkout.pk]  # type: ignore[attr-defined]
        settle_taxes(found.values())
    return [checkout._priced for checkout in checkouts]  # type: ignore[attr-defined]


def transactions(checkouts: list[Checkout]) -> list[list[TransactionItem]]:
    """Return the transactions of each checkout."""
    missing = {checkout.pk: checkout for checkout in checkouts if not hasattr(checkout, "_transactions")}
    if missing:
        for checkout in missing.values():
            checkout._transactions = []  # type: ignore[attr-defined]
        for row in _TRANSACTIONS(missing):
            missing[row.checkout_id]._transactions.append(row)  # type: ignore[index, attr-defined]
    return [checkout._transactions for checkout in checkouts]  # type: ignore[attr-defined]


def find(pk: UUID | None) -> Checkout | None:
    """Return a checkout with its channel, delivery and customer, or None."""
    return next(iter(_CHECKOUTS([pk])), None)


_CHECKOUTS = PreparedRows(
    Checkout._meta.pk,
    lambda pks: Checkout.objects.select_related("channel", "assigned_delivery", "user").filter(pk__in=pks),
)
_TRANSACTIONS = PreparedRows(
    TransactionItem._meta.get_field("checkout"), lambda pks: TransactionItem.objects.filter(checkout_id__in=pks)
)


def id_of(args: dict[str, Any]) -> UUID:
    """Return the checkout meant by `id`, `checkoutId` or `token`. Raises UserErrors(NOT_FOUND or GRAPHQL_ERROR)."""
    if args.get("token"):
        return args["token"]
    name = "id" if args.get("id") else "checkoutId"
    gid = args.get(name)
    if not gid:
        raise refuse(None, "At least one of arguments is required: 'checkoutId', 'id', 'token'.", "GRAPHQL_ERROR")
    pk = named_uuid(gid, "Checkout", field=name)
    if pk is None:
        raise refuse(name, f"Couldn't resolve to a node: {gid}", "NOT_FOUND")
    return pk


def get(args: dict[str, Any]) -> Checkout:
    """Return the checkout meant by the arguments. Raises UserErrors(NOT_FOUND)."""
    pk = id_of(args)
    checkout = find(pk)
    if checkout is None:
        name = next((name for name in ("id", "checkoutId", "token") if args.get(name)), "id")
        raise refuse(name, f"Couldn't resolve to a node: {args.get(name)}", "NOT_FOUND")
    return checkout


def may_see_user(context: Context, user: Any, *permissions: str) -> bool:
    """Return whether the requestor is `user` or holds one of the permissions."""
    own = context.requestor.user
    return (own is not None and own.pk == user.pk) or context.requestor.has_perm(*permissions)

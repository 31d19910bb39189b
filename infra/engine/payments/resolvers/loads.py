"""Finding what the arguments of payment mutations mean, and who may touch it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from infra.engine.checkout.models import Checkout
from infra.engine.checkout.pricing import price_checkouts
from infra.engine.checkout.tax_apps import settle_taxes
from infra.engine.money import TOO_MUCH, quantize
from infra.engine.orders.models import Order
from infra.engine.payments.models import TransactionItem
from infra.engine.payments.sessions import amount_to_pay
from infra.engine.prepared import PreparedRows
from infra.engine.schema.context import Requestor
from infra.engine.schema.errors import EngineError, PermissionDenied, refuse
from infra.engine.schema.ids import InvalidId, named_uuid, parse_global_id, uuid_pk

#: most transactions of one order or checkout
LIMIT = 100


def get_transaction(args: dict[str, Any], name: str = "id") -> TransactionItem:
    """Return the transaction meant by `id` or `token`. Raises UserErrors(NOT_FOUND)."""
    token = args.get("token") or named_uuid(args.get(name), "TransactionItem", field=name)
    rows = TransactionItem.objects.select_related("checkout__channel", "order__channel")
    item = rows.filter(pk=token).first() if token else None
    if item is None:
        field = "token" if args.get("token") else name
        raise refuse(field, f"Couldn't resolve to a node: {args.get(field)}", "NOT_FOUND")
    return item


def get_source(gid: str) -> Order | Checkout:
    """Return the order or checkout of a global id. Raises UserErrors(INVALID, NOT_FOUND)."""
    try:
        kind, _ = parse_global_id(gid)
    except InvalidId:
        raise EngineError(f"Invalid ID: {gid}. Expected one of: Checkout, Order.", "GraphQLError") from None
    if kind not in ("Checkout", "Order"):
        message = f"Invalid ID: {gid}. Expected one of: Checkout, Order, received: {kind}."
        raise refuse("id", message, "INVALID")
    pk = uuid_pk(gid, kind)
    source: Any = next(iter((_ORDERS if kind == "Order" else _CHECKOUTS)([pk])), None)
    if source is None:
        raise refuse("id", "`Order` or `Checkout` not found.", "NOT_FOUND")
    return source


_ORDERS = PreparedRows(Order._meta.pk, lambda pks: Order.objects.select_related("channel", "user").filter(pk__in=pks))
_CHECKOUTS = PreparedRows(
    Checkout._meta.pk,
    lambda pks: Checkout.objects.select_related("channel", "assigned_delivery", "user").filter(pk__in=pks),
)


def said_amount(said: Decimal, currency: str, field: str = "amount") -> Decimal:
    """Return an amount that somebody said, rounded. Raises UserErrors(INVALID) for more than rows can hold sums of."""
    if said >= TOO_MUCH:
        raise refuse(field, f"Ensure this value is less than {TOO_MUCH}.", "INVALID")
    return quantize(said, currency)


def open_amount(source: Order | Checkout, said: Any) -> Any:
    """Return the amount said, else what nothing covers yet. Raises UserErrors(INVALID) past the transaction limit."""
    rows = list(source.transactions.all())
    if len(rows) >= LIMIT:
        kind = type(source).__name__
        raise refuse("id", f"{kind} transactions limit of {LIMIT} reached.", "INVALID")
    if said is not None:
        return said_amount(said, source.currency)
    if isinstance(source, Order):
        total = source.total_gross
    else:
        priced = price_checkouts([source])
        settle_taxes(priced.values())
        total = priced[source.pk].total.gross.amount
    return amount_to_pay(currency=source.currency, total=total, transactions=rows)


def check_owner(item: TransactionItem, requestor: Requestor) -> None:
    """Let an app touch its own transactions, staff those of staff, and everybody those of nobody."""
    if not (item.user_id or item.app_id or item.app_identifier):
        return
    app = requestor.app
    own = app is not None and (item.app_id == app.pk or (item.app_identifier or None) == app.identifier)
    if not own and not (requestor.user is not None and item.user_id):
        raise PermissionDenied(("OWNER", "HANDLE_PAYMENTS"))

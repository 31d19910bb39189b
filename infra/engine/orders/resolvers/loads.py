"""What several fields of an order need, read once for all orders of an answer and kept on them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from infra.engine.customers.channel_access import check_channels
from infra.engine.orders.models import Fulfillment, GrantedRefund, Order, OrderLine
from infra.engine.orders.queries import order_by_id, orders_by_id
from infra.engine.orders.settling import settle, settled_line
from infra.engine.payments.models import TransactionItem
from infra.engine.prepared import PreparedRows, in_bulk
from infra.engine.schema.binding import Batch
from infra.engine.schema.context import Context
from infra.engine.schema.errors import refuse
from infra.engine.schema.ids import named_pk, named_uuid


def _of_orders(model: Any) -> PreparedRows:
    return PreparedRows(model._meta.get_field("order"), lambda pks: model.objects.filter(order_id__in=pks))


#: what opens the private metadata of an order and its parts, and the writing of any
METADATA = ("MANAGE_ORDERS", "HANDLE_TAXES")
#: where the lines of an answer's orders are kept, by key: the lines of fulfillments are among them
ORDER_LINES = "order_lines"
_LINES, _FULFILLMENTS = _of_orders(OrderLine), _of_orders(Fulfillment)
_TRANSACTIONS, _GRANTS = _of_orders(TransactionItem), _of_orders(GrantedRefund)


def _kept(parents: Iterable[Any], name: str, read: Any) -> list[list[Any]]:
    """Return the related rows of each parent, reading those not yet kept under `name` in one statement."""
    rows = list(parents)
    missing = {row.pk: row for row in rows if name not in row.__dict__}
    if missing:
        for row in missing.values():
            row.__dict__[name] = []
        for pk, item in read(list(missing)):
            missing[pk].__dict__[name].append(item)
    return [row.__dict__[name] for row in rows]


def lines(parents: Iterable[Order]) -> list[list[OrderLine]]:
    """Return the lines of each order in their order."""
    rows = list(parents)
    by_order = _kept(rows, "_lines", lambda pks: [(row.order_id, row) for row in _LINES(pks)])
    for order, own in zip(rows, by_order, strict=True):
        for line in own:
            line.order = order
    return by_order


def fulfillments(parents: Iterable[Order]) -> list[list[Fulfillment]]:
    """Return the fulfillments of each order, oldest first."""
    return _kept(parents, "_fulfillments", lambda pks: [(row.order_id, row) for row in _FULFILLMENTS(pks)])


def transactions(parents: Iterable[Order]) -> list[list[TransactionItem]]:
    """Return the transactions of each order, oldest first."""
    return _kept(parents, "_transactions", lambda pks: [(row.order_id, row) for row in _TRANSACTIONS(pks)])


def granted_refunds(parents: Iterable[Order]) -> list[list[GrantedRefund]]:
    """Return the refunds granted for each order, oldest first."""
    return _kept(parents, "_granted_refunds", lambda pks: [(row.order_id, row) for row in _GRANTS(pks)])


def by_id(batch: Batch, ids: list[Any], model: Any, key: str) -> list[Any]:
    """Return rows of `model` by key (None gives None), each read once per request."""
    known: dict[Any, Any] = batch.context.cache.setdefault(key, {})
    missing = {pk for pk in ids if pk is not None} - known.keys()
    if missing:
        known.update(in_bulk(model, missing))
    return [known.get(pk) for pk in ids]


def orders_of(parents: list[Any]) -> list[Order]:
    """Return the order of each row that has an `order_id`."""
    missing = {row.order_id for row in parents if "order" not in row._state.fields_cache}
    found = orders_by_id(missing)
    for row in parents:
        if row.order_id in missing:
            row.order = found[row.order_id]
    return [row.order for row in parents]


def settled(parents: list[OrderLine]) -> list[OrderLine]:
    """Return order lines with their prices of now: those of editable orders are worked out if they must be."""
    owners = orders_of(parents)
    settle(owners)
    return [settled_line(order, line) for order, line in zip(owners, parents, strict=True)]


def get_order(context: Context, gid: str | None, name: str = "id") -> Order:
    """Return the order of a global id, to be changed by whoever asks.

    Raises UserErrors(NOT_FOUND), and PermissionDenied when its channel is not one they work on.
    """
    found = order_by_id(named_uuid(gid, "Order", field=name))
    if found is None:
        raise refuse(name, f"Couldn't resolve to a node: {gid}", "NOT_FOUND")
    check_channels(context, found.channel_id)
    return found


def get_fulfillment(context: Context, gid: str) -> Fulfillment:
    """Return the fulfillment of a global id, to be changed by whoever asks. Raises as `get_order` does."""
    pk = named_pk(gid, "Fulfillment")
    found = in_bulk(Fulfillment, [pk]).get(pk)
    if found is None:
        raise refuse("id", f"Couldn't resolve to a node: {gid}", "NOT_FOUND")
    check_channels(context, *(order.channel_id for order in orders_of([found])))
    return found

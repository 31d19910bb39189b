"""The only place that locks payments: checkout or order first, then the transaction, so that none waits in a ring."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from infra.engine.checkout import lock_objects as checkouts
from infra.engine.checkout.models import Checkout
from infra.engine.orders import lock_objects as orders
from infra.engine.orders.models import Order
from infra.engine.payments.models import TransactionItem
from infra.engine.warehouses.lock_objects import lock

ATTEMPTS = 5


@dataclass(slots=True)
class Locked:
    """A transaction with what it pays, all locked; exactly one of `order` and `checkout`, or neither."""

    item: TransactionItem
    order: Order | None = None
    checkout: Checkout | None = None


class _MovedError(Exception):
    """The checkout became an order between looking and locking."""


@contextmanager
def locked_transaction(token: UUID) -> Iterator[Locked]:
    """Open a transaction on `engine` with the payment and what it pays locked.

    A payment moves from checkout to order when the checkout completes; then everything is let go and taken again in
    the right order. Raises TransactionItem.DoesNotExist.
    """
    for attempt in range(ATTEMPTS):
        try:
            with transaction.atomic("engine"):
                found = _take(token)
                yield found
                return
        except _MovedError:
            if attempt == ATTEMPTS - 1:
                raise RuntimeError(f"payment {token} kept moving") from None


def _take(token: UUID) -> Locked:
    seen = TransactionItem.objects.values_list("order_id", "checkout_id").get(pk=token)
    order_id, checkout_id = seen
    order = orders.order(order_id) if order_id else None
    checkout = checkouts.checkout(checkout_id) if checkout_id else None
    item = lock(TransactionItem.objects.filter(pk=token)).get()
    if (item.order_id, item.checkout_id) != seen:
        raise _MovedError
    return Locked(item, order, checkout)

"""The only place that locks payments: checkout or order first, then the transaction, so that none waits in a ring."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from infra.engine.checkout import lock_objects as checkouts
from infra.engine.checkout.models import Checkout
from infra.engine.giftcards import lock_objects as cards
from infra.engine.giftcards.models import GiftCard
from infra.engine.orders import lock_objects as orders
from infra.engine.orders.models import Order
from infra.engine.payments.models import TransactionItem
from infra.engine.payments.types import GIFT_CARD_GATEWAY
from infra.engine.prepared import PreparedRows
from infra.engine.warehouses.lock_objects import lock, locked_rows

ATTEMPTS = 5
MOST_TURNS = 100


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


@contextmanager
def locked_with_card(token: UUID, code: str | None) -> Iterator[tuple[Locked, GiftCard | None, list[Locked]]]:
    """Open a transaction with a payment, the gift card of a code, and the other checkouts' payments by that card.

    All that is locked is locked in the one order: checkouts by key, payments by key, the card. Who came between
    looking and locking makes this begin again; each time somebody else has gone on.
    """
    for _ in range(MOST_TURNS):
        try:
            with transaction.atomic("engine"):
                found = _take_with_card(token, code)
                yield found
                return
        except _MovedError:
            continue
    raise RuntimeError(f"payment {token} kept moving")


def _take_with_card(token: UUID, code: str | None) -> tuple[Locked, GiftCard | None, list[Locked]]:
    if code is None or TransactionItem.objects.filter(pk=token, checkout=None).exists():
        return _take(token), None, []
    seen = dict(_by_card(code).exclude(pk=token).values_list("pk", "checkout_id"))
    own = TransactionItem.objects.values_list("checkout_id", flat=True).get(pk=token)
    rows = checkouts.several({own, *seen.values()} - {None})
    items = {row.pk: row for row in lock(TransactionItem.objects.filter(pk__in=[token, *seen]).order_by("pk"))}
    item = items.pop(token)
    if item.checkout_id is None or item.checkout_id != own:
        raise _MovedError
    card = cards.card_of_code(code)
    if dict(_by_card(code).exclude(pk=token).values_list("pk", "checkout_id")) != seen:
        raise _MovedError
    others = [Locked(row, checkout=rows[row.checkout_id]) for row in items.values() if row.checkout_id in rows]
    return Locked(item, checkout=rows[item.checkout_id]), card, others


def _by_card(code: str) -> QuerySet[TransactionItem]:
    """Return the payments of checkouts by the card of a code; one that became an order keeps the card."""
    rows = TransactionItem.objects.filter(app_identifier=GIFT_CARD_GATEWAY, gift_card__code=code)
    return rows.filter(checkout__isnull=False, order=None).order_by("pk")


def _take(token: UUID) -> Locked:
    seen = next(iter(_PAID([token])), None)
    if seen is None:
        raise TransactionItem.DoesNotExist(f"no payment {token}")
    order_id, checkout_id = seen
    order = orders.order(order_id) if order_id else None
    checkout = checkouts.checkout(checkout_id) if checkout_id else None
    item = next(iter(locked_rows(_ITEMS, [token])), None)
    if item is None or (item.order_id, item.checkout_id) != seen:
        raise _MovedError
    return Locked(item, order, checkout)


def locked_source(source: Order | Checkout, item: TransactionItem) -> Locked:
    """Lock what a new payment, not saved yet, pays. Needs an open transaction on `engine`.

    Raises Order.DoesNotExist, and Checkout.DoesNotExist for one that has become an order.
    """
    if isinstance(source, Order):
        return Locked(item, order=orders.order(source.pk))
    checkout = checkouts.checkout(source.pk)
    if checkout is None:
        raise Checkout.DoesNotExist(f"no checkout {source.pk}")
    return Locked(item, checkout=checkout)


_PAID = PreparedRows(
    TransactionItem._meta.pk,
    lambda tokens: TransactionItem.objects.filter(pk__in=tokens).order_by().values_list("order_id", "checkout_id"),
)
_ITEMS = PreparedRows(TransactionItem._meta.pk, lambda tokens: lock(TransactionItem.objects.filter(pk__in=tokens)))

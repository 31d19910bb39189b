"""The proof that the mall has of its orders what Saleor says, and the repair of what it lacks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from marketplace.kernel.scope import all_merchants
from marketplace.orders.actions import projector
from marketplace.orders.actions.problems import open_problem
from marketplace.orders.actions.refunds import key_in
from marketplace.orders.models import OrderProblem, OrderRecord, Refund
from marketplace.orders.types import OrderDifference
from marketplace.saleor import orders
from marketplace.saleor import reconcile as door
from marketplace.saleor.types import SaleorOrder

BATCH = 100
ENDED = {"SUCCESS": Refund.State.MADE, "FAILURE": Refund.State.FAILED}


def reconcile(*, since: datetime | None = None, is_dry_run: bool = False) -> Iterator[OrderDifference]:
    """Compare the orders changed at Saleor since a moment (None: all) with the mall's, and repair through the same
    projector that hears events; yields what differed. Once more, right after, it yields nothing.

    Differences are: a paid order that is not here (one that cannot be divided stays so, and a person is told); a refund
    that was made or failed and is not noted so; an order of ours that Saleor does not have (looked for only when all
    are compared; nothing repairs it, a person is told). Refunds that wait for an answer are looked at whenever they
    were asked for. What an order does to stock the catalogue's own pass sees. One order is held at a time. Raises
    `SaleorUnavailable`.
    """
    waiting = _waiting()
    for order_id in waiting:
        found = orders.get_order(order_id=order_id)
        if found is not None:
            yield from _compare(found, is_dry_run)
    for order in door.orders_changed_since(since):
        if order.id not in waiting:
            yield from _compare(order, is_dry_run)
    if since is None:
        yield from _gone(is_dry_run)


def _compare(order: SaleorOrder, is_dry_run: bool) -> Iterator[OrderDifference]:
    found = list(differences_of(order))
    is_here = bool(found) and not is_dry_run and projector.project_order(order_id=order.id)
    for what in found:
        yield OrderDifference(order.id, order.number, what, is_here)


def differences_of(order: SaleorOrder) -> Iterator[str]:
    """Yield what an event about this order would now change here, in words."""
    if not OrderRecord.objects.filter(order_id=order.id).exists():
        if projector.is_paid(order):
            yield "paid, and not here"
        return
    states = {key_in(each): ENDED[each.status] for each in order.granted_refunds if each.status in ENDED}
    if not states:
        return
    with all_merchants("refunds are compared with Saleor's"):
        rows = list(Refund.objects.filter(grant_key__in=states).values_list("key", "grant_key", "state").order_by("pk"))
    for key, grant_key, state in rows:
        if states[grant_key] != state and state != Refund.State.MADE:
            yield f"refund {key} was {states[grant_key]}, here {state}"


def _waiting() -> set[str]:
    """Return the orders of refunds that wait for an answer: as many as are open, not as there are orders."""
    with all_merchants("refunds that wait are compared with Saleor's"):
        asked = Refund.objects.filter(state=Refund.State.ASKED).order_by()
        return set(asked.values_list("part__order__order_id", flat=True))


def _gone(is_dry_run: bool) -> Iterator[OrderDifference]:
    last = 0
    while batch := list(
        OrderRecord.objects.filter(pk__gt=last).order_by("pk").values_list("pk", "order_id", "number")[:BATCH]
    ):
        numbers = {order_id: number for _, order_id, number in batch}
        last = batch[-1][0]
        for order_id in sorted(door.orders_gone(list(numbers))):
            is_told = OrderProblem.objects.filter(order_id=order_id, code="orders.gone", closed_at=None).exists()
            if not is_told and not is_dry_run:
                open_problem(
                    order_id=order_id, number=numbers[order_id], code="orders.gone", detail="Saleor no longer has it"
                )
            if not is_told:
                yield OrderDifference(order_id, numbers[order_id], "not at Saleor", False)

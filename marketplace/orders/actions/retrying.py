"""Asking again for a refund that the payment provider refused. No money moved, so nothing can be paid back twice."""

from __future__ import annotations

from django.db import transaction

from marketplace.kernel.audit.actions import record as audit
from marketplace.kernel.jobs.actions import enqueue
from marketplace.kernel.scope import all_merchants
from marketplace.orders import kinds
from marketplace.orders.actions.problems import close_problem
from marketplace.orders.models import OrderProblem, Refund
from marketplace.orders.types import OrderMissing

FAILED = "orders.refund_failed:"


def retry_refund(*, problem_id: int, actor: str) -> bool:
    """Ask the provider again for the refund of an open problem, by a job; returns whether there was one to ask for.

    The problem is closed; a refund that fails once more opens it again. Asked for twice, the second changes nothing.
    Raises `OrderMissing` for a problem that is none, or not of a refund.
    """
    with transaction.atomic(), all_merchants("the ward asks again for a refund"):
        problem = OrderProblem.objects.filter(pk=problem_id, code__startswith=FAILED).first()
        if problem is None:
            raise OrderMissing(problem_id)
        ending = problem.code.removeprefix(FAILED)
        rows = Refund.objects.filter(
            part__order__order_id=problem.order_id, grant_key__endswith=ending, state=Refund.State.FAILED
        ).select_for_update(of=("self",))
        grant_keys = sorted({row.grant_key for row in rows})
        for grant_key in grant_keys:
            Refund.objects.filter(grant_key=grant_key, state=Refund.State.FAILED).update(state=Refund.State.ASKED)
            enqueue(kind=kinds.REFUND, key=f"{grant_key}:again", payload={"grant_key": grant_key}, again=True)
        close_problem(order_id=problem.order_id, code=problem.code)
        if grant_keys:
            audit(actor=actor, action="orders.refund.retried", subject=f"order:{problem.order_id}", detail={})
    return bool(grant_keys)

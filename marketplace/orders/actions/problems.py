"""What a person should look at."""

from __future__ import annotations

from marketplace.kernel import clock
from marketplace.orders.models import OrderProblem


def open_problem(*, order_id: str, number: str, code: str, detail: str) -> None:
    """Open a problem of an order, one per `code`; a closed one opens again."""
    fields = {"number": number, "detail": detail, "closed_at": None}
    OrderProblem.objects.update_or_create(
        order_id=order_id,
        code=code,
        defaults=fields,
        create_defaults={**fields, "opened_at": clock.now()},
    )


def close_problem(*, order_id: str, code: str) -> None:
    """Close a problem; nothing happens when it is not open."""
    OrderProblem.objects.filter(order_id=order_id, code=code, closed_at__isnull=True).update(closed_at=clock.now())

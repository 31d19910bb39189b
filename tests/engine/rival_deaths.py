"""Places in the making of an order at which a process is killed, as a machine that loses its power is."""

from __future__ import annotations

import os
import signal
from typing import Any

#: point: (module, name of the function after which the process is gone)
AFTER = {
    "voucher counted": ("completion", "count_voucher"),
    "lines written": ("ordering", "freeze_discounts"),
    "stock promised": ("ordering", "allocate"),
    "card spent": ("ordering", "use_at_completion"),
    "cart deleted": ("ordering", "_delete"),
    "events queued": ("ordering", "_tell"),
    "card charged": ("ordering", "charge_order"),
    "order written": ("completion", "write_order"),
}
#: that, and once all is stored but the answer is not out
POINTS = (*AFTER, "answered")
_armed: list[str] = []


def arm(point: str) -> None:
    """Let this process die at the point."""
    from infra.engine.checkout import completion, ordering

    _armed[:] = [point]
    for name, (module, function) in AFTER.items():
        owner = {"completion": completion, "ordering": ordering}[module]
        setattr(owner, function, _followed(getattr(owner, function), name))


def _followed(function: Any, point: str) -> Any:
    def wrapped(*args: Any, **named: Any) -> Any:
        found = function(*args, **named)
        reached(point)
        return found

    return wrapped


def reached(point: str) -> None:
    """Be gone, without a word, if this is the point."""
    if _armed == [point]:
        os.kill(os.getpid(), signal.SIGKILL)

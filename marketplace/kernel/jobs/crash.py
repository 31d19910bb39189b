"""Named places where a test may kill the process, to prove that nothing is lost or doubled there."""

from __future__ import annotations

import os
import signal

VARIABLE = "MALL_CRASH_POINT"
_passed: dict[str, int] = {}


def crash_point(name: str) -> None:
    """Kill this process with SIGKILL when the environment says `MALL_CRASH_POINT=name` or, for the nth pass, `name@n`.

    The points: `inbox.stored` (the event is kept, not yet answered), `inbox.claimed`, `inbox.handled` (after the
    action), `inbox.acknowledged-before` (before the row is marked done); the same of `outbox.`: `outbox.stored`,
    `outbox.claimed`, `outbox.handled`, `outbox.done-before-ack`; and those that apps name in their own actions.
    """
    wanted = os.environ.get(VARIABLE)
    if not wanted:
        return
    wanted_name, _, count = wanted.partition("@")
    if wanted_name != name:
        return
    _passed[name] = _passed.get(name, 0) + 1
    if _passed[name] == int(count or 1):
        os.kill(os.getpid(), signal.SIGKILL)

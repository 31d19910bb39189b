"""No child outlives its parent, not even after kill -9.

The supervisor holds an exclusive lock on one file of the data folder for as long as it lives; the kernel lets go of it
when the process dies, however it dies. Every process below waits for that lock in a thread of its own and ends at once
when it gets it. On Linux each also asks the kernel to be killed when its direct parent dies (prctl PR_SET_PDEATHSIG),
which works even while a thread is stuck inside an extension module. The same lock keeps a second one off it.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any, TextIO

VARIABLE = "MALL_LIFELINE"
"""Environment variable that names the lock file to the processes below."""

PR_SET_PDEATHSIG = 1


class Held(Exception):
    """Another supervisor owns the data folder. `holder` is what it wrote about itself (pid, port, started_at)."""

    def __init__(self, holder: dict[str, Any]) -> None:
        super().__init__(holder)
        self.holder = holder


def hold(path: Path, about: dict[str, Any]) -> TextIO:
    """Take the lock and write `about` into it. Keep the returned file open for as long as the lock is meant to last.

    Raises Held when another process has it. The file itself stays on disk; only the lock on it counts.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    file = open(path, "a+")  # noqa: SIM115 - it must outlive this function
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        holder: dict[str, Any] = {}
        with contextlib.suppress(ValueError):
            holder = json.loads(file.read())
        file.close()
        raise Held(holder) from None
    file.seek(0)
    file.truncate()
    json.dump(about, file)
    file.flush()
    return file


def holder(path: Path) -> dict[str, Any]:
    """Return what the process that holds `path` wrote about itself; empty when nobody holds it."""
    try:
        with open(path) as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        with contextlib.suppress(ValueError):
            return dict(json.loads(path.read_text()))
    except FileNotFoundError:
        pass
    return {}


def follow_if_asked() -> None:
    """Tie this process to the supervisor named in the environment; without one, do nothing (a command run by hand)."""
    path = os.environ.get(VARIABLE)
    if path:
        follow(Path(path))


_followed: set[Path] = set()


def follow(path: Path) -> None:
    """End this process as soon as the holder of `path` is gone. Calling it again changes nothing."""
    if path in _followed:
        return
    _followed.add(path)
    _arm(path)
    os.register_at_fork(after_in_child=lambda: _arm(path))


def _arm(path: Path) -> None:
    _ask_kernel()
    threading.Thread(target=_wait_for_end, args=(path,), name="lifeline", daemon=True).start()


def _ask_kernel() -> None:
    if sys.platform != "linux":
        return
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) was refused")


def _wait_for_end(path: Path) -> None:
    try:
        with open(path) as file:
            fcntl.flock(file, fcntl.LOCK_SH)
    except FileNotFoundError:
        pass  # the data folder is gone: so is everything there was to serve
    os.kill(os.getpid(), signal.SIGKILL)

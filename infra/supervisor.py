"""Owns the web server and the worker: starts them, starts them again, ends with them.

Loads neither Django nor a database: it must live when they do not. What ties its children to it is `infra.lifeline`.
"""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from infra import lifeline

GRACE_S = 10
"""How long a child may take to finish what it is doing when asked to stop."""
TICK_S = 0.1
QUICK_S = 10
TOO_OFTEN = 5
"""A child that ends this many times in a row, each within QUICK_S of its start, is given up."""


class UnableToStart(Exception):
    """Why the mall cannot be served here and now, for a person to read."""


@dataclass
class Child:
    """One process below the supervisor. One with `once` is not started again after it succeeded."""

    name: str
    arguments: list[str]
    once: bool = False
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    quick_ends: int = 0
    start_after: float = 0.0
    done: bool = field(default=False)


class Supervisor:
    """Serves one data folder on one port."""

    def __init__(self, *, data: Path, host: str, port: int, workers: int, has_worker: bool = True) -> None:
        self.data = data
        self.host = host
        self.port = port
        self.lock_path = data / "supervisor.lock"
        self.stopping = False
        self.environment = os.environ | {"MALL_DATA": str(data), lifeline.VARIABLE: str(self.lock_path)}
        self.web = Child("web", ["serve", "--host", host, "--port", str(port), "--workers", str(workers)])
        self.worker = Child("worker", ["work"], done=not has_worker)
        self.history = Child("history", ["history"], once=True, done=not has_worker)

    def prepare(self, *, history_too: bool = False) -> None:
        """Bring the data folder to where the mall can be served. Raises UnableToStart."""
        with self._held():
            self._prepare()
            if history_too:
                self._load_history()

    def reset(self) -> None:
        """Delete the demo data and load it again, history and all. Raises UnableToStart."""
        with self._held():
            self._prepare("--afresh")
            self._load_history()

    def run(self, *, announce: Callable[[float], None]) -> bool:
        """Prepare and serve until a signal comes (true) or a child keeps failing (false). Raises UnableToStart."""
        begun = time.monotonic()
        with self._held():
            self._probe_port()
            self._prepare()
            self._probe_port()  # preparing may take minutes
            with self._signals():
                try:
                    self._start(self.web)
                    if not self.worker.done:
                        self._start(self.worker)
                    if not self._wait_until_serving():
                        return self.stopping
                    announce(time.monotonic() - begun)
                    if not self.history.done:
                        self._start(self.history)
                    return self._watch()
                finally:
                    self._stop_all()

    @contextlib.contextmanager
    def _held(self):  # type: ignore[no-untyped-def]
        about = {
            "pid": os.getpid(),
            "port": self.port,
            "url": self.environment.get("MALL_PUBLIC_URL", ""),
            "started_at": datetime.now(tz=UTC).isoformat(timespec="seconds"),
        }
        try:
            lock = lifeline.hold(self.lock_path, about)
        except lifeline.Held as held:
            holder = held.holder
            raise UnableToStart(
                f"{self.data} is in use: ./mall up runs on it since {holder.get('started_at', '?')} "
                f"(process {holder.get('pid', '?')}, port {holder.get('port', '?')}). "
                "Stop that one, or name another folder with --data"
            ) from None
        with lock:
            yield

    def _probe_port(self) -> None:
        """Refuse a port that anybody listens on: granian binds with SO_REUSEPORT and would share it silently."""
        for address in {self.host, "127.0.0.1"}:
            with contextlib.suppress(OSError), socket.create_connection((address, self.port), timeout=1):
                raise UnableToStart(f"port {self.port} is in use by another program: choose one with --port")
        with socket.socket(socket.AF_INET6 if ":" in self.host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.host, self.port))
            except OSError as error:
                why = {errno.EADDRINUSE: "is in use", errno.EACCES: "needs rights this user does not have"}
                text = why.get(error.errno or 0, f"cannot be bound ({error.strerror})")
                raise UnableToStart(f"port {self.port} on {self.host} {text}: choose one with --port") from None

    def _prepare(self, *flags: str) -> None:
        command = self._command(["prepare", "--host", self.host, "--port", str(self.port), *flags])
        if subprocess.run(command, env=self.environment, check=False).returncode:
            raise UnableToStart("the data folder could not be prepared (see above)")

    def _load_history(self) -> None:
        if subprocess.run(self._command(["history"]), env=self.environment, check=False).returncode:
            raise UnableToStart("the sales history could not be loaded (see above)")

    def _command(self, arguments: list[str]) -> list[str]:
        return [sys.executable, "-m", "infra", *arguments]

    def _start(self, child: Child) -> None:
        child.process = subprocess.Popen(self._command(child.arguments), env=self.environment, start_new_session=True)
        child.started = time.monotonic()

    def _wait_until_serving(self) -> bool:
        """Wait for the web server to accept. Returns false when a signal came or it ended before that."""
        while not self.stopping:
            with contextlib.suppress(OSError), socket.create_connection((self.host, self.port), timeout=1):
                return True
            assert self.web.process is not None
            if self.web.process.poll() is not None:
                return False
            time.sleep(TICK_S)
        return False

    def _watch(self) -> bool:
        while not self.stopping:
            for child in (self.web, self.worker, self.history):
                if not self._keep(child):
                    return False
            time.sleep(TICK_S)
        return True

    def _keep(self, child: Child) -> bool:
        """Look after one child. Returns false when it cannot be kept alive."""
        if child.done:
            return True
        if child.process is None:
            if time.monotonic() >= child.start_after:
                self._start(child)
            return True
        code = child.process.poll()
        if code is None:
            return True
        if child.once and code == 0:
            child.done = True
            return True
        child.quick_ends = child.quick_ends + 1 if time.monotonic() - child.started < QUICK_S else 1
        if child.quick_ends >= TOO_OFTEN:
            print(
                f"mall: {child.name} ended {TOO_OFTEN} times in a row (last with {code})", file=sys.stderr, flush=True
            )
            if child.once:
                child.done = True  # the mall serves without its past
                return True
            return False
        print(f"mall: {child.name} ended with {code}; starting it again", file=sys.stderr, flush=True)
        self.environment.pop("MALL_CRASH_POINT", None)  # a crash asked for happens once
        child.process = None
        child.start_after = time.monotonic() + 0.2 * 2**child.quick_ends
        return True

    @contextlib.contextmanager
    def _signals(self):  # type: ignore[no-untyped-def]
        def stop(number: int, frame: object) -> None:
            self.stopping = True

        former = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
        try:
            yield
        finally:
            for number, handler in former.items():
                signal.signal(number, handler)

    def _stop_all(self) -> None:
        """Ask every child to stop, then end the process group of each that is still there."""
        running = [child.process for child in (self.web, self.worker, self.history) if child.process is not None]
        for process in running:
            if process.poll() is None:
                process.terminate()
        until = time.monotonic() + GRACE_S
        for process in running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(until - time.monotonic(), 0.1))
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

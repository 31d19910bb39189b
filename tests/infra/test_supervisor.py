"""One supervisor owns web and worker, with granian's own processes under it."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from queue import Empty, Queue

import pytest

from infra.postgres import free_port
from tests.infra.test_lifeline import ROOT, is_alive, wait_until_dead


class Running:
    """A started supervisor, and the lines it and its children wrote."""

    def __init__(self, data: Path, port: int, **environment: str) -> None:
        self.port = port
        self.lines: Queue[str] = Queue()
        self.kept: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.infra.supervised", str(data), str(port)],
            cwd=ROOT,
            env=os.environ | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.put(line.strip())

    def next_line(self, start: str, timeout_s: float = 20) -> str:
        """Return the first line that starts so and was not returned before; others are kept for later calls."""
        until = time.monotonic() + timeout_s
        while time.monotonic() < until:
            with contextlib.suppress(Empty):
                self.kept.append(self.lines.get(timeout=0.05))
            for line in self.kept:
                if line.startswith(start):
                    self.kept.remove(line)
                    return line
        raise AssertionError(f"no line that starts with {start!r}")

    def web_worker(self) -> int:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/") as answer:
            return int(answer.read())

    def family(self) -> list[int]:
        """Return the pids of all processes below the supervisor."""
        found, waiting = [], [self.process.pid]
        while waiting:
            pid = waiting.pop()
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
            found += map(int, children)
            waiting += map(int, children)
        return found


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    started = Running(tmp_path / "data", free_port(), MALL_CRASH_POINT="outbox.claimed")
    try:
        started.next_line("serving")
        yield started
    finally:
        with contextlib.suppress(ProcessLookupError):
            started.process.kill()
        started.process.wait()


def test_no_process_is_left_when_the_supervisor_is_killed(running: Running) -> None:
    family = running.family()
    assert running.web_worker() in family
    assert len(family) >= 4  # granian, its two workers, the worker

    running.process.kill()
    running.process.wait()

    assert wait_until_dead(family) == []
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", running.port), timeout=1)


def test_granians_workers_end_when_granian_is_killed_and_it_is_started_again(running: Running) -> None:
    web_worker = running.web_worker()
    granian = int(Path(f"/proc/{web_worker}/stat").read_text().split()[3])
    workers = [int(pid) for pid in Path(f"/proc/{granian}/task/{granian}/children").read_text().split()]

    os.kill(granian, signal.SIGKILL)

    assert wait_until_dead(workers) == []
    running.next_line("mall: web ended")
    until = time.monotonic() + 20
    while time.monotonic() < until:
        with contextlib.suppress(OSError):
            assert running.web_worker() not in workers
            return
        time.sleep(0.1)
    raise AssertionError("the web server did not come back")


def test_a_worker_that_crashed_is_started_again_without_the_crash_point(running: Running) -> None:
    _, pid, point = running.next_line("worker").split()
    assert point == "outbox.claimed"

    os.kill(int(pid), signal.SIGKILL)

    _, again, point = running.next_line("worker").split()
    assert again != pid
    assert point == "None"


def test_stopping_leaves_no_process_and_ends_well(running: Running) -> None:
    family = running.family()

    running.process.terminate()

    assert running.process.wait(20) == 0
    assert [pid for pid in family if is_alive(pid)] == []


def test_a_second_supervisor_on_the_same_data_is_refused(running: Running, tmp_path: Path) -> None:
    second = Running(tmp_path / "data", free_port())

    line = second.next_line("refused")

    assert second.process.wait() == 1
    assert f"process {running.process.pid}, port {running.port}" in line
    assert running.web_worker() in running.family()


def test_a_port_in_use_is_refused_before_anything_is_prepared(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        second = Running(tmp_path / "data", port)

        assert f"port {port} is in use" in second.next_line("refused")
        assert second.process.wait() == 1

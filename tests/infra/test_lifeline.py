"""No child outlives its parent, and a data folder has one owner."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from infra import lifeline
from infra.cli import main

ROOT = Path(__file__).resolve().parent.parent.parent


def is_alive(pid: int) -> bool:
    """Tell whether a process runs; one that waits only to be reaped does not."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


def wait_until_dead(pids: list[int], timeout_s: float = 5) -> list[int]:
    until = time.monotonic() + timeout_s
    while time.monotonic() < until and any(map(is_alive, pids)):
        time.sleep(0.02)
    return [pid for pid in pids if is_alive(pid)]


def start_family(tmp_path: Path, *, through_kernel: bool) -> tuple[subprocess.Popen[str], list[int]]:
    """Start a holder with a child that forks a grandchild; return it and both pids."""
    child = textwrap.dedent(f"""
        import os, sys, time
        from pathlib import Path
        from infra import lifeline
        if not {through_kernel}:
            lifeline._ask_kernel = lambda: None
        lifeline.follow(Path(sys.argv[1]))
        if os.fork():
            print(os.getpid(), flush=True)
        else:
            print(os.getpid(), flush=True)
        time.sleep(60)
    """)
    holder = textwrap.dedent("""
        import subprocess, sys, time
        from pathlib import Path
        from infra import lifeline
        lock = lifeline.hold(Path(sys.argv[1]), {})
        subprocess.Popen([sys.executable, "-c", sys.argv[2], sys.argv[1]], start_new_session=True)
        time.sleep(60)
    """)
    process = subprocess.Popen(
        [sys.executable, "-c", holder, str(tmp_path / "lock"), child],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    return process, [int(process.stdout.readline()) for _ in range(2)]


@pytest.mark.parametrize("through_kernel", [True, False], ids=["with prctl", "by the lock alone"])
def test_children_and_grandchildren_end_when_the_holder_is_killed(tmp_path: Path, through_kernel: bool) -> None:
    holder, family = start_family(tmp_path, through_kernel=through_kernel)
    assert all(map(is_alive, family))

    holder.kill()
    holder.wait()

    assert wait_until_dead(family) == []


def test_a_grandchild_ends_when_its_own_parent_is_killed(tmp_path: Path) -> None:
    holder, family = start_family(tmp_path, through_kernel=True)
    child = os.getpgid(family[0])  # the child leads the group

    os.kill(child, signal.SIGKILL)

    try:
        assert wait_until_dead(family) == []
        assert is_alive(holder.pid)
    finally:
        holder.kill()
        holder.wait()


def test_a_second_holder_is_told_who_has_it(tmp_path: Path) -> None:
    with lifeline.hold(tmp_path / "lock", {"pid": 7, "port": 8000}):
        with pytest.raises(lifeline.Held) as refused:
            lifeline.hold(tmp_path / "lock", {"pid": 8})

        assert refused.value.holder == {"pid": 7, "port": 8000}

    with lifeline.hold(tmp_path / "lock", {"pid": 9}):
        assert json.loads((tmp_path / "lock").read_text()) == {"pid": 9}


def test_who_holds_the_data_folder_is_known_while_it_does_and_not_after(tmp_path: Path) -> None:
    path = tmp_path / "supervisor.lock"
    assert lifeline.holder(path) == {}

    lock = lifeline.hold(path, {"url": "http://localhost:8190"})
    assert lifeline.holder(path) == {"url": "http://localhost:8190"}
    lock.close()

    assert lifeline.holder(path) == {}


@pytest.mark.parametrize(
    ("named", "expected"), [(None, "http://localhost:8190"), ("https://mall.test", "https://mall.test")]
)
def test_a_command_beside_the_mall_is_at_its_address_unless_told_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: str | None, expected: str
) -> None:
    monkeypatch.setenv("MALL_DATA", str(tmp_path))
    monkeypatch.setenv("MALL_PUBLIC_URL", named or "")
    if named is None:
        monkeypatch.delenv("MALL_PUBLIC_URL")

    with lifeline.hold(tmp_path / "supervisor.lock", {"url": "http://localhost:8190"}):
        main.take_address_of_running_mall()

    assert os.environ["MALL_PUBLIC_URL"] == expected

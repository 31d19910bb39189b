"""Builds as processes: start one when weeks are due, look after it, store what it made."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from analytics import actions, queries
from analytics.models import Build

RETRY = timedelta(hours=1)
LONGEST = timedelta(minutes=30)
_children: dict[int, subprocess.Popen] = {}


class BuildFailed(Exception):
    """A build ended without a result, or its audit refused it."""


def build_due(*, now: datetime, settled: bool = True, wait: bool = False) -> Build | None:
    """Bring the pool forward: store a build that is done, start one when weeks are due; return the build touched.

    With `wait` the build is finished when this returns, and a failure raises `BuildFailed`; without it the call takes
    milliseconds, a failed build is tried again an hour later. Nothing starts unless `settled`.
    """
    running = Build.objects.filter(state=Build.State.RUNNING).first()
    if running is None:
        if not settled or (not wait and _failed_lately(now)):
            return None
        weeks = queries.due_weeks(now=now)
        if not weeks:
            return None
        running = actions.start_build(now=now, weeks=weeks)
        _spawn(running)
    return _look_after(running, now=now, wait=wait)


def _failed_lately(now: datetime) -> bool:
    return Build.objects.filter(state=Build.State.FAILED, finished_at__gt=now - RETRY).exists()


def folder_of(build: Build) -> Path:
    return Path(settings.MALL_DATA) / "pool" / build.folder


def _spawn(build: Build) -> None:
    folder = folder_of(build)
    with (folder / "log.txt").open("wb") as log:
        child = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "analytics.compute", str(folder), "--parent", str(os.getpid())],
            cwd=settings.BASE_DIR,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    _children[build.pk] = child
    actions.note_process(build=build, pid=child.pid)


def _look_after(build: Build, *, now: datetime, wait: bool) -> Build:
    child = _children.get(build.pk)
    if child is not None:
        if wait:
            child.wait(timeout=LONGEST.total_seconds())
        is_over = child.poll() is not None
    else:
        is_over = not _is_alive(build.pid) or now - build.started_at > LONGEST
    folder = folder_of(build)
    if (folder / "result.json").exists():
        stored = actions.store_build(build_id=build.pk, folder=folder, now=now)
    elif is_over:
        log = folder / "log.txt"
        error = log.read_text(errors="replace")[-2000:] if log.exists() else "the process is gone"
        stored = actions.fail_build(build_id=build.pk, folder=folder, error=error, now=now)
    else:
        return build
    _children.pop(build.pk, None)
    if wait and stored.state == Build.State.FAILED:
        raise BuildFailed(stored.error)
    return stored


def _is_alive(pid: int | None) -> bool:
    if not pid:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True

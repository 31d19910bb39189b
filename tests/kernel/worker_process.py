"""A process of its own with the kernel alone: feeds events or works, until a crash point or a test kills it.

Each is forked from a server that has the kernel loaded, so that a test starts many of them in the time of one. What it
is told: `migrate`, `feed COUNT`, `work` or `forever`. The handler of an event asks for a job, the job makes an effect
and asks for a notice, the notice makes another.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import secrets
from multiprocessing.process import BaseProcess
from pathlib import Path

import django
from django.conf import settings

from infra import settings as house
from plugins.runtime.loading import Plugins, use_plugins

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload([f"{__name__}_loaded"])


class Process:
    """One running process on the database in a folder, or at a URL; what it says on standard error is kept."""

    def __init__(self, folder: Path, url: str, environment: dict[str, str], *told: str) -> None:
        self.errors = folder / "errors"
        self.process: BaseProcess = PROCESSES.Process(target=live, args=(str(folder), url, environment, told))
        self.process.start()

    def end(self, limit_s: float) -> tuple[int, str]:
        """Wait until it has ended; return its exit code, negative for a signal, and what all said on standard error."""
        self.process.join(limit_s)
        code = self.process.exitcode
        assert code is not None, f"it has not ended within {limit_s} s"
        return code, self.errors.read_text() if self.errors.exists() else ""


def configure() -> None:
    settings.configure(
        DATABASES={"default": house.DATABASES["default"]},
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "marketplace.kernel"],
        USE_TZ=True,
        TIME_ZONE="Asia/Tokyo",
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        MALL_EMBEDDED_WORKER="",
    )
    use_plugins(Plugins([]))
    django.setup()
    register()


def live(folder: str, url: str, environment: dict[str, str], told: tuple[str, ...]) -> None:
    """In the new process: take the database that is meant, and do what is told."""
    with open(Path(folder) / "errors", "ab") as errors:
        os.dup2(errors.fileno(), 2)
    os.environ |= environment
    house.MALL_DATA = Path(folder)
    from django.db import connections

    from marketplace.kernel.jobs import lease

    lease._nonce = secrets.token_hex(4)
    connections.settings = connections.configure_settings({"default": house.database(url, "mall.sqlite3")})
    del connections["default"]
    do(*told)


def register() -> None:
    from django.db import transaction

    from marketplace.kernel.jobs.actions import enqueue
    from marketplace.kernel.jobs.crash import crash_point
    from marketplace.kernel.jobs.registry import inbox_handler, inbox_hints, job
    from marketplace.kernel.jobs.types import Hint
    from marketplace.kernel.models import PluginSwitch

    @inbox_handler
    def handle(event, body, headers):
        order = json.loads(body)["order"]
        with transaction.atomic():
            enqueue(kind="test.confirm", key=order, payload={"order": order})
            crash_point("test.uncommitted")

    @inbox_hints
    def hints(event, body):
        order = json.loads(body)["order"]
        return [Hint("test.confirm", order, {"order": order})] if event == "ORDER_UPDATED" else None

    @job("test.confirm")
    def confirm(payload):
        with transaction.atomic():
            _, is_new = PluginSwitch.objects.get_or_create(plugin=f"confirmed:{payload['order']}", is_on=True)
            if is_new:
                enqueue(kind="test.notice", key=payload["order"], payload=payload)

    @job("test.notice")
    def notice(payload):
        PluginSwitch.objects.get_or_create(plugin=f"told:{payload['order']}", is_on=True)


def do(what: str, count: str = "0") -> None:
    from django.core.management import call_command

    from marketplace.kernel import clock
    from marketplace.kernel.jobs import actions, worker

    match what:
        case "migrate":
            call_command("migrate", verbosity=0)
        case "feed":
            for number in range(int(count)):
                body = json.dumps({"order": f"o{number}"}).encode()
                actions.receive(event=os.environ.get("TEST_EVENT", "ORDER_PAID"), body=body, headers={})
        case "work":
            worker.reclaim()
            worker.work_once(now=clock.now())
        case "forever":
            worker.run_forever()

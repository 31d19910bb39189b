"""A process of its own with the kernel alone: feeds events or works, until a crash point or a test kills it.

Usage: `python -m tests.kernel.worker_process feed COUNT | work | forever`, database by DATABASE_URL or MALL_DATA.
The handler of an event asks for a job, the job makes an effect and asks for a notice, the notice makes another.
"""

from __future__ import annotations

import json
import os
import sys

import django
from django.conf import settings

from infra.settings import DATABASES
from plugins.runtime.loading import Plugins, use_plugins


def configure() -> None:
    settings.configure(
        DATABASES={"default": DATABASES["default"]},
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "marketplace.kernel"],
        USE_TZ=True,
        TIME_ZONE="Asia/Tokyo",
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        MALL_EMBEDDED_WORKER="",
    )
    use_plugins(Plugins([]))
    django.setup()


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


def main() -> None:
    configure()
    from django.core.management import call_command

    from marketplace.kernel import clock
    from marketplace.kernel.jobs import actions, worker

    register()
    match sys.argv[1]:
        case "migrate":
            call_command("migrate", verbosity=0)
        case "feed":
            for number in range(int(sys.argv[2])):
                body = json.dumps({"order": f"o{number}"}).encode()
                actions.receive(event=os.environ.get("TEST_EVENT", "ORDER_PAID"), body=body, headers={})
        case "work":
            worker.reclaim()
            print(worker.work_once(now=clock.now()))
        case "forever":
            worker.run_forever()


if __name__ == "__main__":
    main()

"""Brings a data folder to where the mall can be served; each step is quick when there is nothing to do."""

from __future__ import annotations

import argparse
import contextlib
import shutil
import sys
import time
from collections.abc import Callable, Iterable

from infra.cli.report import Result
from marketplace.saleor.types import Change

WHY_RESTART = "settings of the shop were changed, and each keeps its own copy"
SUMMARY = "prepare the data folder (started by up)"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--afresh", action="store_true", help="delete the demo data first")
    parser.add_argument("--host", default="127.0.0.1", help="where a Saleor of its own finds the app meanwhile")
    parser.add_argument("--port", type=int, default=8000, help="the port of that")


def run(options: argparse.Namespace) -> Iterable[Result]:
    import django

    from infra import doorstep, translations

    translations.compile_all()  # before Django reads them
    django.setup()
    if options.afresh:
        delete_demo_data()
    steps: list[tuple[str, Callable[[], object]]] = [
        ("databases", migrate),
        ("static files", collect_static),
        ("Saleor: channels, attributes, the app", provision),
        ("demo ward", load_demo),
    ]
    with contextlib.ExitStack() as resources:
        for number, (title, step) in enumerate(steps, 1):
            begun = time.monotonic()
            say(f"[{number}/{len(steps)}] {title} …", end="")
            if step is provision:
                resources.enter_context(doorstep.open_for_saleor(host=options.host, port=options.port))
            step()
            say(f" {time.monotonic() - begun:.1f} s")
    return []


def prepare_databases() -> None:
    """For a command that needs the databases and Saleor's set-up, but neither demo data nor pages."""
    import django

    django.setup()
    migrate()
    provision()


def delete_demo_data() -> None:
    """Delete both databases' contents and every made file but the secrets. Refuses anything but demo data."""
    from django.conf import settings
    from django.db import connections

    from infra.demo import load

    if not load.is_demo():
        raise SystemExit("this data folder does not hold the demo ward: nothing was deleted")
    for alias in ("default", "engine"):
        connection = connections[alias]
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("DROP SCHEMA public CASCADE")
                cursor.execute("CREATE SCHEMA public")
        connection.close()
    for path in settings.MALL_DATA.iterdir():
        if path.is_dir() and path.name != "secrets":
            shutil.rmtree(path)
        elif path.is_file() and path.name != "supervisor.lock":
            path.unlink()


def say(text: str, end: str = "\n") -> None:
    print(text, end=end, file=sys.stderr, flush=True)


def migrate() -> None:
    """Run the migrations of both databases, when any is missing."""
    from infra import migrating

    for alias in migrating.ALIASES:
        migrating.migrate(alias)


def collect_static() -> None:
    from django.contrib.staticfiles import finders
    from django.core.management import call_command

    from infra.fingerprints import changed_since_last_time

    def sources() -> Iterable[tuple[str, float, int]]:
        for finder in finders.get_finders():
            for path, storage in finder.list([]):
                yield path, storage.get_modified_time(path).timestamp(), storage.size(path)

    remember = changed_since_last_time("static", sources())
    if remember is not None:
        call_command("collectstatic", interactive=False, verbosity=0, clear=True)
        remember()


def provision(*, dry_run: bool = False) -> list[Change]:
    """Make Saleor ready and return what was changed; say so when a Saleor of its own must be restarted for it."""
    from marketplace.saleor import provisioning

    changes = provisioning.provision(dry_run=dry_run)
    if not dry_run and must_restart(changes):
        say(f"\n      restart Saleor's processes: {WHY_RESTART}", end="")
    return changes


def must_restart(changes: Iterable[Change]) -> bool:
    """Whether processes of a Saleor of its own must be restarted for these changes. The embedded engine keeps none."""
    from django.conf import settings

    return bool(settings.SALEOR_API_URL) and any(change.needs_restart for change in changes)


def load_demo() -> None:
    from infra.demo import load

    load.prepare(lambda text: say(f"\n      {text}", end=""))

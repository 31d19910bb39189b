"""`./mall doctor`: what is configured here, and whether each part answers."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable

from infra.cli.report import Result, result

SUMMARY = "say what is configured and whether it answers"
HEARTBEAT_MAX_AGE_S = 10
LEAST_FREE_GB = 0.5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No arguments: everything comes from the environment."""


def run(options: argparse.Namespace) -> Iterable[Result]:
    import django

    django.setup()
    checks: dict[str, Callable[[], str]] = {
        "python": look_at_python,
        "data folder": look_at_data,
        "database of the mall": lambda: look_at_database("default"),
        "database of the engine": lambda: look_at_database("engine"),
        "Saleor": look_at_saleor,
        "search": look_at_search,
        "plugins": look_at_plugins,
        "mail": look_at_mail,
        "payment": look_at_payment,
        "web": look_at_web,
        "worker": look_at_worker,
    }
    return [look(name, check) for name, check in checks.items()]


def look(name: str, check: Callable[[], str]) -> Result:
    """Run one look; whatever it raises is what is wrong."""
    begun = time.monotonic()
    try:
        detail, passed = check(), True
    except Exception as error:  # noqa: BLE001 - the point is to say what is broken, whatever it is
        detail, passed = f"{type(error).__name__}: {error}", False
    return result(name, passed, f"{detail} ({(time.monotonic() - begun) * 1000:.0f} ms)")


def look_at_python() -> str:
    return f"{sys.version.split()[0]} at {sys.prefix}"


def look_at_data() -> str:
    from django.conf import settings

    with tempfile.TemporaryFile(dir=settings.MALL_DATA) as file:
        file.write(b"x")
    loose = [path.name for path in (settings.MALL_DATA / "secrets").glob("*") if path.stat().st_mode & 0o077]
    if loose:
        raise PermissionError(f"secrets that others may read: {', '.join(loose)}")
    free_gb = shutil.disk_usage(settings.MALL_DATA).free / 1e9
    if free_gb < LEAST_FREE_GB:
        raise OSError(f"only {free_gb:.2f} GB free on the disk of {settings.MALL_DATA}: orders stop when it is full")
    return f"{settings.MALL_DATA}, {free_gb:.1f} GB free"


def look_at_database(alias: str) -> str:
    from django.conf import settings
    from django.db import connections

    from infra import migrating

    if alias == "engine" and not settings.EMBEDDED:
        return "not used: SALEOR_API_URL names a Saleor"
    connection = connections[alias]
    missing = migrating.missing(alias)
    if missing:
        raise LookupError(f"{len(missing)} migrations are missing: ./mall up runs them")
    version = ".".join(map(str, connection.get_database_version()))
    return f"{connection.display_name} {version}, migrations complete"


def look_at_saleor() -> str:
    from django.conf import settings

    from marketplace.saleor import site

    channels = ", ".join(sorted(site.list_channels()))
    where = "embedded engine" if settings.EMBEDDED else settings.SALEOR_API_URL
    return f"{where}, channels: {channels}"


def look_at_search() -> str:
    from marketplace.catalog import queries

    found = queries.search(market="jp", language="ja", q="切子")
    return f"{found.total} listings for 切子"


def look_at_plugins() -> str:
    from plugins.runtime import loading

    return ", ".join(f"{meta.id} {meta.version}" for meta in loading.get_plugins().metas.values())


def look_at_mail() -> str:
    from django.conf import settings
    from django.core import mail

    if not getattr(settings, "MALL_SEND_MAIL", False):
        return "kept and shown, not sent"
    with mail.get_connection(timeout=5):
        return f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT} accepts"


def look_at_payment() -> str:
    if os.environ.get("STRIPE_SECRET_KEY"):
        return "test method; STRIPE_SECRET_KEY is set, but Stripe is not part of this version"
    return "test method only: no real money moves"


def look_at_web() -> str:
    from django.conf import settings

    request = urllib.request.Request(f"{settings.MALL_PUBLIC_URL}/saleor/manifest")  # noqa: S310 - our own address
    with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310
        return f"{settings.MALL_PUBLIC_URL} answers {answer.status}"


def look_at_worker() -> str:
    from django.conf import settings

    from infra.cli.work import pulse_path
    from marketplace.kernel.jobs import queries

    path = pulse_path(settings.MALL_DATA)
    if not path.exists():
        raise LookupError("no worker has ever run on this data: ./mall up starts one")
    age = time.time() - path.stat().st_mtime
    if age > HEARTBEAT_MAX_AGE_S:
        raise TimeoutError(f"last seen {age:.0f} s ago: ./mall up starts one")
    parked = queries.parked()
    if parked:
        raise RuntimeError(f"{len(parked)} tasks are parked, the first: {parked[0].kind}: {parked[0].last_error}")
    return f"seen {age:.1f} s ago, waiting: {queries.count_pending()}"

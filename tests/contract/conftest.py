"""One run of all stories against the engine at hand: the embedded one, or the Saleor that SALEOR_API_URL names.

A story is a module of `stories/` with `tell(world)`, and its cases are named `<story>/<what>`. `--story NAME` plays
that one alone (again for more); with `--record` only its recordings are written anew.
"""

from __future__ import annotations

import json
import os
import secrets
import traceback
from collections.abc import Iterator, Sequence
from datetime import date
from importlib import import_module
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from pytest_django.live_server_helper import LiveServer

from marketplace.saleor.client import execute
from marketplace.saleor.provisioning import provision
from tests.contract import exchange, world
from tests.contract.handlers import answer_all

FIRST = ("catalogue", "purchase", "refusals", "customers", "replay")
"""Stories that share goods and go in this order; the others stand alone and follow by name."""
STORIES = (
    *FIRST,
    *sorted({path.stem for path in (Path(__file__).parent / "stories").glob("*.py")} - {*FIRST, "__init__"}),
)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None, tmp_path_factory: pytest.TempPathFactory) -> None:
    """With a real Saleor its events are served by threads: give SQLite a file, for memory would be one connection."""
    if settings.SALEOR_API_URL and connections["default"].vendor == "sqlite":
        name = str(tmp_path_factory.mktemp("mall") / "mall.sqlite3")
        connections["default"].settings_dict["TEST"]["NAME"] = name


@pytest.fixture(scope="session")
def exchanges(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: pytest.FixtureRequest
) -> Iterator[exchange.Exchanges]:
    """Everything that was asked and answered. A story that breaks off is kept as a failure, not raised."""
    asked = exchange.Exchanges(run=f"t{secrets.token_hex(4)}")
    settings.ENGINE_PRIVATE_TARGETS = settings.ENGINE_APP_TARGETS = [
        ip_network("127.0.0.0/8")
    ]  # stories serve manifests to the engine from here
    with django_db_blocker.unblock(), answer_all():  # type: ignore[attr-defined]
        server = _serve() if settings.SALEOR_API_URL else None
        try:
            wanted = request.config.getoption("--story") or STORIES
            _play(asked, wanted)
            if request.config.getoption("--record"):
                _record(asked, wanted)
        finally:
            if os.environ.get("CONTRACT_DUMP"):
                Path(os.environ["CONTRACT_DUMP"]).write_text(json.dumps(asked.seen, ensure_ascii=False, indent=1))
            if server is not None:
                server.stop()
            for alias in connections:
                call_command("flush", verbosity=0, interactive=False, database=alias)
    yield asked


def _serve() -> LiveServer:
    """Serve the mall where the Saleor can reach it, in this process, on the host and port of MALL_PUBLIC_URL."""
    return LiveServer(urlsplit(settings.MALL_PUBLIC_URL).netloc)


def _play(asked: exchange.Exchanges, wanted: Sequence[str]) -> None:
    try:
        provision()
        shop = world.build(asked)
    except Exception:
        asked.failures["*"] = traceback.format_exc()
        return
    for name in wanted:
        try:
            import_module(f"tests.contract.stories.{name}").tell(shop)
        except Exception:
            last = json.dumps(list(asked.seen.values())[-1:], ensure_ascii=False, indent=1)
            asked.failures[name] = f"{traceback.format_exc()}\nafter {last}"


def _record(asked: exchange.Exchanges, wanted: Sequence[str]) -> None:
    assert not asked.failures, "\n".join(asked.failures.values())
    version = execute("ShopSettings")["shop"]["version"]
    for path in exchange.RECORDINGS.glob("*.json"):
        if path.name.split("__")[0] in wanted:
            path.unlink()
    for each in asked.seen.values():
        exchange.save(each, recorded_on=date.today().isoformat(), version=version)

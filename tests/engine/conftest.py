"""Fixtures of the engine's tests."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.engine.schema import documents
from tests.engine import listener, seen


@pytest.fixture(scope="session", autouse=True)
def seen_fields() -> Iterator[None]:
    """With ENGINE_UNSEEN=FILE, write there which declared fields no test saw return a value."""
    seen.record()
    yield
    if os.environ.get("ENGINE_UNSEEN"):
        Path(os.environ["ENGINE_UNSEEN"]).write_text("\n".join(seen.unseen()) + "\n")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Ask last what no test of the engine has seen."""
    items.sort(key=lambda item: item.name == "test_nothing_else_is_declared_and_never_seen")


@pytest.fixture(scope="session", autouse=True)
def as_much_as_wanted() -> Iterator[None]:
    """Let tests ask for every field of many types at once, and do much in one request: more than a client may."""
    allowed = documents.MAX_ALIASES, documents.MAX_MUTATIONS
    documents.MAX_ALIASES = documents.MAX_MUTATIONS = 1_000_000
    yield
    documents.MAX_ALIASES, documents.MAX_MUTATIONS = allowed


@pytest.fixture
def app_double(settings: pytest.FixtureRequest) -> Iterator[listener.Listener]:
    """An app at http://app.test, reached in process."""
    settings.ENGINE_LOCAL_ORIGINS = {  # type: ignore[attr-defined]
        **settings.ENGINE_LOCAL_ORIGINS,  # type: ignore[attr-defined]
        listener.ORIGIN: "tests.engine.listener.call",
    }
    listener.LISTENER.received.clear()
    listener.LISTENER.answers.clear()
    yield listener.LISTENER

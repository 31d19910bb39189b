"""Fixtures of the engine's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.engine import listener


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

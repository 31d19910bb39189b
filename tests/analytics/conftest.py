from __future__ import annotations

from datetime import UTC, datetime

import pytest

from analytics import actions, tasks
from tests.analytics.factories import make_market

AFTER_13_WEEKS = datetime(2026, 11, 22, 19, 30, tzinfo=UTC)


@pytest.fixture
def data_folder(settings, tmp_path):
    settings.MALL_DATA = tmp_path
    return tmp_path


@pytest.fixture
def publish(db, data_folder):
    """Record facts and build up to `now`, in the process a worker would start."""

    def run(facts, *, now=AFTER_13_WEEKS):
        for fact in facts:
            actions.record_fact(fact=fact)
        return tasks.build_due(now=now, settled=True, wait=True)

    return run


@pytest.fixture(scope="session")
def market():
    return make_market(seed=1)

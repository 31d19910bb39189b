"""What every test shares. The data folder and the network guard are in infra/testing.py, which pytest loads earlier."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from infra import translations


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--engine", choices=("embedded", "live"), default="embedded", help="live: SALEOR_API_URL must name it"
    )
    parser.addoption("--record", action="store_true", help="write the contract recordings anew, from a real Saleor")
    parser.addoption("--story", action="append", help="play, compare and record this contract story only")


def pytest_configure(config: pytest.Config) -> None:
    translations.compile_all()
    # a machine with other work beside it draws and runs examples slowly: no reason to fail
    settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("patient")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> Iterator[None]:
    """Pytest-django asks for this just before it makes the test databases, for the whole session."""
    from tests.database_template import migrations_remembered

    with migrations_remembered():
        yield


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip, with the reason, what needs a PostgreSQL that is not there."""
    marked = [item for item in items if item.get_closest_marker("postgres")]
    if marked and not os.environ.get("TEST_POSTGRES_URL") and not on_postgres():
        for item in marked:
            item.add_marker(pytest.mark.skip(reason="needs PostgreSQL: ./mall test starts one"))


def pytest_collection_finish() -> None:
    """Let the collector of garbage pass over what is there for good: all modules, and the tests themselves."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def _hashes_of_few_rounds() -> Iterator[None]:
    """Passwords of tests are public: their hashes are made as the real ones are, but of a thousandth of the rounds."""
    from django.contrib.auth.hashers import PBKDF2PasswordHasher

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PBKDF2PasswordHasher, "iterations", PBKDF2PasswordHasher.iterations // 1000)
        yield


def on_postgres() -> bool:
    from django.db import connections

    return connections["default"].vendor == "postgresql"


@pytest.fixture(autouse=True)
def _nothing_kept_from_another_test() -> None:
    from marketplace.kernel.revision import forget_kept

    forget_kept()

"""What every test shares. The data folder and the network guard are in infra/testing.py, which pytest loads earlier."""

from __future__ import annotations

import os

import pytest

from infra import translations


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--engine", choices=("embedded", "live"), default="embedded", help="live: SALEOR_API_URL must name it"
    )
    parser.addoption("--record", action="store_true", help="write the contract recordings anew, from a real Saleor")


def pytest_configure(config: pytest.Config) -> None:
    translations.compile_all()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip, with the reason, what needs a PostgreSQL that is not there."""
    marked = [item for item in items if item.get_closest_marker("postgres")]
    if marked and not os.environ.get("TEST_POSTGRES_URL") and not on_postgres():
        for item in marked:
            item.add_marker(pytest.mark.skip(reason="needs PostgreSQL: ./mall test starts one"))


def on_postgres() -> bool:
    from django.db import connections

    return connections["default"].vendor == "postgresql"

"""A shop whose catalogue is the demo ward's file, and a shopper's client."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from django.test import Client

from infra.translations import compile_all
from marketplace.catalog import queries as catalog
from marketplace.curation import queries as curation
from marketplace.merchants import queries as merchants
from storefront.shop import page as shop_page_module
from tests.storefront import sample


@pytest.fixture(scope="session", autouse=True)
def _translations() -> None:
    compile_all()


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch, db: None) -> Iterator[Client]:
    for name in ("cards", "categories", "detail", "search"):
        monkeypatch.setattr(catalog, name, getattr(sample, name))
    monkeypatch.setattr(curation, "reasons", lambda *, language: {})
    monkeypatch.setattr(
        curation,
        "home",
        lambda *, market, language: SimpleNamespace(
            features=sample.cards(market=market, language=language).cards[:4], merchants=(), stories=(), themes=()
        ),
    )
    monkeypatch.setattr(merchants, "list_merchants", list)
    shop_page_module._nav.clear()
    yield Client()
    shop_page_module._nav.clear()

from __future__ import annotations

import pytest

from marketplace.catalog import actions, searching
from tests.catalog.door import FakeSaleor


@pytest.fixture
def saleor(db, monkeypatch, settings, tmp_path):
    """An empty Saleor in memory with the mall's categories, a search index and a file store of its own."""
    settings.SEARCH_INDEX = tmp_path / "search"
    settings.MEDIA_ROOT = tmp_path / "files"
    searching._backend.cache_clear()
    fake = FakeSaleor().install(monkeypatch)
    actions.ensure_categories()
    fake.writes.clear()
    yield fake
    searching._backend.cache_clear()

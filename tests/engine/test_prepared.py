"""Compiled reads: the rows asked for, each once, and no more statements kept than there are sizes."""

from __future__ import annotations

import pytest
from django.db import connections

from infra.engine.prepared import MOST_KEYS, SIZES, in_bulk
from infra.engine.products.models import Category

pytestmark = pytest.mark.django_db(databases=["engine"])


def test_any_number_of_keys_is_read_by_one_of_few_statements(django_assert_num_queries):
    made = [Category.objects.create(name=f"c{number}", slug=f"c{number}") for number in range(MOST_KEYS + 5)]
    keys = [row.pk for row in made]
    kept = connections["engine"].__dict__.setdefault("engine_prepared_rows", {})
    kept.clear()

    for count in range(MOST_KEYS + 6):
        with django_assert_num_queries(1 if count else 0, using="engine"):
            found = in_bulk(Category, [*keys[:count], *keys[:1]] if count else [])
        assert list(found) == keys[:count] or set(found) == set(keys[:count])
        assert {row.name for row in found.values()} == {row.name for row in made[:count]}

    assert len(kept) == len(SIZES)
    assert in_bulk(Category, [keys[0], -1, None]).keys() == {keys[0]}

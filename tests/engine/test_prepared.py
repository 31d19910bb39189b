"""Compiled reads: the rows asked for, each once, and no more statements kept than there are sizes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from infra.engine.prepared import MOST_KEYS, SIZES, PreparedQuery, PreparedRows, in_bulk
from infra.engine.products.models import Category, ProductChannelListing
from infra.engine.schema.build import schema
from tests.engine.asking import data_of
from tests.engine.shop import Shop

pytestmark = pytest.mark.django_db(databases=["default", "engine"])
UPDATED = Category._meta.get_field("updated_at")
LIST = """query($sort: ProductOrder, $where: ProductWhereInput, $first: Int = 2) {
  products(first: $first, channel: "jp", sortBy: $sort, where: $where) {
    totalCount pageInfo { hasNextPage endCursor } edges { cursor node { name } } } }"""


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


def test_a_prepared_query_follows_its_moving_values():
    now = datetime.now(UTC)
    for number in range(5):
        row = Category.objects.create(name=f"c{number}", slug=f"c{number}")
        Category.objects.filter(pk=row.pk).update(updated_at=now - timedelta(days=number))
    since = PreparedQuery(
        Category, (UPDATED,), lambda moment, *names: Category.objects.filter(updated_at__gte=moment).order_by("-name")
    )
    pairs = PreparedRows(
        Category._meta.get_field("slug"),
        lambda slugs, moment: Category.objects.filter(slug__in=slugs, updated_at__gte=moment).values_list("name", "pk"),
        moving=(UPDATED,),
    )

    for days in (0, 2, 9):
        moment = now - timedelta(days=days, seconds=1)
        expected = Category.objects.filter(updated_at__gte=moment).order_by("-name")
        assert since(moment) == list(expected)
        assert since(moment, most=2) == list(expected[:2])
        assert since.count(moment) == expected.count()
        found = pairs(["c0", "c3", "c4", "none"], moving=(moment,))
        assert sorted(found) == sorted(expected.filter(slug__in=["c0", "c3", "c4"]).values_list("name", "pk"))


@pytest.fixture
def shop():
    made = Shop()
    made.products = [made.product(number, price=str(5000 - number % 2)) for number in range(4)]
    return made


ORDERS = [name for name in schema().type_map["ProductOrderField"].values if name not in ("RANK", "COLLECTION")]


def test_the_first_page_of_a_shop_is_that_of_a_list_which_leaves_nothing_out(shop):
    everything = {"ids": shop.products}

    for field in (None, *ORDERS):
        for direction in ("ASC", "DESC") if field else ("",):
            for first in (2, 9):
                asked = {"sort": {"field": field, "direction": direction} if field else None, "first": first}
                shown = data_of(LIST, asked)["products"]
                assert shown == data_of(LIST, {**asked, "where": everything})["products"], asked
                assert (shown["totalCount"], shown["pageInfo"]["hasNextPage"]) == (4, first == 2)


def test_a_prepared_page_shows_what_is_published_by_now(shop):
    def shown():
        return data_of(LIST)["products"]["totalCount"]

    listing = ProductChannelListing.objects.filter(product__name="切子 1")
    assert shown() == 4
    listing.update(published_at=datetime.now(UTC) + timedelta(days=1))
    assert shown() == 3
    listing.update(published_at=datetime.now(UTC) - timedelta(days=1))
    assert shown() == 4
    listing.update(visible_in_listings=False)
    assert shown() == 3


@pytest.mark.parametrize(
    ("first", "statements"), [(9, 1), (2, 2)], ids=["all there is is not counted", "a page is counted"]
)
def test_a_list_is_counted_only_where_there_is_more(shop, first, statements):
    with CaptureQueriesContext(connections["engine"]) as seen:
        data_of(LIST, {"first": first})

    about = [query["sql"] for query in seen.captured_queries if 'FROM "engine_products_product"' in query["sql"]]
    assert len(about) == statements

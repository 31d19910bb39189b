"""The rows of the read model for pages: one plain statement each, and each row made into a card once.

A page of 24 cards spends more time in building queries and objects than in the database. So the statements are written
out, and what is made of a row is kept by all of its columns: a row that changed in anything is another row.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db import connections, router

from marketplace.catalog import models
from marketplace.catalog.types import (
    Badge,
    BlockedDestination,
    Fact,
    ListingCard,
    ListingDetail,
    Maker,
    PanelView,
    Picture,
    Sort,
    VariantView,
)
from plugins.api.money import Money

CARDS_KEPT = 20_000
DETAILS_KEPT = 1_000
TABLE = models.CardRow._meta.db_table
CATEGORY_TABLE = models.Category._meta.db_table
# In the order of `_card`. Numbers and JSON as text, the same from every database and fit to be kept by.
COLUMNS = (
    "listing_id, slug, product_id, market, language, name, merchant_code, merchant_name, CAST(price_amount AS text), "
    "currency, CAST(tax_rate AS text), availability, CAST(badges AS text), story_teaser, CAST(image AS text), "
    "category_slug, category_name, has_price_range"
)
ORDERS: Mapping[Sort, str] = {
    "recommended": "published_at DESC, id DESC",
    "new": "published_at DESC, id DESC",
    "price_asc": "price_amount, id",
    "price_desc": "price_amount DESC, id DESC",
}
FILTERS = ("market", "language", "category_slug", "top_category_slug", "merchant_code", "slug")
Row = tuple[Any, ...]


def read_cards(where: Mapping[str, str], *, sort: Sort, limit: int, offset: int) -> tuple[ListingCard, ...]:
    """Return the cards of rows whose columns (of `FILTERS`) equal `where`, in order; one statement."""
    order = f"ORDER BY {ORDERS[sort]} LIMIT %s OFFSET %s"
    rows = _fetch(f"SELECT {COLUMNS} FROM {TABLE} WHERE {_equal(where)} {order}", [*where.values(), limit, offset])  # noqa: S608
    return tuple(_card(*row) for row in rows)


def read_cards_by_id(*, market: str, language: str, ids: Sequence[str]) -> tuple[ListingCard, ...]:
    """Return the cards of listings in the order of `ids`, those not live left out; one statement, none for no ids."""
    numbers = [int(key) for key in ids]
    if not numbers:
        return ()
    here = f"market = %s AND language = %s AND listing_id IN ({_marks(numbers)})"
    sql = f"SELECT {COLUMNS} FROM {TABLE} WHERE {here}"  # noqa: S608
    found = {row[0]: _card(*row) for row in _fetch(sql, [market, language, *numbers])}
    return tuple(found[number] for number in numbers if number in found)


def count_cards(where: Mapping[str, str], *, ceiling: int) -> int:
    """Return how many rows there are, counted up to `ceiling`; one statement."""
    inner = f"SELECT 1 FROM {TABLE} WHERE {_equal(where)} LIMIT %s"  # noqa: S608
    return int(_fetch(f"SELECT COUNT(*) FROM ({inner}) AS found", [*where.values(), ceiling])[0][0])  # noqa: S608


def is_top_category(slug: str) -> bool:
    """Return whether a category of this slug stands at the top; one statement."""
    return bool(_fetch(f"SELECT 1 FROM {CATEGORY_TABLE} WHERE slug = %s AND parent_id IS NULL", [slug]))  # noqa: S608


def read_detail(where: Mapping[str, str]) -> ListingDetail | None:
    """Return the product page of the first row that equals `where`, or None; one statement."""
    sql = f"SELECT {COLUMNS}, CAST(detail AS text) FROM {TABLE} WHERE {_equal(where)} LIMIT 1"  # noqa: S608
    for row in _fetch(sql, list(where.values())):
        return _detail(row[:-1], row[-1])
    return None


def read_category_names(slugs: Sequence[str]) -> dict[str, Mapping[str, str]]:
    """Return the names by language of each category that exists, by slug; one statement, none for no slugs."""
    if not slugs:
        return {}
    sql = f"SELECT slug, CAST(names AS text) FROM {CATEGORY_TABLE} WHERE slug IN ({_marks(slugs)})"  # noqa: S608
    return {slug: _words(text) for slug, text in _fetch(sql, slugs)}


def read_merchant_names(*, market: str, language: str, codes: Sequence[str]) -> dict[str, str]:
    """Return the name of each merchant that sells here, by code; one statement, which looks at one row of each."""
    if not codes:
        return {}
    first = (
        f"SELECT merchant_name FROM {TABLE} WHERE market = %s AND language = %s AND merchant_code = asked.code LIMIT 1"  # noqa: S608
    )
    asked = " UNION ALL ".join(["SELECT CAST(%s AS text) AS code"] * len(codes))
    sql = f"SELECT code, ({first}) FROM ({asked}) AS asked"  # noqa: S608
    return {code: name for code, name in _fetch(sql, [market, language, *codes]) if name is not None}


@lru_cache(maxsize=CARDS_KEPT)
def _words(text: str) -> Mapping[str, str]:
    return dict(json.loads(text))


def _marks(values: Sequence[Any]) -> str:
    return ", ".join(["%s"] * len(values))


def _equal(where: Mapping[str, str]) -> str:
    assert set(where) <= set(FILTERS)
    return " AND ".join(f"{column} = %s" for column in where)


def _fetch(sql: str, values: Sequence[Any]) -> list[Row]:
    with connections[router.db_for_read(models.CardRow)].cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


@lru_cache(maxsize=CARDS_KEPT)
def _card(*row: Any) -> ListingCard:
    return ListingCard(
        id=str(row[0]),
        slug=row[1],
        product_id=row[2],
        market=row[3],
        language=row[4],
        name=row[5],
        merchant_code=row[6],
        merchant_name=row[7],
        price=Money(_plain(row[8]), row[9]),
        tax_rate=_plain(row[10]),
        availability=row[11],
        badges=tuple(Badge(**badge) for badge in json.loads(row[12])),
        story_teaser=row[13],
        image=Picture(**json.loads(row[14])),
        category_slug=row[15],
        category_name=row[16],
        has_price_range=bool(row[17]),
    )


def _plain(text: str) -> Decimal:
    """Return the number without the column's trailing zeros: 1980, not 1980.000 nor 1.98E+3."""
    number = Decimal(text)
    whole = number.to_integral_value()
    return whole if whole == number else number.normalize()


@lru_cache(maxsize=DETAILS_KEPT)
def _detail(row: Row, text: str) -> ListingDetail:
    card, stored = _card(*row), json.loads(text)
    return ListingDetail(
        card=card,
        description=stored["description"],
        variants=tuple(
            VariantView(**{**entry, "price": Money(Decimal(entry["price"]), card.price.currency)})
            for entry in stored["variants"]
        ),
        gallery=tuple(Picture(**entry) for entry in stored["gallery"]),
        facts=tuple(Fact(**entry) for entry in stored["facts"]),
        panels=tuple(PanelView(**entry) for entry in stored["panels"]),
        maker=Maker(**stored["maker"]),
        legal=tuple(Fact(**entry) for entry in stored["legal"]),
        blocked_destinations=tuple(BlockedDestination(**entry) for entry in stored["blocked_destinations"]),
        weight_g=stored["weight_g"],
    )

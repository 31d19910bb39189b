"""Reads of the catalogue for pages: a constant number of statements each, from the read model alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db.models import Count

from marketplace.catalog import models, rows, searching
from marketplace.catalog.types import (
    CardPage,
    Category,
    ListingDetail,
    Picture,
    SearchResult,
    Sort,
)

PAGE_SIZE = 24
CEILING = 1000


def cards(
    *,
    market: str,
    language: str,
    ids: Sequence[str] | None = None,
    category: str | None = None,
    merchant: str | None = None,
    sort: Sort = "recommended",
    page: int = 1,
) -> CardPage:
    """Return one page of live listings, 24 at a time; three statements at most (one with `ids`).

    Arguments: `ids`, listing ids, given back in that order and all at once (those not live are left out);
    `category`, a slug (a top category includes those below it); `merchant`, a merchant's code; `page` from 1.
    Totals are counted up to `CEILING`, so that a page costs the same among a thousand and a million listings.
    """
    if ids is not None:
        ordered = rows.read_cards_by_id(market=market, language=language, ids=ids)
        return CardPage(cards=ordered, page=1, pages=1, total=len(ordered))
    where = {"market": market, "language": language}
    if category is not None:
        where["top_category_slug" if rows.is_top_category(category) else "category_slug"] = category
    if merchant is not None:
        where["merchant_code"] = merchant
    total = rows.count_cards(where, ceiling=CEILING)
    page = max(1, min(page, _pages(total)))
    shown = rows.read_cards(where, sort=sort, limit=PAGE_SIZE, offset=(page - 1) * PAGE_SIZE)
    return CardPage(cards=shown, page=page, pages=_pages(total), total=total)


def detail(*, market: str, language: str, slug: str) -> ListingDetail | None:
    """Return the product page of one live listing, or None when it is not on sale here; one statement."""
    return rows.read_detail({"market": market, "language": language, "slug": slug})


def search(
    *,
    market: str,
    language: str,
    q: str,
    facets: Mapping[str, Sequence[str]] | None = None,
    sort: Sort = "recommended",
    page: int = 1,
) -> SearchResult:
    """Find live listings by kanji, kana, romaji or English of their words.

    Arguments: `facets`, chosen values by facet code ("category", "merchant", "price", "availability"); unknown codes
    and values narrow to nothing. An empty `q` with facets browses. One query to the index and three statements.
    Returns a suggestion when nothing was found and something near would be.
    """
    chosen = {code: tuple(values) for code, values in (facets or {}).items() if values}
    found = searching.find(market=market, text=q, chosen=chosen, sort=sort, page=page, size=PAGE_SIZE)
    listed = cards(market=market, language=language, ids=found.ids).cards
    return SearchResult(
        query=q,
        cards=listed,
        facets=searching.facet_views(market=market, language=language, counts=found.facets, chosen=chosen),
        total=found.total,
        page=page,
        pages=_pages(min(found.total, CEILING)),
        suggestion=searching.suggest(market=market, text=q) if not found.total and q.strip() else "",
    )


def categories(*, market: str, language: str) -> tuple[Category, ...]:
    """Return every category in the ward's order with how many listings are live in it; two statements."""
    entries = list(models.Category.objects.select_related("parent"))
    counted = (
        models.CardRow.objects.filter(market=market, language=language)
        .values("category_slug", "top_category_slug")
        .annotate(number=Count("id"))
        .order_by()
    )
    counts: dict[str, int] = {}
    for entry in counted:
        for slug in {entry["category_slug"], entry["top_category_slug"]}:
            counts[slug] = counts.get(slug, 0) + entry["number"]
    return tuple(_category(row, language=language, count=counts.get(row.slug, 0)) for row in entries)


def category(*, market: str, language: str, slug: str) -> Category | None:
    """Return one category, or None when there is no such slug."""
    return next((entry for entry in categories(market=market, language=language) if entry.slug == slug), None)


def merchant_pictures(*, market: str, language: str, codes: Sequence[str]) -> dict[str, Picture]:
    """Return a picture of each merchant's newest live listing by merchant code; those without any are left out. One
    statement, none for no codes."""
    if not codes:
        return {}
    goods = models.CardRow.objects.filter(market=market, language=language, merchant_code__in=list(codes))
    found: dict[str, Picture] = {}
    for code, image in goods.order_by("-published_at", "-id").values_list("merchant_code", "image"):
        found.setdefault(code, Picture(**image))
    return found


def _pages(total: int) -> int:
    return max(1, -(-total // PAGE_SIZE))


def words(texts: Mapping[str, str], language: str) -> str:
    """Return the text in `language`, else in Japanese, the source language, which is always there."""
    return texts.get(language) or texts.get("ja") or ""


def _category(row: models.Category, *, language: str, count: int) -> Category:
    return Category(
        id=str(row.pk),
        slug=row.slug,
        name=words(row.names, language),
        parent_slug=row.parent.slug if row.parent else "",
        pool_category=row.pool_category,
        count=count,
        is_food=row.is_food,
    )

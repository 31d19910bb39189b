"""Reads of the catalogue for pages: a constant number of statements each, from the read model alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Count

from marketplace.catalog import models, searching
from marketplace.catalog.types import (
    Badge,
    BlockedDestination,
    CardPage,
    Category,
    Fact,
    ListingCard,
    ListingDetail,
    Maker,
    PanelView,
    Picture,
    SearchResult,
    Sort,
    VariantView,
)
from plugins.api.money import Money

PAGE_SIZE = 24
CEILING = 1000

CARD_FIELDS = (
    "listing_id",
    "slug",
    "product_id",
    "market",
    "language",
    "name",
    "merchant_code",
    "merchant_name",
    "price_amount",
    "currency",
    "has_price_range",
    "tax_rate",
    "availability",
    "badges",
    "story_teaser",
    "image",
    "category_slug",
    "category_name",
)
ORDERS: Mapping[str, tuple[str, ...]] = {
    "recommended": ("-published_at", "-id"),
    "new": ("-published_at", "-id"),
    "price_asc": ("price_amount", "id"),
    "price_desc": ("-price_amount", "-id"),
}


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
    rows = models.CardRow.objects.filter(market=market, language=language)
    if ids is not None:
        found = {row["listing_id"]: _card(row) for row in rows.filter(listing_id__in=ids).values(*CARD_FIELDS)}
        ordered = tuple(found[int(key)] for key in ids if int(key) in found)
        return CardPage(cards=ordered, page=1, pages=1, total=len(ordered))
    if category is not None:
        is_top = models.Category.objects.filter(slug=category, parent=None).exists()
        rows = rows.filter(**{"top_category_slug" if is_top else "category_slug": category})
    if merchant is not None:
        rows = rows.filter(merchant_code=merchant)
    total = rows.order_by()[:CEILING].count()
    page = max(1, min(page, _pages(total)))
    start = (page - 1) * PAGE_SIZE
    chosen = rows.order_by(*ORDERS[sort])[start : start + PAGE_SIZE].values(*CARD_FIELDS)
    return CardPage(cards=tuple(_card(row) for row in chosen), page=page, pages=_pages(total), total=total)


def detail(*, market: str, language: str, slug: str) -> ListingDetail | None:
    """Return the product page of one live listing, or None when it is not on sale here; one statement."""
    row = models.CardRow.objects.filter(market=market, language=language, slug=slug).values(*CARD_FIELDS, "detail")
    for found in row[:1]:
        return _detail(found)
    return None


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
    rows = list(models.Category.objects.select_related("parent"))
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
    return tuple(_category(row, language=language, count=counts.get(row.slug, 0)) for row in rows)


def category(*, market: str, language: str, slug: str) -> Category | None:
    """Return one category, or None when there is no such slug."""
    return next((entry for entry in categories(market=market, language=language) if entry.slug == slug), None)


def merchant_pictures(*, market: str, language: str, codes: Sequence[str]) -> dict[str, Picture]:
    """Return a picture of each merchant's newest live listing by merchant code; those without any are left out. One
    statement, none for no codes."""
    if not codes:
        return {}
    rows = models.CardRow.objects.filter(market=market, language=language, merchant_code__in=list(codes))
    found: dict[str, Picture] = {}
    for code, image in rows.order_by("-published_at", "-id").values_list("merchant_code", "image"):
        found.setdefault(code, Picture(**image))
    return found


def _pages(total: int) -> int:
    return max(1, -(-total // PAGE_SIZE))


def words(texts: Mapping[str, str], language: str) -> str:
    """Return the text in `language`, else in Japanese, the source language, which is always there."""
    return texts.get(language) or texts.get("ja") or ""


def _card(row: Mapping[str, Any]) -> ListingCard:
    return ListingCard(
        id=str(row["listing_id"]),
        slug=row["slug"],
        product_id=row["product_id"],
        market=row["market"],
        language=row["language"],
        name=row["name"],
        merchant_code=row["merchant_code"],
        merchant_name=row["merchant_name"],
        price=Money(_plain(row["price_amount"]), row["currency"]),
        tax_rate=_plain(row["tax_rate"]),
        availability=row["availability"],
        badges=tuple(Badge(**badge) for badge in row["badges"]),
        story_teaser=row["story_teaser"],
        image=Picture(**row["image"]),
        category_slug=row["category_slug"],
        category_name=row["category_name"],
        has_price_range=row["has_price_range"],
    )


def _plain(number: Decimal) -> Decimal:
    """Return the number without the column's trailing zeros: 1980, not 1980.000 nor 1.98E+3."""
    whole = number.to_integral_value()
    return whole if whole == number else number.normalize()


def _detail(row: Mapping[str, Any]) -> ListingDetail:
    stored = row["detail"]
    card = _card(row)
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

"""Home, category and search: where goods are found."""

from __future__ import annotations

from django.http import Http404, HttpResponse

from marketplace.catalog import queries as catalog
from marketplace.catalog.types import ListingCard, Sort
from marketplace.curation import queries as curation
from marketplace.curation.types import HomePage
from marketplace.kernel.revision import kept_until_change
from storefront.shop.page import Page, nav_categories, render, shop_page

SORTS: tuple[Sort, ...] = ("recommended", "new", "price_asc", "price_desc")
FACETS = ("category", "merchant", "price", "availability")
NEW_ON_HOME = 8
LONGEST_QUERY = 100


@shop_page
def home(page: Page) -> HttpResponse:
    """The first page, curated by the ward."""
    shown, newest = kept_until_change(("home", page.market, page.language), lambda: _read_home(page))
    context = {"features": shown.features, "stories": shown.stories, "merchants": shown.merchants}
    context["themes"] = shown.themes
    return render(page, "home.html", {**context, "newest": newest})


def _read_home(page: Page) -> tuple[HomePage, tuple[ListingCard, ...]]:
    newest = catalog.cards(market=page.market, language=page.language, sort="new").cards[:NEW_ON_HOME]
    return curation.home(market=page.market, language=page.language), newest


@shop_page
def category(page: Page, slug: str) -> HttpResponse:
    """The goods of one category."""
    entries = nav_categories(page.market, page.language)
    found = next((entry for entry in entries if entry.slug == slug), None)
    if found is None:
        raise Http404
    sort, number = read_paging(page)
    listed = catalog.cards(market=page.market, language=page.language, category=slug, sort=sort, page=number)
    parent = next((entry for entry in entries if entry.slug == found.parent_slug), None)
    children = [entry for entry in entries if entry.parent_slug == slug and entry.count]
    context = {"category": found, "parent": parent, "children": children, "listed": listed, "sort": sort}
    return render(page, "category.html", {**context, "sorts": SORTS, "address": page.url("c", slug)})


@shop_page
def search(page: Page) -> HttpResponse:
    """What was found for `q`, narrowed by facets; an empty answer leads on."""
    asked = page.request.GET
    query = " ".join(asked.get("q", "")[:LONGEST_QUERY].split())
    chosen = {code: [value for value in asked.getlist(code) if value] for code in FACETS}
    sort, number = read_paging(page)
    found = catalog.search(market=page.market, language=page.language, q=query, facets=chosen, sort=sort, page=number)
    page.is_indexed = not query and not any(chosen.values())
    context = {"found": found, "query": query, "sort": sort, "sorts": SORTS, "chosen": chosen}
    if not found.cards:
        context["offered"] = catalog.cards(market=page.market, language=page.language).cards[:4]
    return render(page, "search.html", context)


def read_paging(page: Page) -> tuple[Sort, int]:
    """Return sort order and page number of the request; what makes no sense counts as the first of each."""
    sort = page.request.GET.get("sort", "")
    number = page.request.GET.get("page", "")
    is_number = number.isascii() and number.isdigit() and len(number) < 5
    chosen = next((known for known in SORTS if known == sort), SORTS[0])
    return chosen, (max(1, int(number)) if is_number else 1)

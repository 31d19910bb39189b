"""What every shopper page knows: market, language, addresses, the cart's count, and how it is rendered."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache, wraps
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseForbidden
from django.middleware.csrf import get_token
from django.utils import translation

from marketplace.catalog import queries as catalog
from marketplace.catalog.types import Category
from marketplace.kernel import clock
from plugins.api.types import Market
from storefront.jinja import environment_for
from storefront.shop.markets import LANGUAGE_NAMES, find_market, list_markets

CART_COUNT_COOKIE = "cart_items"
HARMLESS_COOKIES = {"csrftoken"}  # readers with any other may see something of their own, e.g. the cart's count
SEASONS = {3: "spring", 4: "spring", 5: "spring", 6: "summer", 7: "summer", 8: "summer", 12: "winter", 1: "winter"}
NAV_TTL_S = 1.0
_nav: dict[tuple[str, str], tuple[float, tuple[Category, ...]]] = {}


@dataclass(frozen=True, slots=True)
class Choice:
    """One language or market the reader may switch to; `href` keeps the page."""

    label: str
    href: str
    html_lang: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Alternate:
    hreflang: str
    href: str


class Page:
    """The frame of one page: made per request, read by `base.html`."""

    def __init__(self, request: HttpRequest, market: Market, language: str) -> None:
        self.request = request
        self.market = market.code
        self.currency = market.currency
        self.country = market.default_country
        self.is_home_market = market.default_country == "JP"
        self.language = language
        self.base = f"/{market.code}/{language}/"
        self.is_public = True  # the same for every reader without cookies
        self.is_indexed = True  # offered to search engines
        self.pieces: int | None = None  # set by pages that have just read the cart itself

    def url(self, *parts: str, **query: str) -> str:
        """Return the address of a shop page in this market and language, e.g. `url("p", slug)`."""
        path = self.base + "".join(f"{quote(part, safe='')}/" for part in parts)
        return f"{path}?{urlencode(query)}" if query else path

    @property
    def html_lang(self) -> str:
        return self.language

    @property
    def season(self) -> str:
        return SEASONS.get(clock.today().month, "autumn" if clock.today().month > 8 else "winter")

    @property
    def cart_count(self) -> int:
        """The number of pieces in the cart as last told to this browser. For showing only: the cart is Saleor's."""
        if self.pieces is not None:
            return self.pieces
        told = self.request.COOKIES.get(CART_COUNT_COOKIE, "")
        return int(told) if told.isascii() and told.isdigit() and len(told) < 5 else 0

    @property
    def categories(self) -> tuple[Category, ...]:
        """The top categories that have something to show."""
        return tuple(
            entry for entry in nav_categories(self.market, self.language) if entry.count and not entry.parent_slug
        )

    @property
    def messages(self) -> list[str]:
        kept = messages.get_messages(self.request)
        if not self.request.COOKIES and not getattr(kept, "added_new", False):  # nobody to have kept any for
            return []
        return [str(message) for message in kept]

    @property
    def canonical(self) -> str:
        return settings.MALL_PUBLIC_URL + self.request.path

    @property
    def choices(self) -> tuple[Choice, ...]:
        rest = self._rest()
        return tuple(
            Choice(each.label, each.href + rest, each.html_lang, each.is_current)
            for each in _choices(self.market, self.language)
        )

    @property
    def alternates(self) -> tuple[Alternate, ...]:
        rest = self._rest().partition("?")[0]
        return tuple(Alternate(each.hreflang, each.href + rest) for each in _alternates())

    def csrf_token(self) -> str:
        return get_token(self.request)

    def _rest(self) -> str:
        """Return the address after market and language, with its query."""
        rest = self.request.get_full_path()
        return rest[len(self.base) :] if rest.startswith(self.base) else ""


@lru_cache(maxsize=64)
def _choices(current: str, language: str) -> tuple[Choice, ...]:
    """Return the other languages of the market and the other markets, their addresses without the rest of the path."""
    return tuple(
        Choice(
            label=LANGUAGE_NAMES[other] if code == current else f"{market.name[other]}",
            href=f"/{code}/{other}/",
            html_lang=other,
            is_current=(code, other) == (current, language),
        )
        for code, market in sorted(list_markets().items(), key=lambda entry: entry[0] != current)
        for other in market.languages
        if other in LANGUAGE_NAMES and (code == current or other == _language_in(market, language))
    )


@lru_cache(maxsize=1)
def _alternates() -> tuple[Alternate, ...]:
    return tuple(
        Alternate(
            f"{language}-{market.default_country}" if code == "jp" else language,
            f"{settings.MALL_PUBLIC_URL}/{code}/{language}/",
        )
        for code, market in list_markets().items()
        for language in market.languages
        if code == "jp" or language == market.default_language
    )


def _language_in(market: Market, language: str) -> str:
    return language if language in market.languages else market.default_language


def nav_categories(market: str, language: str) -> tuple[Category, ...]:
    """Return the categories with what is live in them, counted once a second at most: a busy page need not."""
    key, now = (market, language), time.monotonic()
    kept = _nav.get(key)
    if kept is None or now - kept[0] > NAV_TTL_S:
        kept = _nav[key] = (now, catalog.categories(market=market, language=language))
    return kept[1]


def render(page: Page, template: str, context: Mapping[str, Any] | None = None, *, status: int = 200) -> HttpResponse:
    """Return the page drawn from `template` under storefront/templates/shop."""
    markup = environment_for(page.language).get_template(template).render({"page": page, **(context or {})})
    response = HttpResponse(markup, status=status)
    response["Content-Language"] = page.language
    return response


def shop_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Turn `view(page, **parts)` into a Django view: an unknown market or language is a page not found."""

    @wraps(view)
    def wrapped(request: HttpRequest, market: str, language: str, **parts: Any) -> HttpResponse:
        found = find_market(market, language)
        if found is None:
            raise Http404
        request.LANGUAGE_CODE = language
        with translation.override(language):
            page = Page(request, found, language)
            response = view(page, **parts)
        if page.is_public and response.status_code == 200 and set(request.COOKIES) <= HARMLESS_COOKIES:
            response["Cache-Control"] = "public, max-age=0, must-revalidate"
        response.setdefault("Cache-Control", "private, no-cache")
        return response

    return wrapped


def private_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Like `shop_page`, for pages of one shopper: never cached by anyone, not offered to search engines."""

    def wrapped(page: Page, **parts: Any) -> HttpResponse:
        page.is_public = page.is_indexed = False
        response = view(page, **parts)
        response["Cache-Control"] = "private, no-store"
        response["Referrer-Policy"] = "same-origin"
        return response

    return shop_page(wraps(view)(wrapped))


def same_origin(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Refuse a POST that another site sent, for forms on pages that are the same for every reader.

    Such a page cannot carry a token of one reader, or no cache could keep it. Browsers name the sending site in
    `Sec-Fetch-Site` or `Origin`; what names neither is no browser that carries somebody's cookies.
    """

    @wraps(view)
    def wrapped(request: HttpRequest, **parts: Any) -> HttpResponse:
        site = request.headers.get("Sec-Fetch-Site")
        origin = request.headers.get("Origin", "")
        here = f"{request.scheme}://{request.get_host()}"
        is_ours = site == "same-origin" if site else origin in ("", here, settings.MALL_PUBLIC_URL)
        return view(request, **parts) if request.method != "POST" or is_ours else HttpResponseForbidden("other site")

    wrapped.csrf_exempt = True  # type: ignore[attr-defined]
    return wrapped

"""Pages for what went wrong: they say so and lead on."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render as render_staff
from django.template import engines
from django.utils import translation

from marketplace.catalog import queries as catalog
from storefront.shop.markets import HOME_MARKET, find_market, list_markets, read_language
from storefront.shop.page import Page, render
from storefront.staff import in_own_language

SHOWN = 4


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 404 in the market and language of the address, with search and goods to go on with."""
    parts = [*request.path.split("/")[1:3], "", ""]
    market, language = parts[0], parts[1]
    if find_market(market, language) is None:
        market, language = HOME_MARKET.code, read_language(request)
    with translation.override(language):
        page = Page(request, list_markets()[market], language)
        page.is_public = page.is_indexed = False
        offered = catalog.cards(market=market, language=language).cards[:SHOWN]
        return render(page, "not_found.html", {"offered": offered}, status=404)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 403 to somebody who works in the mall and may not open this page, without saying what is on it."""
    with in_own_language(request):
        return render_staff(request, "staff/refused.html", status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500 in both languages without asking anything of the database, which may be what failed."""
    return HttpResponse(engines["shop"].get_template("server_error.html").render({}), status=500)

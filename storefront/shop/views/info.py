"""The door of the shop and its standing pages: delivery, returns, the law, the standard, privacy."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext_lazy as _

from storefront.shop.markets import list_markets, read_language
from storefront.shop.page import Page, render, shop_page

TITLES = {
    "delivery": _("Delivery and payment"),
    "returns": _("Returns"),
    "legal": _("Specified Commercial Transactions Act"),
    "standard": _("The shared standard"),
    "privacy": _("Privacy"),
}


def choose(request: HttpRequest) -> HttpResponse:
    """Lead readers of Japanese to the home market, all others to the first market abroad, in its first language."""
    markets = list(list_markets().values())
    market = markets[0] if read_language(request) == "ja" or len(markets) == 1 else markets[1]
    target = f"/{market.code}/{market.default_language}/"
    response = HttpResponseRedirect(target)
    patch_vary_headers(response, ["Accept-Language"])
    return response


@shop_page
def about(page: Page, slug: str) -> HttpResponse:
    """One standing page."""
    if slug not in TITLES:
        raise Http404
    return render(page, "about.html", {"topic": slug, "title": TITLES[slug]})

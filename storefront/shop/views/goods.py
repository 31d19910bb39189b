"""One product, one maker: where goods are looked at."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from marketplace.catalog import queries as catalog
from marketplace.merchants import queries as merchants
from storefront.shop.legal import notice_rows
from storefront.shop.page import Page, render, shop_page
from storefront.shop.structured import product_record, trail_record
from storefront.shop.views.browse import SORTS, read_paging

OTHERS_SHOWN = 4


@shop_page
def product(page: Page, slug: str) -> HttpResponse:
    """One product. What is not on sale here is a page not found that leads on."""
    detail = catalog.detail(market=page.market, language=page.language, slug=slug)
    if detail is None:
        raise Http404
    card = detail.card
    listed = catalog.cards(market=page.market, language=page.language, merchant=card.merchant_code).cards
    others = [other for other in listed if other.id != card.id][:OTHERS_SHOWN]
    trail = [(_("Home"), page.url()), (card.category_name, page.url("c", card.category_slug)), (card.name, "")]
    records = [product_record(page, detail), trail_record(page, [*trail[:-1], (card.name, page.request.path)])]
    return render(page, "product.html", {"detail": detail, "others": others, "trail": trail, "records": records})


@shop_page
def merchant(page: Page, slug: str) -> HttpResponse:
    """One maker: who it is, what it sells here, and what the law wants said about it."""
    found = merchants.get_merchant(code=slug)
    if found is None:
        raise Http404
    sort, number = read_paging(page)
    listed = catalog.cards(market=page.market, language=page.language, merchant=found.code, sort=sort, page=number)
    notice = merchants.legal_notice(merchant_id=found.id)
    context = {"merchant": found, "listed": listed, "sort": sort, "sorts": SORTS, "notice": notice_rows(notice)}
    return render(page, "merchant.html", {**context, "address": page.url("m", slug)})


@shop_page
def makers(page: Page) -> HttpResponse:
    """Every maker of the market, by name."""
    return render(page, "makers.html", {"merchants": merchants.list_merchants()})

"""One product, one maker: where goods are looked at."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from marketplace.catalog import queries as catalog
from marketplace.catalog.types import ListingCard, Picture
from marketplace.checkout.promise import delivery_by_place
from marketplace.checkout.types import PlacePromise
from marketplace.curation import queries as curation
from marketplace.kernel import clock
from marketplace.kernel.revision import kept_until_change
from marketplace.merchants import queries as merchants
from marketplace.merchants.types import LegalNotice, Merchant, MerchantMissing
from plugins.api.types import StoryTeaser, Words
from plugins.runtime import hooks
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
    chosen = kept_until_change(("reasons", page.language), lambda: curation.reasons(language=page.language))
    reason = chosen.get(card.id, "")
    listed = catalog.cards(market=page.market, language=page.language, merchant=card.merchant_code).cards
    others = [other for other in listed if other.id != card.id][:OTHERS_SHOWN]
    trail = [(_("Home"), page.url()), (card.category_name, page.url("c", card.category_slug)), (card.name, "")]
    records = [product_record(page, detail), trail_record(page, [*trail[:-1], (card.name, page.request.path)])]
    context = {"detail": detail, "others": others, "trail": trail, "records": records, "reason": reason}
    key = ("promise", page.market, card.product_id, card.price)
    context["promise"] = kept_until_change(key, lambda: _read_promise(page, card))
    return render(page, "product.html", context)


def _read_promise(page: Page, card: ListingCard) -> tuple[Words, tuple[PlacePromise, ...]]:
    """Return when the maker sends, in its own notice's words, and what the parcel costs and takes, by place."""
    found = merchants.ids_by_code(codes=[card.merchant_code])
    notice = merchants.legal_notice(merchant_id=found[card.merchant_code]) if found else None
    sent = delivery_by_place(product_id=card.product_id, market=page.market, price=card.price, on_date=clock.today())
    return (notice.delivery if notice else {}), sent


@shop_page
def merchant(page: Page, slug: str) -> HttpResponse:
    """One maker: who it is, what it sells here, and what the law wants said about it."""
    found, notice, stories = kept_until_change(
        ("maker", page.market, page.language, slug), lambda: _read_maker(page, slug)
    )
    sort, number = read_paging(page)
    listed = catalog.cards(market=page.market, language=page.language, merchant=slug, sort=sort, page=number)
    context = {"merchant": found, "listed": listed, "sort": sort, "sorts": SORTS, "notice": notice_rows(notice)}
    context |= {"stories": stories, "portrait": found.portrait or (listed.cards[0].image if listed.cards else None)}
    return render(page, "merchant.html", {**context, "address": page.url("m", slug)})


def _read_maker(page: Page, slug: str) -> tuple[Merchant, LegalNotice | None, list[StoryTeaser]]:
    try:
        found = merchants.get_merchant(code=slug)
    except MerchantMissing as missing:
        raise Http404 from missing
    stories = hooks.gather("list_stories", market=page.market, language=page.language, merchant_id=found.id, limit=3)
    return found, merchants.legal_notice(merchant_id=found.id), stories


@shop_page
def makers(page: Page) -> HttpResponse:
    """Every maker of the market, by name."""
    return render(page, "makers.html", {"merchants": merchants.list_merchants()})


@shop_page
def story(page: Page, slug: str) -> HttpResponse:
    """One story, with the goods it tells of."""
    found = hooks.first("get_story", slug=slug, language=page.language)
    if found is None:
        raise Http404
    maker = found.teaser.merchant_code
    if found.listing_ids:
        goods = catalog.cards(market=page.market, language=page.language, ids=found.listing_ids).cards
    else:
        goods = catalog.cards(market=page.market, language=page.language, merchant=maker).cards[:OTHERS_SHOWN]
    context = {"story": found, "goods": goods, "maker": maker, "maker_name": goods[0].merchant_name if goods else ""}
    own = found.teaser.image_url
    context["picture"] = Picture(own, own) if own else goods[0].image if goods else None
    return render(page, "story.html", context)

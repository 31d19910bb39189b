"""The cart: put in, change, take out."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.utils.translation import gettext as _

from marketplace.catalog import queries as catalog
from marketplace.checkout import actions, queries
from marketplace.checkout.types import Cart, UnableToBuy
from marketplace.kernel import clock
from storefront.jinja import words_text
from storefront.shop import session
from storefront.shop.page import Page, private_page, render, same_origin

MOST_PIECES = 50
OFFERED = 4
SEE_OTHER = 303


def go(address: str) -> HttpResponse:
    """Lead on after a form, so that going back and reloading repeat nothing."""
    response = HttpResponseRedirect(address)
    response.status_code = SEE_OTHER
    return response


def read_cart(page: Page) -> Cart | None:
    """Return this shopper's cart in this market, or None; one that Saleor no longer knows is forgotten."""
    checkout_id = session.cart_id(page.request, page.market)
    if not checkout_id:
        return None
    found = queries.cart(checkout_id=checkout_id, language=page.language, on_date=clock.today())
    if found is None:
        session.forget_cart(page.request, page.market)
    page.pieces = found.quantity if found else 0
    return found


@private_page
def show(page: Page) -> HttpResponse:
    """The cart by merchant, or an empty one that leads on."""
    cart = read_cart(page)
    if cart is None or not cart.groups:
        offered = catalog.cards(market=page.market, language=page.language).cards[:OFFERED]
        return session.tell_count(render(page, "cart_empty.html", {"offered": offered}), 0)
    return session.tell_count(render(page, "cart.html", {"cart": cart}), cart.quantity)


@same_origin
@private_page
def add(page: Page) -> HttpResponse:
    """Put pieces of a variant into the cart and show it."""
    if page.request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    written = page.request.POST
    try:
        checkout_id = actions.add_line(
            checkout_id=session.cart_id(page.request, page.market),
            market=page.market,
            language=page.language,
            variant_id=written.get("variant", ""),
            quantity=_pieces(written.get("quantity", "1")) or 1,
            token=session.customer_token(page.request),
        )
    except UnableToBuy as unable:
        _say(page, unable)
        slug = written.get("slug", "")
        return go(page.url("p", slug) if slug else page.url("cart"))
    session.keep_cart(page.request, page.market, checkout_id)
    messages.success(page.request, _("Put in the cart."))
    return go(page.url("cart"))


@private_page
def change(page: Page) -> HttpResponse:
    """Change the pieces of a line, or take it out."""
    if page.request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    written = page.request.POST
    line: Any = {
        "checkout_id": session.cart_id(page.request, page.market),
        "line_id": written.get("line", ""),
        "token": session.customer_token(page.request),
    }
    pieces = 0 if "remove" in written else _pieces(written.get("quantity", ""))
    try:
        if pieces == 0:
            actions.remove_line(**line)
        elif pieces is not None:
            actions.change_quantity(**line, quantity=pieces)
    except UnableToBuy as unable:
        _say(page, unable)
    return go(page.url("checkout", "confirm") if written.get("back") == "confirm" else page.url("cart"))


def _pieces(text: str) -> int | None:
    return min(int(text), MOST_PIECES) if text.isascii() and text.isdigit() and len(text) < 4 else None


def _say(page: Page, unable: UnableToBuy) -> None:
    for problem in unable.problems:
        messages.error(page.request, words_text(problem.message))

"""The last page, the payment and what follows it. The same page sent twice is one payment and one order."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseNotAllowed
from django.utils.translation import gettext as _

from marketplace.checkout import actions, queries
from marketplace.checkout.types import Cart, CartLine, CompletedOrder, Payment, UnableToBuy
from marketplace.kernel import clock
from marketplace.merchants import queries as merchants
from marketplace.orders import actions as order_actions
from marketplace.orders import queries as orders
from plugins.api.types import Problem
from storefront.jinja import words_text
from storefront.shop import session
from storefront.shop.legal import Terms, last_page_terms
from storefront.shop.page import Page, private_page, render
from storefront.shop.views.cart import go, read_cart


@private_page
def confirm(page: Page) -> HttpResponse:
    """The last page before the order: everything the law asks for, by merchant; then the order is placed."""
    cart = read_cart(page)
    if cart is None or not cart.groups:
        return go(page.url("cart"))
    choice = session.payment_choice(page.request, page.market)
    methods = queries.payment_methods(market=page.market)
    method = next((each for each in methods if each.code == choice.get("method")), None)
    if cart.total is None or method is None:
        return go(page.url("checkout", "payment" if cart.total else "delivery"))
    terms = terms_of(cart)
    is_lawful = all(each.is_complete for each in terms.values())
    problems: list[Any] = [*cart.problems, *(each for line in _lines(cart) for each in line.problems)]
    if page.request.method == "POST" and is_lawful:
        try:
            return _pay(page, cart, choice, page.request.POST.get("nonce", ""))
        except UnableToBuy as unable:
            problems = list(unable.problems)
    stuck = stuck_lines(cart, problems)
    context = {"cart": cart, "method": method, "terms": terms, "stuck": stuck}
    context["problems"] = [each for each in problems if not any(each in found for _line, found in stuck)]
    context["is_barred"] = not is_lawful or any(each.blocks for each in problems)
    context["outcome"] = next((words for code, words in method.outcomes if code == choice.get("outcome")), None)
    return render(page, "checkout_confirm.html", {**context, "nonce": secrets.token_urlsafe(12)})


def stuck_lines(cart: Cart, problems: Sequence[Problem]) -> list[tuple[CartLine, list[Problem]]]:
    """Return the lines that a blocking problem is about (by the line's, variant's or product's id), with what it is."""
    found = []
    for line in _lines(cart):
        names = {line.id, line.variant_id, line.product_id, line.listing_id} - {""}
        about = [each for each in problems if each.blocks and (each.subject in names or each in line.problems)]
        if about:
            found.append((line, about))
    return found


def _lines(cart: Cart) -> list[CartLine]:
    return [line for group in cart.groups for line in group.lines]


def terms_of(cart: Cart) -> dict[str, Terms]:
    """Return the law's items for every merchant in the cart."""
    ids = merchants.ids_by_code(codes={group.merchant_code for group in cart.groups})
    notices = {code: merchants.legal_notice(merchant_id=key) for code, key in ids.items()}
    return {
        group.merchant_code: last_page_terms(group.merchant_code, notices.get(group.merchant_code))
        for group in cart.groups
    }


def _pay(page: Page, cart: Cart, choice: dict[str, str], nonce: str) -> HttpResponse:
    payment = actions.start_payment(
        checkout_id=cart.checkout_id,
        method=choice["method"],
        data={"outcome": choice["outcome"]} if choice.get("outcome") else {},
        nonce=nonce,
        language=page.language,
        on_date=clock.today(),
        token=session.customer_token(page.request),
    )
    return _after(page, cart.checkout_id, payment)


def _after(page: Page, checkout_id: str, payment: Payment) -> HttpResponse:
    """Lead on from an answer of the payment: to the order, to a question, to waiting, or back to choose again."""
    session.keep_payment_choice(page.request, page.market, transaction=payment.transaction_id)
    if payment.status == "action":
        return go(page.url("checkout", "action"))
    if payment.status == "pending":
        return go(page.url("checkout", "wait"))
    if payment.status == "failed":
        messages.error(
            page.request, _("The payment was declined. Nothing was charged. Please choose how to pay again.")
        )
        return go(page.url("checkout", "payment"))
    done = actions.complete(checkout_id=checkout_id, token=session.customer_token(page.request))
    return _to_order(page, done)


def _to_order(page: Page, done: CompletedOrder) -> HttpResponse:
    order_actions.project_order(order_id=done.order_id)  # read your writes: the webhook that follows changes nothing
    session.forget_cart(page.request, page.market)
    token = orders.link_token(order_id=done.order_id)
    if token is None:
        session.keep_placed(page.request, page.market, order_id=done.order_id, number=done.number)
        response = go(page.url("checkout", "wait"))
    else:
        messages.success(page.request, _("Thank you. Your order was placed."))
        response = go(page.url("o", token))
    return session.tell_count(response, 0)


@private_page
def action(page: Page) -> HttpResponse:
    """The bank asks the buyer to confirm."""
    checkout_id = session.cart_id(page.request, page.market)
    transaction = session.payment_choice(page.request, page.market).get("transaction", "")
    if not checkout_id or not transaction:
        return go(page.url("cart"))
    if page.request.method != "POST":
        return render(page, "checkout_action.html")
    is_confirmed = "confirm" in page.request.POST
    try:
        payment = actions.process_payment(
            transaction_id=transaction,
            data={"confirmed": is_confirmed},
            token=session.customer_token(page.request),
        )
        return _after(page, checkout_id, payment)
    except UnableToBuy as unable:
        for problem in unable.problems:
            messages.error(page.request, words_text(problem.message))
        return go(page.url("checkout", "payment"))


@private_page
def wait(page: Page) -> HttpResponse:
    """The payment's answer comes later: say so, look again by itself, and go on as soon as it is there."""
    if page.request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET"])
    if waiting := session.placed(page.request, page.market):
        return _coming(page, waiting)
    checkout_id = session.cart_id(page.request, page.market)
    if not checkout_id:
        return go(page.url("cart"))
    try:
        done = actions.finish(checkout_id=checkout_id)
    except UnableToBuy as unable:
        for problem in unable.problems:
            messages.error(page.request, words_text(problem.message))
        return go(page.url("cart"))
    if done is not None:
        return _to_order(page, done)
    cart = read_cart(page)
    if cart is not None:
        return render(page, "checkout_wait.html", {"email": cart.email, "is_open": True})
    try:  # the worker was quicker: asked again, Saleor names the order that this cart became
        placed = actions.complete(checkout_id=checkout_id, token=session.customer_token(page.request))
    except UnableToBuy:
        return render(page, "checkout_wait.html", {"email": "", "is_open": False})
    return _to_order(page, placed)


def _coming(page: Page, waiting: dict[str, str]) -> HttpResponse:
    """Lead to the order as soon as its payment is seen; until then say its number, and look again by itself."""
    token = orders.link_token(order_id=waiting["order"])
    if token is None:
        return render(page, "order_coming.html", {"number": waiting["number"]})
    session.forget_placed(page.request, page.market)
    messages.success(page.request, _("Thank you. Your order was placed."))
    return go(page.url("o", token))

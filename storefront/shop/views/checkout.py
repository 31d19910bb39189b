"""The way from the cart to the order: one page a step. Where to, how it comes, how to pay; the last page follows."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from marketplace.checkout import actions, queries
from marketplace.checkout.types import Cart, UnableToBuy
from marketplace.kernel import clock
from marketplace.saleor import customers
from plugins.api.types import DestinationStatus
from plugins.runtime import hooks
from storefront.jinja import words_text
from storefront.phones import phone_text
from storefront.shop import session
from storefront.shop.forms import AddressForm
from storefront.shop.page import Page, private_page, render
from storefront.shop.postal import find_area
from storefront.shop.views.cart import go, read_cart

PARTS = ("family_name", "given_name", "country", "postal_code", "area", "city", "street1", "street2", "phone")


def destinations(page: Page) -> list[DestinationStatus]:
    """Return the countries this market speaks of, open ones first; none for the home market."""
    if page.is_home_market:
        return []
    return hooks.gather("list_destinations", market=page.market, on_date=clock.today())


@private_page
def address(page: Page) -> HttpResponse:
    """Where to deliver. The button beside the postal code fills in the rest without any script."""
    cart = read_cart(page)
    if cart is None or not cart.groups:
        return go(page.url("cart"))
    statuses = destinations(page)
    shape: dict[str, Any] = {
        "is_home": page.is_home_market,
        "countries": [(each.country, words_text(each.name)) for each in statuses if each.is_open],
    }
    context: dict[str, Any] = {"cart": cart, "closed": [each for each in statuses if not each.is_open]}
    written = page.request.POST
    if page.request.method != "POST":
        form = AddressForm(initial=_known(page, cart), **shape)
    elif "lookup" in written:
        filled, is_known = AddressForm(written, **shape).filled_from_postal_code()
        form = AddressForm(initial=filled, **shape)
        context["lookup"] = "found" if is_known else "unknown"
    else:
        form = AddressForm(written, **shape)
        if form.is_valid() and _save_address(page, cart, form):
            return go(page.url("checkout", "delivery"))
    return render(page, "checkout_address.html", {**context, "form": form})


def _save_address(page: Page, cart: Cart, form: AddressForm) -> bool:
    try:
        actions.set_addresses(
            checkout_id=cart.checkout_id,
            email=form.cleaned_data["email"],
            shipping=form.address(),
            token=session.customer_token(page.request),
        )
    except UnableToBuy as unable:
        for problem in unable.problems:
            form.refuse(problem.field, words_text(problem.message))
        return False
    return True


def _known(page: Page, cart: Cart) -> dict[str, str]:
    """What is known already: the cart's address, else the signed-in shopper's own."""
    known = {"email": cart.email or session.customer_email(page.request)}
    if cart.address:
        written = {part: getattr(cart.address, part) for part in PARTS}
        return {**known, **written, "phone": phone_text(cart.address.phone, cart.address.country)}
    token = session.customer_token(page.request)
    me = customers.get_me(token=token) if token else None
    kept = next((each for each in me.addresses if page.is_home_market == (each.country == "JP")), None) if me else None
    if kept is None:
        return known
    return {
        **known,
        "family_name": kept.last_name,
        "given_name": kept.first_name,
        "country": kept.country,
        "postal_code": kept.postal_code,
        "area": kept.country_area,
        "city": kept.city,
        "street1": kept.street1,
        "street2": kept.street2,
        "phone": phone_text(kept.phone, kept.country),
    }


@private_page
def postal(page: Page) -> HttpResponse:
    """What a postal code says, as JSON, for the page's own small script."""
    found = find_area(page.request.GET.get("code", ""))
    if found is None:
        return JsonResponse({"found": False}, status=404)
    return JsonResponse({"found": True, "area": found.prefecture, "city": found.city, "street1": found.quarter})


@private_page
def delivery(page: Page) -> HttpResponse:
    """How it comes: the deliveries offered, with the price and the days of every merchant's parcel."""
    cart = read_cart(page)
    if cart is None or not cart.groups:
        return go(page.url("cart"))
    if cart.address is None:
        return go(page.url("checkout", "address"))
    token = session.customer_token(page.request)
    problems = list(cart.problems)
    options: tuple[Any, ...] = ()
    try:
        options = actions.list_deliveries(checkout_id=cart.checkout_id, token=token)
        chosen = page.request.POST.get("delivery", "")
        if page.request.method == "POST" and chosen in {option.id for option in options}:
            actions.choose_delivery(checkout_id=cart.checkout_id, delivery_id=chosen, token=token)
            return go(page.url("checkout", "payment"))
    except UnableToBuy as unable:
        problems += unable.problems
    context = {"cart": cart, "options": options, "problems": problems, "names": merchant_names(cart)}
    context["missing"] = page.request.method == "POST" and _("Please choose one.")
    return render(page, "checkout_delivery.html", context)


@private_page
def payment(page: Page) -> HttpResponse:
    """How to pay: the methods that plugins offer in this market."""
    cart = read_cart(page)
    if cart is None or not cart.groups:
        return go(page.url("cart"))
    if cart.total is None:
        return go(page.url("checkout", "delivery" if cart.address else "address"))
    methods = queries.payment_methods(market=page.market)
    written = page.request.POST
    chosen = next((each for each in methods if each.code == written.get("method")), None)
    if page.request.method == "POST" and chosen is not None:
        outcome = written.get("outcome", "")
        known = {code for code, _words in chosen.outcomes}
        kept = {"method": chosen.code, "outcome": outcome if outcome in known else ""}
        session.keep_payment_choice(page.request, page.market, **kept)
        return go(page.url("checkout", "confirm"))
    kept = session.payment_choice(page.request, page.market)
    context = {"cart": cart, "methods": methods, "kept": kept}
    context["missing"] = page.request.method == "POST" and _("Please choose one.")
    return render(page, "checkout_payment.html", context)


def merchant_names(cart: Cart) -> dict[str, str]:
    return {group.merchant_code: group.merchant_name for group in cart.groups}

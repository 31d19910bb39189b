"""What the shop keeps of one shopper: ids and tokens of Saleor, and the way to pay chosen. Nothing else."""

from __future__ import annotations

import time

from django.http import HttpRequest, HttpResponse

from marketplace.saleor import customers
from marketplace.saleor.types import SaleorRefused, SaleorTokens
from storefront.shop.page import CART_COUNT_COOKIE

ACCESS_LIVES_S = 240  # Saleor's access tokens live five minutes
COUNT_LIVES_S = 60 * 60 * 24 * 30
CUSTOMER = "customer"


def cart_id(request: HttpRequest, market: str) -> str:
    """Return the id of this shopper's checkout in a market, or ""."""
    return str(request.session.get(f"cart.{market}", ""))


def keep_cart(request: HttpRequest, market: str, checkout_id: str) -> None:
    request.session[f"cart.{market}"] = checkout_id


def forget_cart(request: HttpRequest, market: str) -> None:
    for key in (f"cart.{market}", f"pay.{market}"):
        request.session.pop(key, None)


def keep_placed(request: HttpRequest, market: str, *, order_id: str, number: str) -> None:
    """Remember an order whose payment is not answered yet, until its page can be shown."""
    request.session[f"placed.{market}"] = {"order": order_id, "number": number}


def placed(request: HttpRequest, market: str) -> dict[str, str]:
    """Return {order, number} of an order that waits for its page, empty when there is none."""
    return dict(request.session.get(f"placed.{market}", {}))


def forget_placed(request: HttpRequest, market: str) -> None:
    request.session.pop(f"placed.{market}", None)


def payment_choice(request: HttpRequest, market: str) -> dict[str, str]:
    """Return the chosen way to pay {method, outcome, transaction}, empty while none is chosen."""
    return dict(request.session.get(f"pay.{market}", {}))


def keep_payment_choice(request: HttpRequest, market: str, **choice: str) -> None:
    request.session[f"pay.{market}"] = {**payment_choice(request, market), **choice}


def keep_customer(request: HttpRequest, tokens: SaleorTokens) -> None:
    """Keep the tokens of the shopper who signed in, under a new session id."""
    request.session.cycle_key()
    kept = {"access": tokens.access, "refresh": tokens.refresh, "email": tokens.email, "at": time.time()}
    request.session[CUSTOMER] = kept


def customer_email(request: HttpRequest) -> str:
    return str(request.session.get(CUSTOMER, {}).get("email", ""))


def customer_token(request: HttpRequest) -> str | None:
    """Return a living access token of the shopper, refreshed when it is old; None for a guest or an ended session."""
    kept = request.session.get(CUSTOMER)
    if not kept:
        return None
    if time.time() - kept["at"] > ACCESS_LIVES_S:
        try:
            kept = {**kept, "access": customers.refresh(refresh_token=kept["refresh"]), "at": time.time()}
        except SaleorRefused:
            request.session.pop(CUSTOMER, None)
            return None
        request.session[CUSTOMER] = kept
    return str(kept["access"])


def forget_customer(request: HttpRequest) -> None:
    """Forget who was signed in, and the carts with their addresses: the next one at this browser may be another."""
    mine = (CUSTOMER, "cart.", "pay.")
    for key in [key for key in request.session.keys() if key.startswith(mine)]:  # noqa: SIM118 - a session, no dict
        del request.session[key]
    request.session.cycle_key()


def tell_count(response: HttpResponse, quantity: int) -> HttpResponse:
    """Let the browser remember how many pieces are in the cart, for the header of pages that ask no database."""
    if quantity:
        response.set_cookie(CART_COUNT_COOKIE, str(quantity), max_age=COUNT_LIVES_S, httponly=True, samesite="Lax")
    else:
        response.delete_cookie(CART_COUNT_COOKIE, samesite="Lax")
    return response

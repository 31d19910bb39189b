"""An order under the link that nobody can guess."""

from __future__ import annotations

from django.http import Http404, HttpResponse

from marketplace.orders import queries as orders
from marketplace.orders.types import OrderMissing
from storefront.shop.page import Page, private_page, render


@private_page
def order(page: Page, token: str) -> HttpResponse:
    """What was ordered, where each parcel is, what was paid back and why."""
    try:
        found = orders.order_for_buyer(token=token)
    except OrderMissing as missing:
        raise Http404 from missing
    response = render(page, "order.html", {"order": found})
    response["Referrer-Policy"] = "no-referrer"
    return response

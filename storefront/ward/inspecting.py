"""The ward desk looks at one merchant: who it is, its papers, its goods, what waits there."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from marketplace.catalog import queries as catalog
from marketplace.kernel import clock
from marketplace.merchants import queries
from marketplace.merchants.types import MerchantMissing
from marketplace.orders import queries as orders
from storefront.staff import PAGE_SIZE, page_of, role_page

LONGEST = 200
WAITING = ("new", "accepted", "shipping")


@role_page("merchants.merchant:view")
def index(request: HttpRequest) -> HttpResponse:
    """Every merchant, to be found by a part of its name, a page at a time."""
    query = request.GET.get("q", "").strip()[:LONGEST]
    found = [
        each
        for each in queries.list_merchants()
        if not query or query == each.code or any(query.lower() in name.lower() for name in each.name.values())
    ]
    page = page_of(request, found)
    return render(request, "ward/merchants.html", {"page": page, "merchants": page.rows, "query": query})


@role_page("merchants.merchant:view")
def merchant(request: HttpRequest, code: str) -> HttpResponse:
    """One merchant with its legal notice, permits, goods by state, and parcels that wait."""
    try:
        found = queries.get_merchant(code=code)
    except MerchantMissing:
        raise Http404 from None
    today = clock.today()
    _rows, count = catalog.find_listings(merchant_id=found.id, limit=0)
    page = page_of(request, count=count)
    listings, _count = catalog.find_listings(merchant_id=found.id, limit=PAGE_SIZE, offset=page.start)
    context = {
        "merchant": found,
        "has_notice": queries.legal_notice(merchant_id=found.id) is not None,
        "permits": [(row, row.is_valid(today)) for row in queries.permits(merchant_id=found.id)],
        "members": queries.members(merchant_id=found.id),
        "waiting": orders.count_merchant_orders(merchant_id=found.id, states=WAITING),
        "parts": orders.count_merchant_orders(merchant_id=found.id),
        "listings": listings,
        "page": page,
    }
    return render(request, "ward/merchant.html", context)

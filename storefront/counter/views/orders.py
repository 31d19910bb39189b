"""A merchant's part of each order: see it, accept it, send it, or refuse lines of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from marketplace.catalog import queries as catalog
from marketplace.merchants.types import Merchant
from marketplace.orders import actions, queries
from marketplace.orders.types import MerchantPart, OrderMissing, UnableToRefuse, UnableToShip
from storefront.staff import PAGE_SIZE, member_page, page_of

OPEN = ("new", "accepted", "shipping")
DONE = ("shipped", "refused")
CARRIERS = ("ヤマト運輸", "日本郵便", "佐川急便", "EMS")
LONGEST = 200
MOST_WAITING = 200


@member_page("orders.order:view")
def todo(request: HttpRequest, merchant: Merchant) -> HttpResponse:
    """What is to be done, oldest first, and what was done lately, a page at a time."""
    waiting = queries.merchant_orders(merchant_id=merchant.id, states=OPEN, limit=MOST_WAITING)[::-1]
    page = page_of(request, count=queries.count_merchant_orders(merchant_id=merchant.id, states=DONE))
    done = queries.merchant_orders(merchant_id=merchant.id, states=DONE, limit=PAGE_SIZE, offset=page.start)
    context = {
        "merchant": merchant,
        "waiting": waiting,
        "done": done,
        "page": page,
        "names": goods_names(each.product_id for part in (*waiting, *done) for each in part.part.lines),
    }
    return render(request, "counter/todo.html", context)


@member_page("orders.order:view")
def order(request: HttpRequest, merchant: Merchant, number: str) -> HttpResponse:
    """One part with what is needed to send it."""
    return _show(request, merchant, _part(merchant, number))


@require_POST
@member_page("orders.parcel:accept")
def accept(request: HttpRequest, merchant: Merchant, number: str) -> HttpResponse:
    try:
        actions.accept_parcel(order_id=_order_id(merchant, number), merchant_id=merchant.id, actor=_actor(request))
    except OrderMissing:
        raise Http404 from None
    except UnableToShip:
        return _again(request, merchant, number, _("This order can no longer be accepted: it was refused."))
    messages.success(request, _("Accepted. Pack it and enter the tracking number."))
    return redirect("counter:order", code=merchant.code, number=number)


@require_POST
@member_page("orders.parcel:ship")
def ship(request: HttpRequest, merchant: Merchant, number: str) -> HttpResponse:
    """Hand the part to a carrier under a tracking number."""
    typed = {key: request.POST.get(key, "").strip()[:60] for key in ("carrier", "tracking_number")}
    try:
        actions.ship_parcel(
            order_id=_order_id(merchant, number), merchant_id=merchant.id, actor=_actor(request), **typed
        )
    except OrderMissing:
        raise Http404 from None
    except UnableToShip:
        text = (
            _("This parcel was sent already or refused, so the number was not changed.")
            if typed["tracking_number"]
            else _("Please enter the tracking number on the slip.")
        )
        return _again(request, merchant, number, text, field="tracking_number", typed=typed)
    messages.success(request, _("Sent. The buyer is told by mail."))
    return redirect("counter:order", code=merchant.code, number=number)


@require_POST
@member_page("orders.parcel:refuse")
def refuse(request: HttpRequest, merchant: Merchant, number: str) -> HttpResponse:
    """Refuse lines with a reason the buyer will read; they are paid back exactly."""
    lines = list(dict.fromkeys(request.POST.getlist("line")))
    reason = request.POST.get("reason", "").strip()[:LONGEST]
    typed: dict[str, Any] = {"line": lines, "reason": reason}
    if not lines:
        text = _("Please tick what you cannot send.")
        return _again(request, merchant, number, text, field="line", typed=typed)
    try:
        actions.refuse_lines(
            order_id=_order_id(merchant, number),
            merchant_id=merchant.id,
            line_ids=lines,
            reason=reason,
            actor=_actor(request),
        )
    except OrderMissing:
        raise Http404 from None
    except UnableToRefuse:
        text = (
            _("This parcel is on its way, so nothing of it can be refused.")
            if reason
            else _("Please say why: the buyer will read it.")
        )
        return _again(request, merchant, number, text, field="reason", typed=typed)
    messages.success(request, _("Refused. The buyer gets the money back and reads your reason."))
    return redirect("counter:order", code=merchant.code, number=number)


def goods_names(product_ids: Iterable[str]) -> dict[str, str]:
    """Return how a merchant calls its own goods, by product id: an order's lines are in its buyer's language."""
    language = (get_language() or "ja")[:2]
    found = catalog.product_names(ids=set(product_ids))
    return {key: names.get(language) or names.get("ja", "") for key, names in found.items()}


def _part(merchant: Merchant, number: str) -> MerchantPart:
    try:
        return queries.merchant_order(merchant_id=merchant.id, number=number)
    except OrderMissing:
        raise Http404 from None


def _order_id(merchant: Merchant, number: str) -> str:
    """Return Saleor's id of an order, which merchants are never shown: it opens the whole order at Saleor."""
    return _part(merchant, number).part.order_id


def _again(
    request: HttpRequest,
    merchant: Merchant,
    number: str,
    error: str,
    *,
    field: str = "",
    typed: dict[str, Any] | None = None,
) -> HttpResponse:
    """Show the page with what was wrong and with what was typed."""
    return _show(request, merchant, _part(merchant, number), error=error, field=field, typed=typed or {}, status=422)


def _show(
    request: HttpRequest, merchant: Merchant, part: MerchantPart, *, status: int = 200, **more: Any
) -> HttpResponse:
    context = {
        "merchant": merchant,
        "order": part,
        "part": part.part,
        "carriers": CARRIERS,
        "is_open": part.part.state in ("new", "accepted"),
        "left": [line for line in part.part.lines if not line.is_refused],
        "names": goods_names(line.product_id for line in part.part.lines),
        **more,
    }
    return render(request, "counter/order.html", context, status=status)


def _actor(request: HttpRequest) -> str:
    return f"user:{request.user.pk}"

"""Pages of the ward desk. Every figure opens to its rows."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from marketplace.catalog import actions as catalog
from marketplace.catalog import queries as listings_of
from marketplace.catalog.types import ListingMissing, ListingState, UnableToPublish
from marketplace.curation import actions as curation
from marketplace.curation import queries as curated
from marketplace.curation.types import FeatureKind
from marketplace.kernel import clock
from marketplace.kernel.jobs import actions as jobs
from marketplace.kernel.jobs import queries as work
from marketplace.merchants import queries as merchants
from marketplace.orders import actions as order_actions
from marketplace.orders import queries as orders
from marketplace.orders.types import OrderMissing
from plugins.runtime import hooks
from storefront.staff import PAGE_SIZE, page_of, role_page

LONGEST = 200
PUBLIC_STATES: tuple[ListingState, ...] = ("live", "withdrawn")


@role_page("ward.desk:view")
def home(request: HttpRequest) -> HttpResponse:
    """The four figures of the day, and what plugins add."""
    day = clock.today()
    language = (get_language() or "ja")[:2]
    panels = [
        {"title": panel.title.get(language) or panel.title["ja"], "html": panel.html.get(language) or panel.html["ja"]}
        for panel in hooks.gather("contribute_ward_panels", on_date=day)
    ]
    return render(request, "ward/home.html", {"day": day, "figures": orders.day_figures(day=day), "panels": panels})


@role_page("ward.desk:view")
def rows(request: HttpRequest, what: str) -> HttpResponse:
    """The rows behind one figure, a page at a time."""
    day = clock.today()
    context: dict[str, Any] = {"what": what, "day": day}
    if what in ("orders", "yen"):
        figures = orders.day_figures(day=day)
        page = page_of(request, count=figures.orders)
        context |= {"page": page, "figures": figures}
        context["orders"] = orders.orders_of_day(day=day, limit=PAGE_SIZE, offset=page.start)
    elif what == "parcels":
        page = page_of(request, orders.waiting_parcels())
        context |= {"page": page, "parcels": page.rows}
    elif what == "problems":
        page = page_of(request, orders.open_problems())
        context |= {"page": page, "problems": page.rows, "parked": work.parked()}
    else:
        raise Http404
    return render(request, "ward/rows.html", context)


@require_POST
@role_page("ward.desk:view")
def retry(request: HttpRequest, problem_id: int) -> HttpResponse:
    """Ask the payment provider again for a refund it refused."""
    try:
        is_asked = order_actions.retry_refund(problem_id=problem_id, actor=_actor(request))
    except OrderMissing:
        raise Http404 from None
    messages.success(request, _("Asked again. If it fails once more, it comes back here.") if is_asked else _("Done."))
    return redirect("ward:rows", what="problems")


@require_POST
@role_page("ward.desk:view")
def retry_work(request: HttpRequest, table: str, row_id: int) -> HttpResponse:
    """Try once more what failed eight times."""
    if table not in ("inbox", "outbox") or not jobs.retry_parked(table=table, row_id=row_id):
        raise Http404
    messages.success(request, _("Asked again. If it fails once more, it comes back here."))
    return redirect("ward:rows", what="problems")


@role_page("curation.feature:edit")
def features(request: HttpRequest) -> HttpResponse:
    """What is featured, and a form to feature a merchant or a listing with a reason that shoppers see."""
    typed: dict[str, str] = {}
    problems: dict[str, str] = {}
    if request.method == "POST":
        typed = {key: request.POST.get(key, "").strip()[:LONGEST] for key in ("target", "reason_ja", "reason_en")}
        problems = _feature(request, typed)
        if not problems:
            messages.success(request, _("Featured. Shoppers see it with your reason."))
            return redirect("ward:features")
    page = page_of(request, curated.features())
    context = {
        "features": page.rows,
        "page": page,
        "merchants": merchants.list_merchants(),
        "listings": listings_of.listing_records(state="live"),
        "typed": typed,
        "problems": problems,
    }
    return render(request, "ward/features.html", context, status=422 if problems else 200)


def _feature(request: HttpRequest, typed: dict[str, str]) -> dict[str, str]:
    problems = {}
    said, _sep, target = typed["target"].partition(":")
    kind: FeatureKind = "merchant" if said == "merchant" else "listing"
    known = {
        "merchant": {each.id for each in merchants.list_merchants()},
        "listing": {each.id for each in listings_of.listing_records(state="live")},
    }
    if target not in known.get(said, set()):
        problems["target"] = _("Please choose what to feature.")
    if not typed["reason_ja"]:
        problems["reason_ja"] = _("Please say why, in Japanese: shoppers read it.")
    if not typed["reason_en"]:
        problems["reason_en"] = _("Please say why in English too.")
    if problems:
        return problems
    curation.feature(
        kind=kind,
        target_id=target,
        reason={"ja": typed["reason_ja"], "en": typed["reason_en"]},
        actor=_actor(request),
    )
    return {}


@require_POST
@role_page("curation.feature:edit")
def end_feature(request: HttpRequest, feature_id: int) -> HttpResponse:
    try:
        curation.unfeature(feature_id=str(feature_id), actor=_actor(request))
    except LookupError:
        raise Http404 from None
    messages.success(request, _("No longer featured."))
    return redirect("ward:features")


@role_page("catalog.listing:view")
def listings(request: HttpRequest) -> HttpResponse:
    """Every listing that is or was on sale, to be found by a word of its name, a page at a time."""
    return _listings(request, query=request.GET.get("q", "").strip()[:LONGEST])


def _listings(request: HttpRequest, *, query: str, refused: str = "", status: int = 200) -> HttpResponse:
    """Show listings; `refused` is the id of the one whose withdrawal lacks a reason."""
    _rows, count = listings_of.find_listings(words=query, states=PUBLIC_STATES, limit=0)
    page = page_of(request, count=count)
    found, _count = listings_of.find_listings(words=query, states=PUBLIC_STATES, limit=PAGE_SIZE, offset=page.start)
    if refused and refused not in {each.id for each in found}:
        found = (listings_of.listing_record(listing_id=refused), *found)
    names = {each.code: each.name for each in merchants.list_merchants()}
    context = {"listings": found, "query": query, "page": page, "names": names, "refused": refused}
    return render(request, "ward/listings.html", context, status=status)


@require_POST
@role_page("catalog.listing:withdraw")
def withdraw(request: HttpRequest, listing_id: int) -> HttpResponse:
    """Take a listing off sale everywhere; its merchant reads why."""
    reason = request.POST.get("reason", "").strip()[:LONGEST]
    try:
        if not reason:
            return _listings(request, query="", refused=str(listing_id), status=422)
        catalog.withdraw_listing(
            listing_id=str(listing_id), reason={"ja": reason, "en": reason}, actor=_actor(request), by="ward"
        )
    except ListingMissing:
        raise Http404 from None
    messages.success(request, _("Taken off sale everywhere."))
    return redirect("ward:listings")


@require_POST
@role_page("catalog.listing:withdraw")
def relist(request: HttpRequest, listing_id: int) -> HttpResponse:
    """Put a withdrawn listing back on sale, if the standard allows it."""
    try:
        catalog.relist_listing(listing_id=str(listing_id), actor=_actor(request), by="ward")
    except ListingMissing:
        raise Http404 from None
    except UnableToPublish as unable:
        language = (get_language() or "ja")[:2]
        for problem in unable.problems:
            messages.error(request, problem.message.get(language) or problem.message["ja"])
        return redirect("ward:listings")
    messages.success(request, _("Back on sale."))
    return redirect("ward:listings")


def _actor(request: HttpRequest) -> str:
    return f"user:{request.user.pk}"

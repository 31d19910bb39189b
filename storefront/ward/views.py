"""Pages of the ward desk. Every figure opens to its rows."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from marketplace.catalog import actions as catalog
from marketplace.catalog import queries as listings_of
from marketplace.catalog.types import ListingMissing, UnableToPublish
from marketplace.curation import actions as curation
from marketplace.curation import queries as curated
from marketplace.curation.types import FeatureKind
from marketplace.kernel import clock
from marketplace.kernel.jobs import queries as work
from marketplace.merchants import queries as merchants
from marketplace.orders import queries as orders
from plugins.runtime import hooks
from storefront.staff import role_page

LONGEST = 200


@role_page("ward.desk:view")
def home(request: HttpRequest) -> HttpResponse:
    """The four figures of the day, and what plugins add."""
    day = clock.today()
    language = "en" if request.LANGUAGE_CODE == "en" else "ja"
    panels = [
        {"title": panel.title.get(language) or panel.title["ja"], "html": panel.html.get(language) or panel.html["ja"]}
        for panel in hooks.gather("contribute_ward_panels", on_date=day)
    ]
    return render(request, "ward/home.html", {"day": day, "figures": orders.day_figures(day=day), "panels": panels})


@role_page("ward.desk:view")
def rows(request: HttpRequest, what: str) -> HttpResponse:
    """The rows behind one figure."""
    day = clock.today()
    context: dict[str, Any] = {"what": what, "day": day}
    if what in ("orders", "yen"):
        context["orders"] = orders.orders_of_day(day=day)
    elif what == "parcels":
        context["parcels"] = orders.waiting_parcels()
    elif what == "problems":
        context |= {"problems": orders.open_problems(), "parked": work.parked()}
    else:
        raise Http404
    return render(request, "ward/rows.html", context)


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
    context = {
        "features": curated.features(),
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
    """Every listing that is or was on sale, to be found by a word of its name."""
    query = request.GET.get("q", "").strip()[:LONGEST]
    found = [
        each
        for each in listings_of.listing_records()
        if each.state != "draft" and (not query or query in each.names.get("ja", "") or query == each.merchant_code)
    ]
    return render(request, "ward/listings.html", {"listings": found, "query": query})


@require_POST
@role_page("catalog.listing:withdraw")
def withdraw(request: HttpRequest, listing_id: int) -> HttpResponse:
    """Take a listing off sale everywhere; its merchant reads why."""
    reason = request.POST.get("reason", "").strip()[:LONGEST]
    if not reason:
        messages.error(request, _("Please say why: the merchant reads it."))
        return redirect("ward:listings")
    try:
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
        for problem in unable.problems:
            messages.error(request, problem.message["ja"])
        return redirect("ward:listings")
    messages.success(request, _("Back on sale."))
    return redirect("ward:listings")


def _actor(request: HttpRequest) -> str:
    return f"user:{request.user.pk}"

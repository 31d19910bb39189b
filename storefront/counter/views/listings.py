"""A merchant's listings: write them in one form with the standard's questions, publish, take off sale."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from PIL import Image, UnidentifiedImageError

from marketplace.catalog import actions, queries
from marketplace.catalog.types import ListingMissing, ListingRecord, PictureDraft, UnableToPublish
from marketplace.kernel import clock
from marketplace.merchants.types import Merchant
from marketplace.saleor.types import NotInstalled, SaleorUnavailable
from storefront.counter.listing_form import LONGEST, ListingForm, fields_of, shown, typed_of
from storefront.staff import PAGE_SIZE, member_page, page_of

PICTURE_FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
MAX_PICTURE_BYTES = 10_000_000
AWAY = (NotInstalled, SaleorUnavailable)


@member_page("catalog.listing:view")
def index(request: HttpRequest, merchant: Merchant) -> HttpResponse:
    """All listings of the merchant, newest change first, a page at a time."""
    _rows, count = queries.find_listings(merchant_id=merchant.id, limit=0)
    page = page_of(request, count=count)
    rows, _count = queries.find_listings(merchant_id=merchant.id, limit=PAGE_SIZE, offset=page.start)
    return render(request, "counter/listings.html", {"merchant": merchant, "listings": rows, "page": page})


@member_page("catalog.listing:edit")
def new(request: HttpRequest, merchant: Merchant) -> HttpResponse:
    """Write a new listing and publish it, or keep it as a draft."""
    if request.method != "POST":
        return _form(request, merchant, ListingForm(typed={"tax_class": "standard"}), None)
    form = ListingForm(typed=_typed(request))
    fields = fields_of(form, record=None, sku=f"{merchant.code}-{clock.now():%y%m%d%H%M%S}")
    pictures = _pictures(request, form)
    if form.is_refused:
        if pictures and "picture" not in form.problems:
            form.problems["picture"] = _("Please choose the pictures once more: a browser forgets them.")
        return _form(request, merchant, form, None)
    made = actions.draft_listing(merchant_id=merchant.id, actor=_actor(request), pictures=pictures, **fields)
    if request.POST.get("then") == "publish":
        return _publish(request, merchant, made)
    messages.success(request, _("Kept as a draft. Publish it when everything is answered."))
    return redirect("counter:edit", code=merchant.code, listing_id=made.id)


@member_page("catalog.listing:edit")
def edit(request: HttpRequest, merchant: Merchant, listing_id: int) -> HttpResponse:
    """Change a listing. Pictures are kept even when another field is wrong; all else is saved whole or not at all."""
    record = _record(merchant, listing_id)
    if request.method != "POST":
        return _form(request, merchant, ListingForm(typed=_as_typed(merchant, record)), record)
    form = ListingForm(typed=_typed(request))
    fields = fields_of(form, record=record, sku=f"{merchant.code}-{record.id}")
    try:
        for picture in _pictures(request, form):
            actions.add_picture(listing_id=record.id, merchant_id=merchant.id, picture=picture, actor=_actor(request))
        if not form.is_refused:
            actions.update_listing(listing_id=record.id, merchant_id=merchant.id, actor=_actor(request), **fields)
            _count_anew(request, merchant, record, form)
    except UnableToPublish as unable:
        form.say(unable.problems, merchant)
    except AWAY:
        messages.error(request, _away())
        return _form(request, merchant, form, _record(merchant, listing_id), status=503)
    if form.is_refused:
        return _form(request, merchant, form, _record(merchant, listing_id))
    if request.POST.get("then") == "publish":
        return _publish(request, merchant, record)
    messages.success(request, _("Saved."))
    return redirect("counter:edit", code=merchant.code, listing_id=record.id)


@require_POST
@member_page("catalog.listing:publish")
def publish(request: HttpRequest, merchant: Merchant, listing_id: int) -> HttpResponse:
    """Put a listing on sale as it was saved, or say all that is missing."""
    return _publish(request, merchant, _record(merchant, listing_id))


@require_POST
@member_page("catalog.listing:withdraw")
def withdraw(request: HttpRequest, merchant: Merchant, listing_id: int) -> HttpResponse:
    """Take a listing off sale; nothing is deleted."""
    record = _record(merchant, listing_id)
    reason = {"ja": "お店が販売を止めました。", "en": "The merchant took it off sale."}
    actions.withdraw_listing(listing_id=record.id, merchant_id=merchant.id, reason=reason, actor=_actor(request))
    messages.success(request, _("Taken off sale."))
    return redirect("counter:edit", code=merchant.code, listing_id=record.id)


def _publish(request: HttpRequest, merchant: Merchant, record: ListingRecord) -> HttpResponse:
    act = actions.relist_listing if record.state == "withdrawn" else actions.publish_listing
    try:
        act(listing_id=record.id, merchant_id=merchant.id, actor=_actor(request))
    except ListingMissing:
        messages.error(request, _("The ward withdrew this listing, so only the ward can put it back on sale."))
    except UnableToPublish as unable:
        saved = _record(merchant, int(record.id))
        form = ListingForm(typed=_as_typed(merchant, saved))
        form.say(unable.problems, merchant)
        return _form(request, merchant, form, saved)
    except AWAY:
        messages.error(request, _away())
    else:
        messages.success(request, _("On sale."))
    return redirect("counter:edit", code=merchant.code, listing_id=record.id)


def _count_anew(request: HttpRequest, merchant: Merchant, record: ListingRecord, form: ListingForm) -> None:
    """Tell Saleor how many pieces there are, when the merchant changed the number that the page showed."""
    typed = form.number("stock")
    if not record.product_id or typed is None or form.typed.get("stock") == form.typed.get("stock_was"):
        return
    actions.change_stock(
        listing_id=record.id,
        merchant_id=merchant.id,
        sku=record.variants[0].sku,
        quantity=typed,
        actor=_actor(request),
    )


def _record(merchant: Merchant, listing_id: int) -> ListingRecord:
    try:
        return queries.listing_record(listing_id=str(listing_id), merchant_id=merchant.id)
    except ListingMissing:
        raise Http404 from None


def _as_typed(merchant: Merchant, record: ListingRecord) -> dict[str, str]:
    """Return what the form shows; without Saleor it opens too, with the number of pieces left empty."""
    try:
        stock = queries.stock_by_sku(listing_id=record.id, merchant_id=merchant.id)
    except AWAY:
        stock = {}
    return typed_of(record, stock)


def _typed(request: HttpRequest) -> dict[str, str]:
    return {name: value[:LONGEST] for name, value in request.POST.items() if isinstance(value, str)}


def _pictures(request: HttpRequest, form: ListingForm) -> list[PictureDraft]:
    """Return the pictures sent along; what is no picture or too large is said beside the field and left out."""
    found = []
    for upload in request.FILES.getlist("picture"):
        try:
            kind = Image.open(upload).format
        except (UnidentifiedImageError, OSError, Image.DecompressionBombError):
            kind = None
        if kind not in PICTURE_FORMATS or not 0 < (upload.size or 0) <= MAX_PICTURE_BYTES:
            form.problems["picture"] = _(
                "%(name)s cannot be used: please choose a JPEG, PNG or WebP of up to 10 MB."
            ) % {"name": upload.name}
            continue
        upload.seek(0)
        found.append(PictureDraft(upload.name or "picture.jpg", upload.read(), {}))
    return found


def _form(
    request: HttpRequest, merchant: Merchant, form: ListingForm, record: ListingRecord | None, *, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {"merchant": merchant, "listing": record, **shown(form)}
    return render(request, "counter/listing.html", context, status=422 if form.is_refused else status)


def _away() -> str:
    return _(
        "The mall cannot reach its stock and price book just now. What you wrote is still here: please press the "
        "button again in a few minutes."
    )


def _actor(request: HttpRequest) -> str:
    return f"user:{request.user.pk}"

"""Putting listings on sale and taking them off, here and at Saleor."""

from __future__ import annotations

import logging

from django.db import transaction

from marketplace.catalog import models
from marketplace.catalog.actions import gate, projection, writing
from marketplace.catalog.queries.listings import listing_record, merchant_with_all_permits, view_of_row
from marketplace.catalog.types import ListingMissing, ListingRecord, UnableToPublish, WithdrawnBy
from marketplace.kernel import clock
from marketplace.kernel.audit.actions import record
from marketplace.kernel.jobs.actions import enqueue
from marketplace.saleor.types import NotInstalled, SaleorRefused, SaleorUnavailable, SiteIds
from plugins.api.types import ListingPublished, ListingWithdrawn, Words
from plugins.runtime import hooks

log = logging.getLogger(__name__)
SYNC_JOB = "catalog.sync_state"
State = models.Listing.State


def publish_listing(
    *, listing_id: str, actor: str, merchant_id: str | None = None, site: SiteIds | None = None
) -> ListingRecord:
    """Put a listing on sale: ask the gate, write everything at Saleor, then show it.

    Arguments: `actor`, who does it (`user:<id>`, `system…`); `merchant_id`, whose it must be (None: anybody's);
    `site`, Saleor's ids of the shop, read just before by who publishes many (None: read now).
    Raises `UnableToPublish` with the problems, upon which nothing was changed; `ListingMissing`, also for a merchant's
    own that the ward withdrew (see `relist_listing`); `SaleorRefused` or
    `SaleorUnavailable`, upon which the listing stays as it was here and the same call completes what is half done.
    """
    row = _row(listing_id, merchant_id)
    if merchant_id is not None and row.withdrawn_by == "ward":
        raise ListingMissing(listing_id)
    _refuse_if_blocked(row)
    writing.write_listing(row, is_published=True, ids=site)
    try:
        _go_live(row.pk, actor=actor, action="catalog.listing.published", may_overrule=merchant_id is None)
    except ListingMissing:  # the ward withdrew it meanwhile: Saleor hides again what was just shown
        _ask_sync(row.pk)
        _sync_now(row.pk)
        raise
    row.refresh_from_db()
    projection.project_product(product_id=str(row.product_id))
    return listing_record(listing_id=str(row.pk))


def withdraw_listing(
    *, listing_id: str, reason: Words, actor: str, by: WithdrawnBy = "merchant", merchant_id: str | None = None
) -> ListingRecord:
    """Take a listing off sale everywhere: its pages at once, search and Saleor by a job that is tried until it works.

    Arguments: `reason`, by language, kept and shown to the merchant; `by`, "merchant", "ward" or "check": what a
    check withdrew comes back by itself, what the ward withdrew only by the ward. Withdrawn already: changes nothing,
    but the ward takes over what others withdrew, so that it stays off sale. Raises `ListingMissing`.
    """
    row = _row(listing_id, merchant_id)
    with transaction.atomic():
        row = models.Listing.objects.select_for_update(of=("self",)).select_related("category").get(pk=row.pk)
        is_taken_over = row.state == State.WITHDRAWN and by == "ward" and row.withdrawn_by != "ward"
        if row.state != State.LIVE and not is_taken_over:
            return listing_record(listing_id=str(row.pk))
        row.state, row.withdrawn_by, row.withdrawn_reason = State.WITHDRAWN, by, dict(reason)
        row.updated_at = clock.now()
        row.save(update_fields=["state", "withdrawn_by", "withdrawn_reason", "updated_at"])
        row.cards.all().delete()
        projection.mark_changed(row.pk)
        _ask_sync(row.pk)
        detail = {"reason": dict(reason), "by": by}
        record(actor=actor, action="catalog.listing.withdrawn", subject=f"listing:{row.pk}", detail=detail)
        event = ListingWithdrawn(_seen(row), dict(reason), clock.now())
        hooks.notify("listing_withdrawn", event=event)
    _sync_now(row.pk)
    return listing_record(listing_id=str(row.pk))


def relist_listing(
    *, listing_id: str, actor: str, by: WithdrawnBy = "merchant", merchant_id: str | None = None
) -> ListingRecord:
    """Put a withdrawn listing back on sale through the gate. One that the ward withdrew needs `by` "ward".

    Raises `UnableToPublish`, upon which nothing changed, and `ListingMissing`.
    """
    row = _row(listing_id, merchant_id)
    if row.state != State.WITHDRAWN or (row.withdrawn_by == "ward" and by != "ward"):
        raise ListingMissing(listing_id)
    _refuse_if_blocked(row)
    with transaction.atomic():
        _go_live(row.pk, actor=actor, action="catalog.listing.relisted", may_overrule=by == "ward")
        _ask_sync(row.pk)
    _sync_now(row.pk)
    return listing_record(listing_id=str(row.pk))


def sync_state(*, listing_id: str) -> None:
    """Make Saleor say of a listing what the mall says: as it is written when live, hidden when not. Idempotent.

    Never published products have nothing to say. Raises `SaleorUnavailable` or `SaleorRefused`.
    """
    row = models.Listing.objects.filter(pk=int(listing_id)).first()
    if row is None or not row.product_id:
        return
    writing.write_state(row.pk)
    projection.project_product(product_id=row.product_id)


def _row(listing_id: str, merchant_id: str | None) -> models.Listing:
    listing_record(listing_id=listing_id, merchant_id=merchant_id)
    return models.Listing.objects.select_related("category", "category__parent").get(pk=int(listing_id))


def _refuse_if_blocked(row: models.Listing) -> None:
    problems = gate.problems_of(row, on_date=clock.today())
    if gate.blocking(problems):
        raise UnableToPublish(problems)


def _go_live(pk: int, *, actor: str, action: str, may_overrule: bool) -> None:
    """Raises `ListingMissing` for one the ward withdrew since it was looked at, unless the ward itself asks."""
    now = clock.now()
    with transaction.atomic():
        row = models.Listing.objects.select_for_update(of=("self",)).select_related("category").get(pk=pk)
        if row.withdrawn_by == "ward" and not may_overrule:
            raise ListingMissing(str(pk))
        was_live = row.state == State.LIVE
        row.state, row.withdrawn_by, row.withdrawn_reason = State.LIVE, "", {}
        row.published_at = row.published_at or now
        row.checked_on, row.updated_at = clock.day_of(now), now
        row.save()
        if not was_live:
            record(actor=actor, action=action, subject=f"listing:{pk}", detail={"product": row.product_id})
            hooks.notify("listing_published", event=ListingPublished(_seen(row), now))


def _seen(row: models.Listing):  # type: ignore[no-untyped-def]
    return view_of_row(row, merchant_with_all_permits(merchant_id=row.merchant_id, on_date=clock.today()))


def _ask_sync(pk: int) -> None:
    enqueue(kind=SYNC_JOB, key=str(pk), payload={"listing_id": str(pk)}, again=True)


def _sync_now(pk: int) -> None:
    """Do at once what the job would do, so that checkout refuses from now on; the job stands behind it."""
    try:
        sync_state(listing_id=str(pk))
    except (NotInstalled, SaleorRefused, SaleorUnavailable) as error:
        log.warning("Saleor was not told of listing %s; its job will try until it is: %s", pk, error)

"""What the ward desk chooses. Pages follow at once; every choice and its end stands in the audit log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.db.models import F

from marketplace.catalog import queries as catalog
from marketplace.curation import models
from marketplace.curation.queries import active_features, feature_record
from marketplace.curation.types import FeatureKind, FeatureMissing, FeatureRecord, UnableToFeature
from marketplace.kernel import clock
from marketplace.kernel.audit.actions import record
from marketplace.kernel.revision import mark_pages_changed
from marketplace.merchants import queries as merchants
from plugins.api.types import Words

PLACES = {"listing": 6, "merchant": 4}


def feature(
    *,
    kind: FeatureKind,
    target_id: str,
    reason: Words,
    actor: str,
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> FeatureRecord:
    """Put a listing or a merchant (`target_id`, its id) forward, with the reason that shoppers read.

    Arguments: `reason`, in ja and en; `starts_on` (today), `ends_on`, days in Japan, both included (None: until ended).
    What is featured already gets the new reason and days. Raises `UnableToFeature` without a reason in both
    languages, for days that end before they begin, and for a target that is not there.
    """
    start = starts_on or clock.today()
    if not all(reason.get(language, "").strip() for language in ("ja", "en")):
        raise UnableToFeature("the reason is missing in ja or en")
    if ends_on is not None and ends_on < start:
        raise UnableToFeature("it would end before it begins")
    _check_target(kind, target_id)
    fields = {"reason": dict(reason), "starts_on": start, "ends_on": ends_on, "actor": actor}
    with transaction.atomic():
        row, _ = models.Feature.objects.update_or_create(
            kind=kind,
            target_id=target_id,
            ended_at=None,
            defaults=fields,
            create_defaults={**fields, "created_at": clock.now()},
        )
        detail = {"kind": kind, "target": target_id, "reason": dict(reason)}
        mark_pages_changed()
        record(actor=actor, action="curation.feature.started", subject=f"feature:{row.pk}", detail=detail)
    return feature_record(feature_id=str(row.pk))


def unfeature(*, feature_id: str, actor: str) -> None:
    """End a feature now. Raises `FeatureMissing` (a LookupError) for one that is not there or has ended."""
    with transaction.atomic():
        rows = models.Feature.objects.filter(pk=int(feature_id), ended_at=None) if feature_id.isdecimal() else None
        if not rows or not rows.update(ended_at=clock.now()):
            raise FeatureMissing(feature_id)
        mark_pages_changed()
        record(actor=actor, action="curation.feature.ended", subject=f"feature:{feature_id}")


def save_theme(
    *,
    slug: str,
    names: Words,
    texts: Words,
    listing_ids: Sequence[str],
    starts_on: date,
    actor: str,
    ends_on: date | None = None,
    position: int = 0,
) -> None:
    """Write a theme with its listings in order; one of the same slug is written over. To end it give `ends_on`."""
    defaults = {
        "names": dict(names),
        "texts": dict(texts),
        "listing_ids": list(listing_ids),
        "starts_on": starts_on,
        "ends_on": ends_on,
        "position": position,
    }
    with transaction.atomic():
        mark_pages_changed()
        models.Theme.objects.update_or_create(slug=slug, defaults=defaults)
        record(
            actor=actor, action="curation.theme.saved", subject=f"theme:{slug}", detail={"listings": len(listing_ids)}
        )


def plan_day() -> int:
    """Give the places of the home page for the mall's day: who was shown longest ago, or never, goes first.

    Once planned, a day keeps its order; free places are filled. Returns how many were placed. Writes nothing when
    nothing is to be placed.
    """
    today = clock.today()
    placed = 0
    for kind, places in PLACES.items():
        rows = active_features(kind=kind, on_date=today)
        taken = rows.filter(last_shown_on=today).count()
        waiting = rows.exclude(last_shown_on=today, last_shown_on__isnull=False)
        order = waiting.order_by(F("last_shown_on").asc(nulls_first=True), "place", "pk")
        for place, pk in enumerate(list(order.values_list("pk", flat=True)[: max(0, places - taken)]), start=taken):
            models.Feature.objects.filter(pk=pk).update(last_shown_on=today, place=place)
            placed += 1
    if placed:
        mark_pages_changed()
    return placed


def _check_target(kind: str, target_id: str) -> None:
    try:
        if kind == "listing":
            catalog.listing_record(listing_id=target_id)
        else:
            merchants.get_merchant_by_id(merchant_id=target_id)
    except LookupError as error:
        raise UnableToFeature(f"no {kind} {target_id}") from error

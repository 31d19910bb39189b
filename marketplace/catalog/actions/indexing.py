"""Bringing the search index to the read model. Run by the worker, which alone writes the index."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import F

from marketplace.catalog import analysis, markets, models, searching
from marketplace.catalog.protocols import SearchDocument
from marketplace.kernel.money import minor_units

BATCH = 500


def index_pending() -> int:
    """Index every listing whose read model changed since it was last indexed. Returns how many."""
    done = 0
    while True:
        rows = models.Listing.objects.exclude(projected_revision=F("indexed_revision")).order_by("pk")
        behind = list(rows.values_list("pk", "projected_revision")[:BATCH])
        if not behind:
            return done
        index_listings([pk for pk, _ in behind])
        for pk, revision in behind:
            models.Listing.objects.filter(pk=pk).update(indexed_revision=revision)
        done += len(behind)


def reindex() -> int:
    """Empty the index and fill it again from the read model. Returns how many listings it holds."""
    searching.backend().clear()
    pks = list(models.CardRow.objects.order_by("listing_id").values_list("listing_id", flat=True).distinct())
    for start in range(0, len(pks), BATCH):
        index_listings(pks[start : start + BATCH])
    return len(pks)


def index_ids(*, pks: Iterable[int]) -> set[str]:
    """Return the ids that the index ought to hold of these listings."""
    rows = models.CardRow.objects.filter(listing_id__in=list(pks)).order_by()
    found = rows.values_list("market", "listing_id").distinct()
    return {searching.document_id(market=market, listing=str(pk)) for market, pk in found}


def index_listings(pks: Iterable[int]) -> None:
    """Bring the index to the read model for these listings."""
    pks = list(pks)
    documents = list(_documents(pks))
    made = {document.id for document in documents}
    wanted = {searching.document_id(market=m.code, listing=str(pk)) for m in markets.list_markets() for pk in pks}
    backend = searching.backend()
    backend.delete(wanted - made)
    backend.index(documents)


def _documents(pks: list[int]) -> Iterable[SearchDocument]:
    groups: dict[tuple[int, str], list[models.CardRow]] = {}
    for row in models.CardRow.objects.filter(listing_id__in=pks).order_by("listing_id", "market", "language"):
        groups.setdefault((row.listing_id, row.market), []).append(row)
    for (pk, market), rows in groups.items():
        first = rows[0]
        yield SearchDocument(
            id=searching.document_id(market=market, listing=str(pk)),
            market=market,
            fields=analysis.analyse(names=dict.fromkeys(row.name for row in rows), texts=_texts(rows)),
            categories=tuple(dict.fromkeys((first.category_slug, first.top_category_slug))),
            merchant=first.merchant_code,
            price=int(first.price_amount * 10 ** minor_units(first.currency)),
            availability=first.availability,
            published=int(first.published_at.timestamp()),
        )


def _texts(rows: list[models.CardRow]) -> list[str]:
    found: dict[str, None] = {}
    for row in rows:
        badges = [badge["label"] for badge in row.badges]
        place = row.detail.get("maker", {}).get("place", "")
        for text in (row.merchant_name, row.category_name, row.detail.get("description", ""), place, *badges):
            if text:
                found[text] = None
    return list(found)

"""The proof that the read model equals Saleor, and the repair of what does not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from marketplace.catalog import models, searching
from marketplace.catalog.actions import indexing, projection
from marketplace.catalog.types import Difference, ReconcileReport
from marketplace.saleor import reconcile as door
from marketplace.saleor.types import SaleorProduct


def reconcile(*, since: datetime | None = None) -> ReconcileReport:
    """Compare every product at Saleor (or those changed since a moment; stock does not count as a change) with the
    read model and the index, and repair through the same projector. A second pass right after finds nothing.

    Raises `SaleorUnavailable`.
    """
    differences: list[Difference] = []
    seen: set[str] = set()
    for product in door.products_changed_since(since):
        seen.add(product.id)
        differences += _compare(product)
    listings = models.Listing.objects.exclude(product_id=None)
    if since is None:
        for product_id in map(str, listings.exclude(product_id__in=seen).values_list("product_id", flat=True)):
            if models.CardRow.objects.filter(product_id=product_id).exists():
                projection.project_product(product_id=product_id)
                differences.append(Difference(product_id, "not at Saleor", True))
    differences += _compare_index()
    return ReconcileReport(len(seen), listings.count(), tuple(differences))


def _compare(product: SaleorProduct) -> Iterator[Difference]:
    row = models.Listing.objects.filter(product_id=product.id).select_related("category", "category__parent").first()
    if row is None:
        projection.project_product(product_id=product.id)
        if models.Listing.objects.filter(product_id=product.id).exists():
            yield Difference(product.id, "unknown here", True)
        return
    wanted = {key: columns["digest"] for key, columns in projection.planned_rows(row, product).items()}
    present = projection.digests(row)
    if wanted == present:
        return
    projection.project_product(product_id=product.id)
    for market, language in sorted({key for key in wanted | present if wanted.get(key) != present.get(key)}):
        yield Difference(product.id, f"{market}/{language}", True)


def _compare_index() -> Iterator[Difference]:
    indexing.index_pending()
    backend = searching.backend()
    wanted, present = indexing.index_ids(), backend.ids()
    if extra := present - wanted:
        backend.delete(extra)
    if missing := wanted - present:
        indexing.index_listings([int(searching.listing_id(key)) for key in missing])
    for key in sorted(wanted ^ present):
        yield Difference(searching.listing_id(key), "search index", True)

"""The proof that the read model equals Saleor, and the repair of what does not."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import QuerySet

from marketplace.catalog import models, searching
from marketplace.catalog.actions import indexing, projection
from marketplace.catalog.types import Difference, ReconcileReport
from marketplace.merchants import queries as merchants
from marketplace.saleor import catalogue, site
from marketplace.saleor import reconcile as door
from marketplace.saleor.types import SaleorProduct

BATCH = 100
SHOWN = 200


def reconcile(*, is_dry_run: bool = False) -> ReconcileReport:
    """Compare every product at Saleor with the read model and the index, and repair through the same projector.

    A second pass right after finds nothing. Always all of them: Saleor dates neither stock, prices, publication nor
    translations, and says nothing of what is gone. Both sides are walked in pages, and of the differences all are
    counted and the first 200 kept, so that memory does not grow with the shop.
    Arguments: `is_dry_run`, only find. Raises `SaleorUnavailable`.
    """
    differences: list[Difference] = []
    read = count = 0
    for product in door.products_changed_since(None):
        read += 1
        for each in _compare(product, is_dry_run):
            count += 1
            differences += [each] if len(differences) < SHOWN else []
    for each in (*_gone(is_dry_run), *_compare_index(is_dry_run)):
        count += 1
        differences += [each] if len(differences) < SHOWN else []
    listings = models.Listing.objects.exclude(product_id=None).count()
    return ReconcileReport(read, listings, tuple(differences), count)


def _compare(product: SaleorProduct, is_dry_run: bool) -> Iterator[Difference]:
    row = models.Listing.objects.filter(product_id=product.id).select_related("category", "category__parent").first()
    if row is None:
        if is_dry_run:
            if projection.is_adoptable(product):
                yield Difference(product.id, "unknown here", False)
            return
        projection.project_product(product_id=product.id)
        if models.Listing.objects.filter(product_id=product.id).exists():
            yield Difference(product.id, "unknown here", True)
        return
    yield from _compare_merchant(row, product, is_dry_run)
    wanted = {key: columns["digest"] for key, columns in projection.planned_rows(row, product).items()}
    present = projection.digests(row)
    if wanted == present:
        return
    if not is_dry_run:
        projection.project_product(product_id=product.id)
    for market, language in sorted({key for key in wanted | present if wanted.get(key) != present.get(key)}):
        yield Difference(product.id, f"{market}/{language}", not is_dry_run)


def _compare_merchant(row: models.Listing, product: SaleorProduct, is_dry_run: bool) -> Iterator[Difference]:
    """A product whose merchant's page was deleted lost its reference with it; it is given the page that is there."""
    if product.merchant == row.merchant_code:
        return
    page_id = merchants.get_merchant_by_id(merchant_id=str(row.merchant_id)).page_id
    if not page_id:
        return
    if not is_dry_run:
        attribute = site.get_site().attributes["merchant"]
        catalogue.update_product(product_id=product.id, attributes=[{"id": attribute, "reference": page_id}])
    yield Difference(product.id, f"merchant {product.merchant or 'none'}", not is_dry_run)


def _gone(is_dry_run: bool) -> Iterator[Difference]:
    """What is still shown here of products that Saleor does not have any more."""
    shown = models.Listing.objects.exclude(product_id=None).filter(cards__isnull=False).distinct()
    for batch in _batches(shown):
        for product_id in sorted(door.products_gone([str(each) for _, each in batch])):
            if not is_dry_run:
                projection.project_product(product_id=product_id)
            yield Difference(product_id, "not at Saleor", not is_dry_run)


def _compare_index(is_dry_run: bool) -> Iterator[Difference]:
    """The index by listings, and only when it then still holds too many all of it."""
    if not is_dry_run:
        indexing.index_pending()
    backend = searching.backend()
    count = 0
    for batch in _batches(models.Listing.objects.filter(cards__isnull=False).distinct()):
        wanted = indexing.index_ids(pks=[pk for pk, _ in batch])
        count += len(wanted)
        missing = sorted(wanted - backend.present(wanted))
        if missing and not is_dry_run:
            indexing.index_listings({int(searching.listing_id(key)) for key in missing})
        for key in missing:
            count -= is_dry_run
            yield Difference(searching.listing_id(key), "search index", not is_dry_run)
    if backend.count() <= count:
        return
    extra = sorted(each for each in backend.ids() if not indexing.index_ids(pks=[_number(each)]) & {each})
    if not is_dry_run:
        backend.delete(extra)
    for key in extra:
        yield Difference(searching.listing_id(key), "search index", not is_dry_run)


def _number(key: str) -> int:
    text = searching.listing_id(key)
    return int(text) if text.isdigit() else 0


def _batches(listings: QuerySet[models.Listing]) -> Iterator[list[tuple[int, str | None]]]:
    """Yield (primary key, product id) of a queryset's rows, a hundred at a time: what is changed meanwhile is no
    matter, since each page begins behind the last key of the one before."""
    last = 0
    while batch := list(listings.filter(pk__gt=last).order_by("pk").values_list("pk", "product_id")[:BATCH]):
        yield batch
        last = batch[-1][0]

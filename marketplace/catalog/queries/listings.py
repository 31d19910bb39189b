"""Listings as the counter, the ward desk, other apps and plugins see them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q

from marketplace.catalog import models
from marketplace.catalog.types import ListingMissing, ListingRecord, ListingState, VariantDraft
from marketplace.kernel import clock
from marketplace.merchants import queries as merchants
from marketplace.saleor import catalogue
from plugins.api import types as api
from plugins.api.money import Money


def merchants_of_products(*, ids: Iterable[str]) -> dict[str, str]:
    """Return the merchant id of each product by its Saleor id, in one statement; unknown products are left out."""
    rows = models.Listing.objects.filter(product_id__in=list(ids))
    return {str(key): merchant for key, merchant in rows.values_list("product_id", "merchant_id")}


def pool_category_of_products(*, ids: Iterable[str]) -> dict[str, str]:
    """Return the pool's category slug of each product by its Saleor id, as the listing stands now."""
    rows = models.Listing.objects.filter(product_id__in=list(ids))
    return {str(key): slug for key, slug in rows.values_list("product_id", "category__pool_category")}


def listing_ids(*, slugs: Sequence[str]) -> dict[str, str]:
    """Return the listing id of each slug that exists, in any state."""
    rows = models.Listing.objects.filter(slug__in=slugs).values_list("slug", "pk")
    return {slug: str(key) for slug, key in rows}


def listing_names(*, ids: Sequence[str]) -> dict[str, dict[str, str]]:
    """Return the names, by language, of each listing that exists, by id; one statement."""
    rows = models.Listing.objects.filter(pk__in=[int(each) for each in ids]).values_list("pk", "names")
    return {str(key): names for key, names in rows}


def product_ids(*, merchant_id: str) -> tuple[str, ...]:
    """Return the Saleor ids of a merchant's products that were ever published."""
    rows = models.Listing.objects.filter(merchant_id=merchant_id, product_id__isnull=False).order_by("pk")
    return tuple(str(key) for key in rows.values_list("product_id", flat=True))


def listing_record(*, listing_id: str, merchant_id: str | None = None) -> ListingRecord:
    """Return one listing in any state. With `merchant_id` another's raises `ListingMissing` like an unknown one."""
    if not str(listing_id).isdecimal():
        raise ListingMissing(listing_id)
    rows = _rows().filter(pk=int(listing_id))
    row = (rows.filter(merchant_id=merchant_id) if merchant_id is not None else rows).first()
    if row is None:
        raise ListingMissing(listing_id)
    return _record(row)


def listing_records(*, merchant_id: str | None = None, state: ListingState | None = None) -> tuple[ListingRecord, ...]:
    """Return listings, newest change first, of one merchant (None: of all, for the ward desk); two statements."""
    rows = _rows().order_by("-updated_at", "-pk")
    if merchant_id is not None:
        rows = rows.filter(merchant_id=merchant_id)
    if state is not None:
        rows = rows.filter(state=state)
    return tuple(_record(row) for row in rows)


def find_listings(
    *,
    words: str = "",
    merchant_id: str | None = None,
    states: Sequence[ListingState] | None = None,
    limit: int,
    offset: int = 0,
) -> tuple[tuple[ListingRecord, ...], int]:
    """Return a page of listings, newest change first, and how many there are in all; three statements.

    Arguments: `words`, a part of the name in any language, or the code of a merchant ("" for all).
    """
    rows = _rows().order_by("-updated_at", "-pk")
    if words:
        rows = rows.filter(Q(names__ja__icontains=words) | Q(names__en__icontains=words) | Q(merchant_code=words))
    if merchant_id is not None:
        rows = rows.filter(merchant_id=merchant_id)
    if states is not None:
        rows = rows.filter(state__in=list(states))
    return tuple(_record(row) for row in rows[offset : offset + limit]), rows.count()


def product_names(*, ids: Iterable[str]) -> dict[str, dict[str, str]]:
    """Return the names, by language, of each product by its Saleor id, as the listing stands now; one statement."""
    rows = models.Listing.objects.filter(product_id__in=list(ids))
    return {str(key): names for key, names in rows.values_list("product_id", "names")}


def stock_by_sku(*, listing_id: str, merchant_id: str) -> dict[str, int]:
    """Return how many pieces of each variant lie in the merchant's warehouse, as Saleor counts them now.

    Pieces promised to orders that are not yet sent are among them. Empty for a listing that was never published.
    Raises `ListingMissing`, `SaleorUnavailable`.
    """
    found = listing_record(listing_id=listing_id, merchant_id=merchant_id)
    product = catalogue.get_product(product_id=found.product_id) if found.product_id else None
    if product is None:
        return {}
    warehouse_id = merchants.get_merchant_by_id(merchant_id=merchant_id).warehouse_id
    return {
        variant.sku: sum(stock.quantity for stock in variant.stocks if stock.warehouse_id == warehouse_id)
        for variant in product.variants
    }


def listing_views(*, product_ids: Iterable[str], on_date: date | None = None) -> dict[str, api.Listing]:
    """Return listings as plugins see them by Saleor product id, with the permits valid on the day; three statements.

    Products the mall does not know are left out. In any state: whether it is on sale is another question.
    """
    rows = list(models.Listing.objects.filter(product_id__in=list(product_ids)).select_related("category"))
    found = merchants.merchants_for_plugins(ids={row.merchant_id for row in rows}, on_date=on_date or clock.today())
    return {str(row.product_id): view_of_row(row, found[row.merchant_id]) for row in rows if row.merchant_id in found}


def view_of_listing(*, listing_id: str, on_date: date) -> api.Listing:
    """Return one listing as the checks see it, with every permit of its merchant, also those that ran out."""
    row = models.Listing.objects.select_related("category").get(pk=int(listing_id))
    return view_of_row(row, merchant_with_all_permits(merchant_id=row.merchant_id, on_date=on_date))


def merchant_with_all_permits(*, merchant_id: str, on_date: date) -> api.Merchant:
    """Return a merchant as plugins see it, with permits of the past and the future too, so that a check can say more
    than "missing"."""
    return merchants.merchant_files(ids=[merchant_id], on_date=on_date)[merchant_id].seen_with_all_permits


def view_of_row(row: models.Listing, merchant: api.Merchant) -> api.Listing:
    """Return a row as plugins see it."""
    return api.Listing(
        id=str(row.pk),
        product_id=row.product_id or "",
        slug=row.slug,
        merchant=merchant,
        name=row.names,
        description=row.descriptions,
        category=row.category.slug,
        is_food=row.category.is_food,
        tax_class=row.tax_class,
        hs_code=row.hs_code,
        origin_country=row.origin_country,
        origin_area=row.origin_area,
        weight_g=row.weight_g,
        markets=tuple(row.markets),
        answers=row.answers,
    )


def variants_to_json(variants: Sequence[VariantDraft]) -> list[dict[str, Any]]:
    """Return variants as the column keeps them: amounts as text, so that they stay exact."""
    return [
        {
            "sku": each.sku,
            "name": dict(each.name),
            "prices": {code: [str(price.amount), price.currency] for code, price in each.prices.items()},
            "stock": each.stock,
        }
        for each in variants
    ]


def variants_from_json(stored: Sequence[dict[str, Any]]) -> tuple[VariantDraft, ...]:
    """Return what `variants_to_json` was given."""
    return tuple(
        VariantDraft(
            sku=each["sku"],
            name=each["name"],
            prices={code: Money(Decimal(amount), currency) for code, (amount, currency) in each["prices"].items()},
            stock=each["stock"],
        )
        for each in stored
    )


def _rows() -> Any:
    return models.Listing.objects.select_related("category").prefetch_related("pictures")


def _record(row: models.Listing) -> ListingRecord:
    return ListingRecord(
        id=str(row.pk),
        product_id=row.product_id or "",
        slug=row.slug,
        merchant_id=row.merchant_id,
        merchant_code=row.merchant_code,
        names=row.names,
        descriptions=row.descriptions,
        category_slug=row.category.slug,
        state=row.state,  # type: ignore[arg-type]
        withdrawn_by=row.withdrawn_by,  # type: ignore[arg-type]
        withdrawn_reason=row.withdrawn_reason,
        variants=variants_from_json(row.variants),
        markets=tuple(row.markets),
        answers=row.answers,
        hs_code=row.hs_code,
        origin_country=row.origin_country,
        origin_area=row.origin_area,
        weight_g=row.weight_g,
        tax_class=row.tax_class,
        pictures=tuple(picture.file.url for picture in row.pictures.all()),
        updated_at=row.updated_at,
        published_at=row.published_at,
    )

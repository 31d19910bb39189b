"""What a merchant does to a listing before and while it is on sale."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction

from marketplace.catalog import models
from marketplace.catalog.actions import gate, projection, writing
from marketplace.catalog.queries.listings import listing_record, variants_to_json
from marketplace.catalog.types import ListingMissing, ListingRecord, PictureDraft, UnableToPublish, VariantDraft
from marketplace.kernel import clock
from marketplace.kernel.audit.actions import record
from marketplace.merchants import queries as merchants
from plugins.api.types import Words

EDITABLE = {
    "names",
    "descriptions",
    "variants",
    "category",
    "answers",
    "tax_class",
    "hs_code",
    "origin_country",
    "origin_area",
    "weight_g",
    "markets",
}
MAX_PICTURE_BYTES = 10_000_000


def draft_listing(
    *,
    merchant_id: str,
    names: Words,
    category: str,
    actor: str,
    descriptions: Words | None = None,
    variants: Sequence[VariantDraft] = (),
    answers: Mapping[str, Any] | None = None,
    tax_class: str = "standard",
    hs_code: str = "",
    origin_country: str = "JP",
    origin_area: str = "",
    weight_g: int = 0,
    markets: Sequence[str] = ("jp",),
    slug: str = "",
    pictures: Sequence[PictureDraft] = (),
) -> ListingRecord:
    """Keep a new listing as a draft. `answers` by criterion code, a missing key is "not answered"; `weight_g` packed;
    `slug` made from the English name when empty. Raises `LookupError` for an unknown category or merchant."""
    merchant = merchants.get_merchant_by_id(merchant_id=merchant_id)
    with transaction.atomic():
        row = models.Listing.objects.create(
            merchant_id=merchant.id,
            merchant_code=merchant.code,
            slug=_free_slug(slug or names.get("en", ""), merchant.code),
            names=dict(names),
            descriptions=dict(descriptions or {}),
            variants=variants_to_json(variants),
            category=_category(category),
            answers=dict(answers or {}),
            tax_class=tax_class,
            hs_code=hs_code,
            origin_country=origin_country,
            origin_area=origin_area,
            weight_g=weight_g,
            markets=list(markets),
            created_at=clock.now(),
            updated_at=clock.now(),
        )
        record(actor=actor, action="catalog.listing.drafted", subject=f"listing:{row.pk}", detail={"slug": row.slug})
    return _add_pictures(str(row.pk), pictures, actor)


def update_listing(*, listing_id: str, actor: str, merchant_id: str | None = None, **changes: Any) -> ListingRecord:
    """Change fields of a listing (those of `draft_listing` but merchant, slug and pictures).

    A live one must still pass the gate with the changes, and is written at Saleor at once. Raises `UnableToPublish`,
    upon which nothing changed; `ListingMissing`; `TypeError` for a field that is none; what the door raises, upon
    which the listing keeps the change and the same call completes it.
    """
    unknown = changes.keys() - EDITABLE
    if unknown:
        raise TypeError(f"no field of a listing: {', '.join(sorted(unknown))}")
    found = listing_record(listing_id=listing_id, merchant_id=merchant_id)
    with transaction.atomic():
        row = models.Listing.objects.select_for_update(of=("self",)).select_related("category").get(pk=int(found.id))
        for name, value in changes.items():
            setattr(row, name, _stored(name, value))
        row.updated_at = clock.now()
        is_live = row.state == models.Listing.State.LIVE
        if is_live:
            problems = gate.problems_of(row, on_date=clock.today())
            if gate.blocking(problems):
                raise UnableToPublish(problems)
        row.save()
        detail = {"fields": sorted(changes)}
        record(actor=actor, action="catalog.listing.updated", subject=f"listing:{row.pk}", detail=detail)
    if is_live:
        writing.write_state(row.pk)
        projection.project_product(product_id=str(row.product_id))
    return listing_record(listing_id=found.id)


def add_picture(*, listing_id: str, picture: PictureDraft, actor: str, merchant_id: str | None = None) -> ListingRecord:
    """Add a picture (at most 10 MB); the same bytes twice are one picture. A live listing shows it at once.

    Raises `ValueError` for one that is too large or empty, `ListingMissing`.
    """
    found = listing_record(listing_id=listing_id, merchant_id=merchant_id)
    if not 0 < len(picture.content) <= MAX_PICTURE_BYTES:
        raise ValueError("a picture has between 1 byte and 10 MB")
    digest = hashlib.sha256(picture.content).hexdigest()
    with transaction.atomic():
        row = models.Listing.objects.select_for_update(of=("self",)).select_related("category").get(pk=int(found.id))
        if not row.pictures.filter(sha256=digest).exists():
            made = models.ListingPicture(
                listing=row, alt=dict(picture.alt), position=row.pictures.count(), sha256=digest
            )
            made.file.save(f"{digest[:16]}{_ending(picture.file_name)}", ContentFile(picture.content), save=True)
            record(actor=actor, action="catalog.picture.added", subject=f"listing:{row.pk}", detail={"sha256": digest})
    if row.state == models.Listing.State.LIVE:
        writing.write_state(row.pk)
        projection.project_product(product_id=str(row.product_id))
    return listing_record(listing_id=found.id)


def change_stock(
    *, listing_id: str, sku: str, quantity: int, actor: str, merchant_id: str | None = None
) -> ListingRecord:
    """Set how many pieces of one variant lie in the merchant's warehouse (allocated ones included).

    Raises `ListingMissing`, also for a listing that was never published; `LookupError` for an unknown SKU;
    `ValueError` for a negative number.
    """
    found = listing_record(listing_id=listing_id, merchant_id=merchant_id)
    if not found.product_id:
        raise ListingMissing(listing_id)
    if quantity < 0:
        raise ValueError("a stock is not negative")
    row = models.Listing.objects.get(pk=int(found.id))
    writing.write_stock(row, sku=sku, quantity=quantity)
    detail = {"sku": sku, "quantity": quantity}
    record(actor=actor, action="catalog.stock.changed", subject=f"listing:{row.pk}", detail=detail)
    projection.project_product(product_id=str(row.product_id))
    return listing_record(listing_id=found.id)


def _add_pictures(listing_id: str, pictures: Sequence[PictureDraft], actor: str) -> ListingRecord:
    for picture in pictures:
        add_picture(listing_id=listing_id, picture=picture, actor=actor)
    return listing_record(listing_id=listing_id)


def _stored(name: str, value: Any) -> Any:
    if name == "variants":
        return variants_to_json(value)
    if name == "category":
        return _category(value)
    if name == "markets":
        return list(value)
    return dict(value) if isinstance(value, Mapping) else value


def _category(slug: str) -> models.Category:
    found = models.Category.objects.select_related("parent").filter(slug=slug).first()
    if found is None:
        raise LookupError(f"no category {slug!r}")
    return found


def _free_slug(text: str, merchant_code: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:90] or merchant_code
    taken = set(models.Listing.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    if base not in taken:
        return base
    number = 2
    while f"{base}-{number}" in taken:
        number += 1
    return f"{base}-{number}"


def _ending(file_name: str) -> str:
    found = re.search(r"\.(png|jpe?g|webp|gif)$", file_name.lower())
    return found.group() if found else ".png"

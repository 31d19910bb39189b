"""Pictures of products."""

from __future__ import annotations

from typing import Any

from infra.engine.deliveries import declare_event
from infra.engine.media.thumbnails import picture_urls
from infra.engine.prepared import PreparedRows, in_bulk
from infra.engine.products.loading import children
from infra.engine.products.models import ProductMedia, VariantMedia
from infra.engine.schema.binding import Batch, declare, field, name_type
from infra.engine.schema.ids import asked_int, bind_ids, to_global_id
from infra.engine.schema.metadata import register_metadata

name_type(ProductMedia, "ProductMedia")
bind_ids(ProductMedia="ProductMedia")
register_metadata("ProductMedia", ProductMedia, private=("MANAGE_PRODUCTS",))
declare("ProductMedia", "sortOrder alt type oembedData")
declare("Image", "url alt")
for _event in ("PRODUCT_MEDIA_CREATED", "PRODUCT_MEDIA_UPDATED", "PRODUCT_MEDIA_DELETED"):
    declare_event(_event, "productMedia")
#: the size of a picture for which none was named
WHOLE = 4096


#: the pictures of products, in their order
PICTURES = PreparedRows(
    ProductMedia._meta.get_field("product"),
    lambda pks: ProductMedia.objects.filter(product_id__in=pks, type="IMAGE").exclude(image=""),
)


_MEDIA = PreparedRows(
    ProductMedia._meta.get_field("product"), lambda pks: ProductMedia.objects.filter(product_id__in=pks)
)


@field("ProductMedia", "productId")
def media_product_id(batch: Batch) -> list[Any]:
    return [to_global_id("Product", row.product_id) if row.product_id else None for row in batch.parents]


@field("ProductMedia", "url")
def media_url(batch: Batch) -> list[Any]:
    urls = picture_urls(
        [("ProductMedia", row.pk, row.image) for row in batch.parents],
        size=WHOLE if batch.args.get("size") is None else batch.args["size"],
        format_=batch.args.get("format"),
        base=batch.context.request_url,
    )
    return [url or row.external_url or "" for url, row in zip(urls, batch.parents, strict=True)]


@field("Product", "media")
def product_media(batch: Batch) -> list[Any]:
    sort = batch.args.get("sortBy")
    if sort:
        rows = ProductMedia.objects.order_by("-pk" if sort["direction"] == "DESC" else "pk")
        return children(batch, rows, "product_id")
    found: dict[int, list[ProductMedia]] = {parent.pk: [] for parent in batch.parents}
    for row in _MEDIA(found):
        found[row.product_id].append(row)
    return [found[parent.pk] for parent in batch.parents]


@field("Product", "mediaById")
def product_media_by_id(batch: Batch) -> list[Any]:
    found = in_bulk(ProductMedia, {asked_int(batch.args["id"], "ProductMedia")} - {None})
    row = next(iter(found.values()), None)
    return [row if row is not None and row.product_id == parent.pk else None for parent in batch.parents]


@field("ProductVariant", "media")
def variant_media(batch: Batch) -> list[Any]:
    rows = VariantMedia.objects.select_related("media").order_by("media__sort_order", "media_id")
    return [[row.media for row in found] for found in children(batch, rows, "variant_id")]


@field("Product", "thumbnail")
def product_thumbnail(batch: Batch) -> list[Any]:
    firsts: dict[int, ProductMedia] = {}
    rows = PICTURES([row.pk for row in batch.parents])
    for medium in rows:
        firsts.setdefault(medium.product_id or 0, medium)
    media = [firsts.get(row.pk) for row in batch.parents]
    urls = picture_urls(
        [("ProductMedia", medium.pk, medium.image) if medium else ("ProductMedia", 0, "") for medium in media],
        size=256 if batch.args.get("size") is None else batch.args["size"],
        format_=batch.args.get("format"),
        base=batch.context.request_url,
    )
    return [
        {"url": url, "alt": medium.alt or None} if url and medium else None
        for url, medium in zip(urls, media, strict=True)
    ]

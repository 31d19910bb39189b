"""Pictures of products."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from infra.engine.deliveries import declare_event, emit
from infra.engine.media.thumbnails import picture_urls
from infra.engine.media.uploads import keep_picture
from infra.engine.prepared import PreparedRows
from infra.engine.products.loading import children, get_row
from infra.engine.products.models import Product, ProductMedia, VariantMedia
from infra.engine.schema.binding import Batch, declare, field, name_type, requires, root
from infra.engine.schema.context import Context
from infra.engine.schema.errors import refuse
from infra.engine.schema.ids import bind_ids, to_global_id
from infra.engine.schema.metadata import register_metadata

name_type(ProductMedia, "ProductMedia")
bind_ids(ProductMedia="ProductMedia")
register_metadata("ProductMedia", ProductMedia, private=("MANAGE_PRODUCTS",))
declare("ProductMedia", "sortOrder alt type oembedData")
declare("Image", "url alt")
declare("ProductMediaCreateInput", "alt image product")
declare("ProductMediaUpdateInput", "alt")
for _payload in ("ProductMediaCreate", "ProductMediaUpdate", "ProductMediaDelete"):
    declare(_payload, "product media")
for _event in ("PRODUCT_MEDIA_CREATED", "PRODUCT_MEDIA_UPDATED", "PRODUCT_MEDIA_DELETED"):
    declare_event(_event, "productMedia")
#: the size of a picture for which none was named
WHOLE = 4096


#: the pictures of products, in their order
PICTURES = PreparedRows(
    ProductMedia._meta.get_field("product"),
    lambda pks: ProductMedia.objects.filter(product_id__in=pks, type="IMAGE").exclude(image=""),
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


@field("Product", "media", args="")
def product_media(batch: Batch) -> list[Any]:
    return children(batch, ProductMedia.objects.all(), "product_id")


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


def _touch(product: Product) -> None:
    Product.objects.filter(pk=product.pk).update(updated_at=timezone.now())


@root("Mutation", "productMediaCreate")
@requires("MANAGE_PRODUCTS")
def product_media_create(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    data = args["input"]
    product = get_row(Product, data["product"], "Product", field="product")
    upload = data.get("image")
    if upload is None:
        raise refuse("input", "Image or external URL is required.", "REQUIRED")
    path = keep_picture(upload, folder="products", field="image")
    with transaction.atomic("engine"):
        row = ProductMedia.objects.create(
            product=product,
            image=path,
            alt=data.get("alt") or "",
            sort_order=ProductMedia.objects.filter(product=product).count(),
        )
        _touch(product)
        emit(event="PRODUCT_MEDIA_CREATED", obj=row)
        emit(event="PRODUCT_UPDATED", obj=product)
    return {"product": product, "media": row}


@root("Mutation", "productMediaUpdate")
@requires("MANAGE_PRODUCTS")
def product_media_update(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    with transaction.atomic("engine"):
        row = get_row(ProductMedia, args["id"], "ProductMedia", lock=True)
        if args["input"].get("alt") is not None:
            row.alt = args["input"]["alt"]
            row.save()
        emit(event="PRODUCT_MEDIA_UPDATED", obj=row)
        emit(event="PRODUCT_UPDATED", obj=row.product)
    return {"product": row.product, "media": row}


@root("Mutation", "productMediaDelete")
@requires("MANAGE_PRODUCTS")
def product_media_delete(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    with transaction.atomic("engine"):
        row = get_row(ProductMedia, args["id"], "ProductMedia", lock=True)
        shown, product = ProductMedia.objects.get(pk=row.pk), row.product
        emit(event="PRODUCT_MEDIA_DELETED", obj=row)
        row.delete()
        _touch(product)
        emit(event="PRODUCT_UPDATED", obj=product)
    return {"product": product, "media": shown}

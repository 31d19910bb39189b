"""Pictures and videos of products: added, changed, put in order and deleted; files of any kind."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from infra.engine.deliveries import emit
from infra.engine.media.remote import Unreachable, describe_video, fetch
from infra.engine.media.storage import PICTURE_TYPES, keep, media_url
from infra.engine.media.uploads import MAX_BYTES, keep_content, keep_picture
from infra.engine.products.filters import pks
from infra.engine.products.loading import get_row
from infra.engine.products.models import Product, ProductMedia, ProductVariant, VariantMedia
from infra.engine.schema.binding import declare, requires, root
from infra.engine.schema.context import Context
from infra.engine.schema.errors import refuse
from infra.engine.schema.permissions import APP, STAFF_USER

Data = dict[str, Any]
declare("ProductMediaCreateInput", "alt image product mediaUrl")
declare("ProductMediaUpdateInput", "alt")
for _payload in ("ProductMediaCreate", "ProductMediaUpdate", "ProductMediaDelete", "ProductMediaReorder"):
    declare(_payload, "product media")
for _payload in ("VariantMediaAssign", "VariantMediaUnassign"):
    declare(_payload, "productVariant media")
declare("ProductMediaBulkDelete", "count")
declare("FileUpload", "uploadedFile")
#: signs
MAX_ALT, MAX_URL = 250, 2048
#: files that a browser would run, or that bring programs with them
REFUSED = (".html", ".htm", ".js", ".svg", ".xml", ".xhtml", ".php", ".exe", ".sh")


def touch(product: Product) -> None:
    """Note that a product has changed now."""
    Product.objects.filter(pk=product.pk).update(updated_at=timezone.now())


def check_media(data: Data, *, field: str) -> None:
    """Raise UserErrors unless a media input has exactly one of picture and address, and no text is too long."""
    if not data.get("image") and not data.get("mediaUrl"):
        raise refuse(field, "Image or external URL is required.", "REQUIRED")
    if data.get("image") and data.get("mediaUrl"):
        raise refuse(field, "Either image or external URL is required.", "DUPLICATED_INPUT_ITEM")
    if len(data.get("alt") or "") > MAX_ALT:
        raise refuse(field, f"Alt field exceeds the character limit of {MAX_ALT}.", "INVALID")
    if len(data.get("mediaUrl") or "") > MAX_URL:
        raise refuse(field, f"URL field exceeds the character limit of {MAX_URL}.", "INVALID")


def media_columns(data: Data) -> Data:
    """Return the columns of a medium from an uploaded picture or an address, which is read now. Raises UserErrors."""
    alt = data.get("alt") or ""
    if data.get("image"):
        return {"image": keep_picture(data["image"], folder="products", field="image"), "alt": alt}
    url = data["mediaUrl"]
    try:
        described = describe_video(url)
        if described is not None:
            title = (described.get("title") or alt)[:MAX_ALT]
            return {"type": "VIDEO", "external_url": url, "alt": title, "oembed_data": described}
        found = fetch(url)
    except Unreachable:
        raise refuse("mediaUrl", "Failed to fetch media from URL.", "INVALID") from None
    if not found.content_type.startswith("image/"):
        text = "Unsupported media provider or incorrect URL."
        raise refuse("mediaUrl", text, "UNSUPPORTED_MEDIA_PROVIDER")
    suffix = PICTURE_TYPES.get(found.content_type)
    if suffix is None:
        raise refuse("mediaUrl", "Invalid file type.", "INVALID")
    name = url.rsplit("/", 1)[-1].partition("?")[0] or "picture"
    return {"image": keep_content(found.content, suffix, name=name, folder="products", field="mediaUrl"), "alt": alt}


@root("Mutation", "productMediaCreate")
@requires("MANAGE_PRODUCTS")
def product_media_create(context: Context, args: Data) -> Data:
    data = args["input"]
    check_media(data, field="input")
    product = get_row(Product, data["product"], "Product", field="product")
    columns = media_columns(data)
    with transaction.atomic("engine"):
        place = ProductMedia.objects.filter(product=product).count()
        row = ProductMedia.objects.create(product=product, sort_order=place, **columns)
        touch(product)
        emit(event="PRODUCT_MEDIA_CREATED", obj=row)
        emit(event="PRODUCT_UPDATED", obj=product)
    return {"product": product, "media": row}


@root("Mutation", "productMediaUpdate")
@requires("MANAGE_PRODUCTS")
def product_media_update(context: Context, args: Data) -> Data:
    with transaction.atomic("engine"):
        row = get_row(ProductMedia, args["id"], "ProductMedia", lock=True)
        alt = args["input"].get("alt")
        if alt is not None:
            if len(alt) > MAX_ALT:
                text = f"Alt field exceeds the character limit of {MAX_ALT}."
                raise refuse("input", text, "INVALID")
            row.alt = alt
            row.save()
        emit(event="PRODUCT_MEDIA_UPDATED", obj=row)
        emit(event="PRODUCT_UPDATED", obj=row.product)
    return {"product": row.product, "media": row}


@root("Mutation", "productMediaDelete")
@requires("MANAGE_PRODUCTS")
def product_media_delete(context: Context, args: Data) -> Data:
    with transaction.atomic("engine"):
        row = get_row(ProductMedia, args["id"], "ProductMedia", lock=True)
        shown, product = ProductMedia.objects.get(pk=row.pk), row.product
        _delete(row)
    return {"product": product, "media": shown}


def _delete(row: ProductMedia) -> None:
    product = row.product
    assert product is not None, "a medium belongs to a product"
    emit(event="PRODUCT_MEDIA_DELETED", obj=row)
    row.delete()
    touch(product)
    emit(event="PRODUCT_UPDATED", obj=product)


@root("Mutation", "productMediaBulkDelete")
@requires("MANAGE_PRODUCTS")
def product_media_bulk_delete(context: Context, args: Data) -> Data:
    with transaction.atomic("engine"):
        rows = list(ProductMedia.objects.filter(pk__in=pks(args["ids"], "ProductMedia")))
        for row in rows:
            _delete(row)
    return {"count": len(rows)}


@root("Mutation", "productMediaReorder")
@requires("MANAGE_PRODUCTS")
def product_media_reorder(context: Context, args: Data) -> Data:
    with transaction.atomic("engine"):
        product = get_row(Product, args["productId"], "Product", field="productId", lock=True)
        if len(args["mediaIds"]) != ProductMedia.objects.filter(product=product).count():
            raise refuse("order", "Incorrect number of media IDs provided.", "INVALID")
        rows = [get_row(ProductMedia, gid, "ProductMedia", field="order") for gid in args["mediaIds"]]
        if any(row.product_id != product.pk for row in rows):
            raise refuse("order", "Media does not belong to this product.", "NOT_PRODUCTS_IMAGE")
        for index, row in enumerate(rows):
            row.sort_order = index
            row.save(update_fields=["sort_order"])
        touch(product)
        emit(event="PRODUCT_UPDATED", obj=product)
    return {"product": product, "media": rows}


def _pair(args: Data) -> tuple[ProductVariant, ProductMedia]:
    variant = get_row(ProductVariant, args["variantId"], "ProductVariant", field="variantId", lock=True)
    return variant, get_row(ProductMedia, args["mediaId"], "ProductMedia", field="mediaId")


@root("Mutation", "variantMediaAssign")
@requires("MANAGE_PRODUCTS")
def variant_media_assign(context: Context, args: Data) -> Data:
    with transaction.atomic("engine"):
        variant, medium = _pair(args)
        if medium.product_id != variant.product_id:
            raise refuse("mediaId", "This media doesn't belong to that product.", "NOT_PRODUCTS_IMAGE")
        _, is_new = VariantMedia.objects.get_or_create(variant=variant, media=medium)
        if not is_new:
            raise refuse("mediaId", "This media is already assigned.", "MEDIA_ALREADY_ASSIGNED")
        emit(event="PRODUCT_VARIANT_UPDATED", obj=variant)
    return {"product_variant": variant, "media": medium}


@root("Mutation", "variantMediaUnassign")
@requires("MANAGE_PRODUCTS")
def variant_media_unassign(context: Context, args: Data) -> Data:
    with transaction.atomic("engine"):
        variant, medium = _pair(args)
        gone, _ = VariantMedia.objects.filter(variant=variant, media=medium).delete()
        if not gone:
            raise refuse("mediaId", "Media is not assigned to this variant.", "NOT_PRODUCTS_IMAGE")
        emit(event="PRODUCT_VARIANT_UPDATED", obj=variant)
    return {"product_variant": variant, "media": medium}


@root("Mutation", "fileUpload")
@requires(APP, STAFF_USER)
def file_upload(context: Context, args: Data) -> Data:
    """Keeps a file for an attribute to name; nothing refers to it yet."""
    upload = args["file"]
    if not hasattr(upload, "read"):
        raise refuse("file", "A file must be uploaded.", "INVALID_FILE_TYPE")
    name = upload.name or "file"
    if upload.size > MAX_BYTES:
        raise refuse("file", "The file is too large.", "INVALID_FILE_TYPE")
    if name.lower().endswith(REFUSED):
        raise refuse("file", "Invalid file type.", "UNSUPPORTED_MIME_TYPE")
    path = keep(folder="file_upload", name=name, content=upload.read())
    return {"uploaded_file": {"url": media_url(path, context.request_url), "content_type": upload.content_type}}

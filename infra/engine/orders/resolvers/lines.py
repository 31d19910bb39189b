"""OrderLine."""

from __future__ import annotations

from typing import Any

from infra.engine.media.thumbnails import picture_urls
from infra.engine.money import Money, TaxedMoney
from infra.engine.orders.models import OrderLine, OrderLineDiscount
from infra.engine.orders.resolvers import loads
from infra.engine.prepared import PreparedRows
from infra.engine.products.loading import in_channel
from infra.engine.products.models import ProductMedia, ProductVariant, TaxClass, VariantMedia
from infra.engine.schema.binding import Batch, declare, declare_guarded, field, requires
from infra.engine.schema.ids import bind_ids
from infra.engine.schema.metadata import register_metadata
from infra.engine.warehouses.models import Allocation

bind_ids(OrderLine="OrderLine")
register_metadata("OrderLine", OrderLine, private=loads.METADATA, uuid=True)
declare("OrderLine", "productName variantName translatedProductName translatedVariantName productSku productVariantId")
declare("OrderLine", "isShippingRequired quantity quantityFulfilled quantityToFulfill taxClassName")
declare("OrderLine", "isPriceOverridden isGift voucherCode saleId")
declare_guarded("OrderLine", "priceOverrideReason", "MANAGE_ORDERS")

_ALLOCATIONS = PreparedRows(
    Allocation._meta.get_field("order_line"),
    lambda pks: Allocation.objects.filter(order_line_id__in=pks).select_related("stock"),
)
_DISCOUNTS = PreparedRows(
    OrderLineDiscount._meta.get_field("line"), lambda pks: OrderLineDiscount.objects.filter(line_id__in=pks)
)
_OF_VARIANTS = PreparedRows(
    VariantMedia._meta.get_field("variant"),
    lambda pks: (
        VariantMedia.objects.filter(variant_id__in=pks, media__type="IMAGE")
        .select_related("media")
        .order_by("media__sort_order", "media_id")
    ),
)
_OF_PRODUCTS = PreparedRows(
    ProductMedia._meta.get_field("product"),
    lambda pks: ProductMedia.objects.filter(product_id__in=pks, type="IMAGE").exclude(image=""),
)


def _taxed(name: str) -> Any:
    def resolve(batch: Batch) -> list[Any]:
        return [
            TaxedMoney.of(getattr(line, f"{name}_net"), getattr(line, f"{name}_gross"), line.currency)
            for line in loads.settled(batch.parents)
        ]

    return resolve


field("OrderLine", "unitPrice")(_taxed("unit"))
field("OrderLine", "totalPrice")(_taxed("total"))
field("OrderLine", "undiscountedUnitPrice")(_taxed("undiscounted_unit"))
field("OrderLine", "undiscountedTotalPrice")(_taxed("undiscounted_total"))


def _settled(name: str) -> Any:
    def resolve(batch: Batch) -> list[Any]:
        return [getattr(line, name) for line in loads.settled(batch.parents)]

    return resolve


for _name, _column in (
    ("taxRate", "tax_rate"),
    ("unitDiscountType", "unit_discount_type"),
    ("unitDiscountValue", "unit_discount_value"),
    ("unitDiscountReason", "unit_discount_reason"),
):
    field("OrderLine", _name)(_settled(_column))


@field("OrderLine", "unitDiscount")
def unit_discount(batch: Batch) -> list[Any]:
    """What the line's own discounts take off one piece; those of the whole order are not in it."""
    return [Money(line.unit_discount_amount, line.currency) for line in loads.settled(batch.parents)]


@field("OrderLine", "discounts")
def line_discounts(batch: Batch) -> list[Any]:
    loads.settled(batch.parents)
    found: dict[Any, list[OrderLineDiscount]] = {line.pk: [] for line in batch.parents}
    for row in _DISCOUNTS(found):
        found[row.line_id].append(row)
    return [found[line.pk] for line in batch.parents]


@field("OrderLine", "variant")
def line_variant(batch: Batch) -> list[Any]:
    """Seen in the channel the order was placed in."""
    rows = loads.by_id(batch, [line.variant_id for line in batch.parents], ProductVariant, "order_variants")
    channels = [order.channel.slug for order in loads.orders_of(batch.parents)]
    return [in_channel(row, slug) for row, slug in zip(rows, channels, strict=True)]


@field("OrderLine", "taxClass")
@requires("AUTHENTICATED_STAFF_USER", "AUTHENTICATED_APP")
def line_tax_class(batch: Batch) -> list[Any]:
    return loads.by_id(batch, [line.tax_class_id for line in batch.parents], TaxClass, "tax_classes")


def _class_metadata(column: str) -> Any:
    def resolve(batch: Batch) -> list[Any]:
        rows = loads.by_id(batch, [line.tax_class_id for line in batch.parents], TaxClass, "tax_classes")
        stored = [
            line.class_texts[column] if line.class_texts is not None else getattr(row, column, {})
            for line, row in zip(batch.parents, rows, strict=True)
        ]
        return [[{"key": key, "value": data[key]} for key in sorted(data)] for data in stored]

    return resolve


field("OrderLine", "taxClassMetadata")(_class_metadata("metadata"))
field("OrderLine", "taxClassPrivateMetadata")(requires(*loads.METADATA)(_class_metadata("private_metadata")))


@field("OrderLine", "allocations")
@requires("MANAGE_PRODUCTS", "MANAGE_ORDERS")
def line_allocations(batch: Batch) -> list[Any]:
    found: dict[Any, list[Allocation]] = {line.pk: [] for line in batch.parents}
    for row in _ALLOCATIONS(found):
        found[row.order_line_id].append(row)
    return [found[line.pk] for line in batch.parents]


@field("OrderLine", "thumbnail")
def line_thumbnail(batch: Batch) -> list[Any]:
    """The picture of the line's product as it is now; a variant's own picture goes before it."""
    variants = loads.by_id(batch, [line.variant_id for line in batch.parents], ProductVariant, "order_variants")
    shown = [variant for variant in variants if variant is not None]
    pictures = iter(_pictures(shown, batch))
    return [next(pictures) if variant is not None else None for variant in variants]


def _pictures(variants: list[ProductVariant], batch: Batch) -> list[dict[str, Any] | None]:
    own: dict[int, ProductMedia] = {}
    for link in _OF_VARIANTS([row.pk for row in variants]):
        own.setdefault(link.variant_id, link.media)
    first: dict[int, ProductMedia] = {}
    for medium in _OF_PRODUCTS([row.product_id for row in variants if row.pk not in own]):
        first.setdefault(medium.product_id or 0, medium)
    media = [own.get(row.pk) or first.get(row.product_id) for row in variants]
    urls = picture_urls(
        [("ProductMedia", medium.pk, medium.image) if medium else ("ProductMedia", 0, "") for medium in media],
        size=256 if batch.args.get("size") is None else batch.args["size"],
        format_=batch.args.get("format"),
        base=batch.context.request_url,
    )
    pairs = zip(urls, media, strict=True)
    return [{"url": url, "alt": medium.alt or None} if url and medium else None for url, medium in pairs]

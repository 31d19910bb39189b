"""Products, variants, categories and pages at Saleor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from marketplace.saleor import reading
from marketplace.saleor.client import execute, upload
from marketplace.saleor.rich_text import plain_text as plain_text
from marketplace.saleor.rich_text import rich_text as rich_text
from marketplace.saleor.types import SaleorCategory, SaleorPage, SaleorProduct, SaleorVariant, Text
from plugins.api.money import Money

PAGE_SIZE = 50


def get_product(*, product_id: str) -> SaleorProduct | None:
    """Return the product, published or not, or None when there is none (any more)."""
    node = execute("ProductById", {"id": product_id})["product"]
    return reading.product(node) if node else None


def find_product(*, external_reference: str) -> SaleorProduct | None:
    """Return the product that the mall calls by this reference, or None."""
    node = execute("ProductByExternalReference", {"externalReference": external_reference})["product"]
    return reading.product(node) if node else None


def get_variant(*, variant_id: str) -> SaleorVariant | None:
    node = execute("ProductVariantById", {"id": variant_id})["productVariant"]
    return reading.variant(node) if node else None


def list_products(*, changed_since: datetime | None = None) -> Iterator[SaleorProduct]:
    """Return all products, or those changed since the moment (stock does not count), oldest change first."""
    where = {"updatedAt": {"range": {"gte": changed_since.isoformat()}}} if changed_since else None
    return map(reading.product, pages_of("ProductsChangedSince", "products", {"where": where}, PAGE_SIZE))


def list_categories() -> Iterator[SaleorCategory]:
    return map(reading.category, pages_of("Categories", "categories", {}, 100))


def get_category(*, category_id: str) -> SaleorCategory | None:
    node = execute("CategoryById", {"id": category_id})["category"]
    return reading.category(node) if node else None


def get_page(*, page_id: str = "", slug: str = "") -> SaleorPage | None:
    """Return one page by id or by slug, or None."""
    if page_id:
        node = execute("PageById", {"id": page_id})["page"]
    else:
        node = execute("PageBySlug", {"slug": slug})["page"]
    return reading.page(node) if node else None


def list_pages(*, page_type_id: str = "") -> Iterator[SaleorPage]:
    chosen = {"pageTypes": [page_type_id]} if page_type_id else None
    return map(reading.page, pages_of("Pages", "pages", {"filter": chosen}, 100))


def pages_of(operation: str, field: str, variables: Mapping[str, Any], size: int) -> Iterator[dict[str, Any]]:
    """Walk a connection to its end, `size` nodes per request."""
    after: str | None = None
    while True:
        connection = execute(operation, {**variables, "first": size, "after": after})[field]
        yield from reading.nodes(connection)
        if not connection["pageInfo"]["hasNextPage"]:
            return
        after = connection["pageInfo"]["endCursor"]


def create_product(
    *,
    name: str,
    product_type_id: str,
    category_id: str,
    tax_class_id: str,
    merchant: str,
    attributes: Sequence[Mapping[str, Any]],
    slug: str = "",
    description: str = "",
    external_reference: str = "",
    weight_g: int | None = None,
    metadata: Mapping[str, str] | None = None,
    private_metadata: Mapping[str, str] | None = None,
) -> str:
    """Create an unlisted product and return its id.

    Arguments: `merchant`, the merchant's page slug, kept as public metadata `mall.merchant` (products' metadata is
    writable by staff and apps only); `attributes`, AttributeValueInput items, among them the reference to the
    merchant's page; `description`, plain text; `weight_g`, packed.
    """
    fields = {
        "name": name,
        "productType": product_type_id,
        "category": category_id,
        "taxClass": tax_class_id,
        "attributes": list(attributes),
        "metadata": metadata_input({"mall.merchant": merchant, **(metadata or {})}),
        "privateMetadata": metadata_input(private_metadata or {}),
        **_product_fields(slug=slug, description=description, external_reference=external_reference, weight_g=weight_g),
    }
    return str(execute("ProductCreate", {"input": fields})["productCreate"]["product"]["id"])


def update_product(*, product_id: str, **fields: Any) -> None:
    """Change the given fields: those of `create_product` but type and merchant (`metadata` by `set_metadata`)."""
    plain = {
        name: fields.pop(name) for name in ("slug", "description", "external_reference", "weight_g") & fields.keys()
    }
    renamed = {"category_id": "category", "tax_class_id": "taxClass", "name": "name", "attributes": "attributes"}
    unknown = fields.keys() - renamed.keys()
    if unknown:
        raise TypeError(f"no field of a product: {', '.join(sorted(unknown))}")
    chosen = {renamed[name]: value for name, value in fields.items()} | _product_fields(**plain)
    execute("ProductUpdate", {"id": product_id, "input": chosen})


def _product_fields(
    *, slug: str = "", description: str = "", external_reference: str = "", weight_g: int | None = None
) -> dict[str, Any]:
    fields: dict[str, Any] = {"slug": slug, "externalReference": external_reference}
    if description:
        fields["description"] = rich_text(description)
    if weight_g is not None:
        fields["weight"] = {"unit": "G", "value": weight_g}
    return {name: value for name, value in fields.items() if value not in ("", None)}


def delete_product(*, product_id: str) -> None:
    execute("ProductDelete", {"id": product_id})


def list_in_channel(*, product_id: str, channel_id: str, is_published: bool, is_for_sale: bool = True) -> None:
    """Make the product visible and buyable in a channel, or not. A variant needs a price there too."""
    list_in_channels(product_id=product_id, channels={channel_id: is_published}, is_for_sale=is_for_sale)


def list_in_channels(*, product_id: str, channels: Mapping[str, bool], is_for_sale: bool = True) -> None:
    """Make the product visible and buyable in channels, or not: by channel id, in one call."""
    listings = [
        {
            "channelId": channel_id,
            "isPublished": is_published,
            "visibleInListings": is_published,
            "isAvailableForPurchase": is_published and is_for_sale,
        }
        for channel_id, is_published in channels.items()
    ]
    execute("ProductChannelListingUpdate", {"id": product_id, "input": {"updateChannels": listings}})


def remove_from_channel(*, product_id: str, channel_id: str) -> None:
    execute("ProductChannelListingUpdate", {"id": product_id, "input": {"removeChannels": [channel_id]}})


def create_variant(
    *,
    product_id: str,
    sku: str,
    name: str = "",
    warehouse_id: str = "",
    quantity: int = 0,
    external_reference: str = "",
    metadata: Mapping[str, str] | None = None,
) -> str:
    """Create a variant, stocked in the merchant's warehouse, without a price yet. Returns its id."""
    fields: dict[str, Any] = {
        "product": product_id,
        "sku": sku,
        "name": name,
        "attributes": [],
        "trackInventory": True,
        "stocks": [{"warehouse": warehouse_id, "quantity": quantity}] if warehouse_id else [],
        "metadata": metadata_input(metadata or {}),
    }
    if external_reference:
        fields["externalReference"] = external_reference
    return str(execute("ProductVariantCreate", {"input": fields})["productVariantCreate"]["productVariant"]["id"])


def update_variant(*, variant_id: str, name: str | None = None, sku: str | None = None) -> None:
    fields = {key: value for key, value in (("name", name), ("sku", sku)) if value is not None}
    execute("ProductVariantUpdate", {"id": variant_id, "input": fields})


def create_variants(*, product_id: str, variants: Sequence[Mapping[str, Any]]) -> list[str]:
    """Create several variants in one call (ProductVariantBulkCreateInput items). One bad item refuses all."""
    answer = execute("ProductVariantBulkCreate", {"product": product_id, "variants": list(variants)})
    return [each["productVariant"]["id"] for each in answer["productVariantBulkCreate"]["results"]]


def set_prices(
    *, variant_id: str, prices: Mapping[str, Money], prior_prices: Mapping[str, Money] | None = None
) -> None:
    """Set the price with tax by channel id. The currency must be the channel's, the decimals the currency's."""
    prior = prior_prices or {}
    items = [
        {"channelId": channel_id, "price": price.amount}
        | ({"priorPrice": prior[channel_id].amount} if channel_id in prior else {})
        for channel_id, price in prices.items()
    ]
    execute("ProductVariantChannelListingUpdate", {"id": variant_id, "input": items})


def set_stock(*, variant_id: str, warehouse_id: str, quantity: int) -> None:
    """Set how many pieces lie in the warehouse, allocated ones included."""
    stocks = [{"warehouse": warehouse_id, "quantity": quantity}]
    execute("ProductVariantStocksUpdate", {"variantId": variant_id, "stocks": stocks})


def add_picture(*, product_id: str, filename: str, content_type: str, content: bytes, alt: str = "") -> str:
    """Upload a picture (at most 10 MB) and return the id of the medium."""
    answer = upload(
        "ProductMediaCreate",
        {"product": product_id, "alt": alt},
        variable="image",
        filename=filename,
        content_type=content_type,
        content=content,
    )
    return str(answer["productMediaCreate"]["media"]["id"])


def remove_picture(*, media_id: str) -> None:
    execute("ProductMediaDelete", {"id": media_id})


def create_category(*, name: str, slug: str, parent_id: str = "") -> str:
    answer = execute("CategoryCreate", {"input": {"name": name, "slug": slug}, "parent": parent_id or None})
    return str(answer["categoryCreate"]["category"]["id"])


def update_category(*, category_id: str, name: str) -> None:
    execute("CategoryUpdate", {"id": category_id, "input": {"name": name}})


def create_page(*, title: str, slug: str, page_type_id: str, content: str = "", is_published: bool = True) -> str:
    """Create a page and return its id. `content` is plain text."""
    fields: dict[str, Any] = {"title": title, "slug": slug, "pageType": page_type_id, "isPublished": is_published}
    if content:
        fields["content"] = rich_text(content)
    return str(execute("PageCreate", {"input": fields})["pageCreate"]["page"]["id"])


def update_page(*, page_id: str, title: str | None = None, is_published: bool | None = None) -> None:
    fields = {key: value for key, value in (("title", title), ("isPublished", is_published)) if value is not None}
    execute("PageUpdate", {"id": page_id, "input": fields})


def delete_page(*, page_id: str) -> None:
    execute("PageDelete", {"id": page_id})


def translate(*, kind: str, object_id: str, language: str, text: Text) -> None:
    """Write the translation of a "product", "variant", "category" or "page"; empty parts are left as they are.

    `language` as the mall writes it: en, zh-Hant. A variant has a name only.
    """
    operation = {
        "product": "ProductTranslate",
        "variant": "ProductVariantTranslate",
        "category": "CategoryTranslate",
        "page": "PageTranslate",
    }[kind]
    body = rich_text(text.description) if text.description else ""
    fields = {("title" if kind == "page" else "name"): text.name}
    if kind != "variant":
        fields |= {"slug": text.slug, "seoTitle": text.seo_title, "seoDescription": text.seo_description}
        fields["content" if kind == "page" else "description"] = body
    chosen = {name: value for name, value in fields.items() if value}
    code = language.upper().replace("-", "_")
    execute(operation, {"id": object_id, "languageCode": code, "input": chosen})


def set_metadata(*, object_id: str, values: Mapping[str, str], is_private: bool = False) -> None:
    """Set metadata keys of any object; other keys stay."""
    operation = "UpdatePrivateMetadata" if is_private else "UpdateMetadata"
    execute(operation, {"id": object_id, "input": metadata_input(values)})


def metadata_input(values: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in values.items()]

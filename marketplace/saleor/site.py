"""The shop's standing arrangements at Saleor: channels, taxes, types, and a page and a warehouse per merchant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from marketplace.saleor import catalogue, reading
from marketplace.saleor.client import execute
from marketplace.saleor.types import Address, MarketChannel, MerchantSite, SiteIds, Text

PRODUCT_TYPE = "goods"
MERCHANT_PAGE_TYPE = "merchant"
LIST_SIZE = 100


def list_channels() -> dict[str, dict[str, Any]]:
    """Return Saleor's channels by slug, with the settings that provisioning looks after."""
    return {node["slug"]: node for node in execute("Channels")["channels"]}


def by_slug(operation: str, field: str) -> dict[str, dict[str, Any]]:
    """Return a short list of things (types, attributes) by slug."""
    found = execute(operation, {"first": LIST_SIZE})[field]
    return {node["slug"]: node for node in reading.nodes(found)}


def list_tax_classes() -> dict[str, dict[str, Any]]:
    return {node["name"]: node for node in reading.nodes(execute("TaxClasses", {"first": LIST_SIZE})["taxClasses"])}


def list_warehouses() -> dict[str, str]:
    """Return the ids of all warehouses by slug."""
    found = catalogue.pages_of("Warehouses", "warehouses", {}, LIST_SIZE)
    return {node["slug"]: node["id"] for node in found}


def get_site() -> SiteIds:
    """Return the ids that listings are made with. Raises `LookupError` when the shop is not provisioned."""
    channels = {
        slug: MarketChannel(
            id=node["id"], slug=slug, currency=node["currencyCode"], country=node["defaultCountry"]["code"]
        )
        for slug, node in list_channels().items()
    }
    types, page_types = by_slug("ProductTypes", "productTypes"), by_slug("PageTypes", "pageTypes")
    if PRODUCT_TYPE not in types or MERCHANT_PAGE_TYPE not in page_types:
        raise LookupError("the shop at Saleor is not provisioned")
    return SiteIds(
        channels=channels,
        tax_classes={name: node["id"] for name, node in list_tax_classes().items()},
        attributes={slug: node["id"] for slug, node in by_slug("Attributes", "attributes").items()},
        product_type=types[PRODUCT_TYPE]["id"],
        merchant_page_type=page_types[MERCHANT_PAGE_TYPE]["id"],
    )


def ensure_merchant(*, code: str, name: str, english_name: str, address: Address) -> MerchantSite:
    """Give the merchant a page (slug `code`) and a warehouse (slug `wh-<code>`) linked to every channel.

    Asked again, it finds both. Only what is missing is made, so a half-finished earlier call is completed.
    """
    site = get_site()
    page = catalogue.get_page(slug=code)
    page_id = page.id if page else _create_page(site, code=code, name=name)
    if page is None or page.english.name != english_name:
        catalogue.translate(kind="page", object_id=page_id, language="en", text=Text(name=english_name))
    slug = f"wh-{code}"
    warehouse_id = list_warehouses().get(slug) or _create_warehouse(slug, code=code, name=name, address=address)
    for channel in list_channels().values():
        if warehouse_id not in {warehouse["id"] for warehouse in channel["warehouses"]}:
            execute("ChannelUpdate", {"id": channel["id"], "input": {"addWarehouses": [warehouse_id]}})
    return MerchantSite(page_id=page_id, warehouse_id=warehouse_id)


def create_product_type(*, name: str, slug: str, attributes: Sequence[str] = (), is_shipped: bool = True) -> str:
    """Make a product type with variants and these product attributes (ids); return its id."""
    fields = {
        "name": name,
        "slug": slug,
        "kind": "NORMAL",
        "hasVariants": True,
        "isShippingRequired": is_shipped,
        "productAttributes": list(attributes),
    }
    return str(execute("ProductTypeCreate", {"input": fields})["productTypeCreate"]["productType"]["id"])


def _create_page(site: SiteIds, *, code: str, name: str) -> str:
    return catalogue.create_page(title=name, slug=code, page_type_id=site.merchant_page_type)


def _create_warehouse(slug: str, *, code: str, name: str, address: Address) -> str:
    fields = {
        "name": name,
        "slug": slug,
        "externalReference": code,
        "address": {**reading.address_input(address), "skipValidation": True},
    }
    return str(execute("WarehouseCreate", {"input": fields})["createWarehouse"]["warehouse"]["id"])

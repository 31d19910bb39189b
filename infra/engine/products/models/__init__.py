"""Tables of the catalogue."""

from infra.engine.products.models.attributes import (
    AssignedValue,
    Attribute,
    AttributeValue,
    PageTypeAttribute,
    ProductTypeAttribute,
)
from infra.engine.products.models.catalogue import (
    Category,
    Product,
    ProductChannelListing,
    ProductMedia,
    ProductType,
    ProductVariant,
    VariantChannelListing,
    VariantMedia,
)
from infra.engine.products.models.collections import Collection, CollectionChannelListing, CollectionProduct
from infra.engine.products.models.pages import Page, PageType
from infra.engine.products.models.settings import (
    Channel,
    ShopSettings,
    TaxClass,
    TaxClassRate,
    TaxConfiguration,
    TaxCountryException,
    Translation,
)

__all__ = [
    "AssignedValue",
    "Attribute",
    "AttributeValue",
    "Category",
    "Channel",
    "Collection",
    "CollectionChannelListing",
    "CollectionProduct",
    "Page",
    "PageType",
    "PageTypeAttribute",
    "Product",
    "ProductChannelListing",
    "ProductMedia",
    "ProductType",
    "ProductTypeAttribute",
    "ProductVariant",
    "ShopSettings",
    "TaxClass",
    "TaxClassRate",
    "TaxConfiguration",
    "TaxCountryException",
    "Translation",
    "VariantChannelListing",
    "VariantMedia",
]

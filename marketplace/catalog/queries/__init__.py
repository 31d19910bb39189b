"""Reads of the catalogue: what pages need (`pages`), and what other apps and the counter need (`listings`)."""

from marketplace.catalog.queries.listings import (
    find_listings,
    listing_ids,
    listing_names,
    listing_record,
    listing_records,
    listing_views,
    merchants_of_products,
    pool_category_of_products,
    product_ids,
    product_names,
    stock_by_sku,
    view_of_listing,
)
from marketplace.catalog.queries.pages import (
    PAGE_SIZE,
    cards,
    categories,
    category,
    detail,
    merchant_pictures,
    search,
    words,
)

__all__ = [
    "PAGE_SIZE",
    "cards",
    "categories",
    "category",
    "detail",
    "find_listings",
    "listing_ids",
    "listing_names",
    "listing_record",
    "listing_records",
    "listing_views",
    "merchant_pictures",
    "merchants_of_products",
    "pool_category_of_products",
    "product_ids",
    "product_names",
    "search",
    "stock_by_sku",
    "view_of_listing",
    "words",
]

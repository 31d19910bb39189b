"""What search engines read: schema.org records of goods and of the way to them."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from marketplace.catalog.types import ListingDetail
from storefront.jinja import money_amount
from storefront.pictures import picture_url
from storefront.shop.page import Page

AVAILABILITY = {
    "in_stock": "https://schema.org/InStock",
    "few": "https://schema.org/LimitedAvailability",
    "sold_out": "https://schema.org/SoldOut",
    "unavailable": "https://schema.org/Discontinued",
}


def absolute(address: str) -> str:
    """Return `address` with the mall's own origin when it has none."""
    return address if address.startswith("http") else settings.MALL_PUBLIC_URL + address


def product_record(page: Page, detail: ListingDetail) -> dict[str, Any]:
    """Return the schema.org Product with one Offer per variant, prices as shown (tax included)."""
    card = detail.card
    pictures = detail.gallery or (card.image,)
    return {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": card.name,
        "description": detail.description,
        "image": [absolute(picture_url(picture)) for picture in pictures],
        "category": card.category_name,
        "brand": {"@type": "Brand", "name": card.merchant_name},
        "url": page.canonical,
        "offers": [
            {
                "@type": "Offer",
                "sku": variant.sku,
                "price": money_amount(variant.price),
                "priceCurrency": variant.price.currency,
                "availability": AVAILABILITY[variant.availability],
                "url": page.canonical,
                "seller": {"@type": "Organization", "name": card.merchant_name},
            }
            for variant in detail.variants
        ],
    }


def trail_record(page: Page, trail: list[tuple[str, str]]) -> dict[str, Any]:
    """Return the schema.org BreadcrumbList of (name, address) pairs."""
    return {
        "@context": "https://schema.org",
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": number, "name": name, "item": absolute(address)}
            for number, (name, address) in enumerate(trail, start=1)
        ],
    }

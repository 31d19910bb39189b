"""Saleor's JSON into the dataclasses of `types`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings

from marketplace.saleor import types as t
from plugins.api.money import Money

Json = Mapping[str, Any]
_GRAMS = {"G": Decimal(1), "KG": Decimal(1000), "LB": Decimal("453.59237"), "OZ": Decimal("28.349523125")}


def here(url: str) -> str:
    """Return an address of this very mall (the embedded engine's pictures) without its origin, others unchanged.

    What is kept must not break when the mall is served under another name or port.
    """
    own = settings.MALL_PUBLIC_URL
    return url.removeprefix(own) if url.startswith(f"{own}/") else url


def moment(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None


def _at(value: str) -> datetime:
    return datetime.fromisoformat(value)


def money(node: Json) -> Money:
    return Money(_exact(node["amount"]), node["currency"])


def taxed(node: Json) -> t.TaxedMoney:
    currency = node["currency"]
    return t.TaxedMoney(
        gross=Money(_exact(node["gross"]["amount"]), currency), net=Money(_exact(node["net"]["amount"]), currency)
    )


def _exact(value: int | Decimal) -> Decimal:
    """Return the amount without the ".0" that a float carries in JSON: 1400.0 yen are 1400 yen."""
    number = Decimal(value)
    return number.quantize(Decimal(1)) if number == number.to_integral_value() else number.normalize()


def metadata(items: Iterable[Json]) -> dict[str, str]:
    return {item["key"]: item["value"] for item in items}


def nodes(connection: Json | None) -> list[Any]:
    return [edge["node"] for edge in (connection or {}).get("edges") or ()]


def address(node: Json | None) -> t.Address | None:
    if node is None:
        return None
    return t.Address(
        id=node["id"],
        country=node["country"]["code"],
        postal_code=node["postalCode"],
        country_area=node["countryArea"],
        city=node["city"],
        city_area=node["cityArea"],
        street1=node["streetAddress1"],
        street2=node["streetAddress2"],
        company=node["companyName"],
        last_name=node["lastName"],
        first_name=node["firstName"],
        phone=node["phone"] or "",
    )


def address_input(value: t.Address) -> dict[str, str]:
    """Return the AddressInput of an address; empty parts are left out."""
    fields = {
        "country": value.country,
        "postalCode": value.postal_code,
        "countryArea": value.country_area,
        "city": value.city,
        "cityArea": value.city_area,
        "streetAddress1": value.street1,
        "streetAddress2": value.street2,
        "companyName": value.company,
        "lastName": value.last_name,
        "firstName": value.first_name,
        "phone": value.phone,
    }
    return {name: part for name, part in fields.items() if part}


def text(node: Json | None) -> t.Text:
    found = node or {}
    return t.Text(
        name=found.get("name") or found.get("title") or "",
        slug=found.get("slug") or "",
        description=found.get("description") or found.get("content") or "",
        seo_title=found.get("seoTitle") or "",
        seo_description=found.get("seoDescription") or "",
    )


def variant(node: Json) -> t.SaleorVariant:
    listings = node["channelListings"] or ()
    return t.SaleorVariant(
        id=node["id"],
        name=node["name"],
        sku=node["sku"] or "",
        english_name=text(node["english"]).name,
        is_tracked=node["trackInventory"],
        external_reference=node["externalReference"] or "",
        prices={each["channel"]["slug"]: money(each["price"]) for each in listings if each["price"]},
        prior_prices={each["channel"]["slug"]: money(each["priorPrice"]) for each in listings if each["priorPrice"]},
        stocks=tuple(
            t.Stock(
                warehouse_id=each["warehouse"]["id"],
                warehouse=each["warehouse"]["slug"],
                quantity=each["quantity"],
                allocated=each["quantityAllocated"],
                reserved=each["quantityReserved"],
            )
            for each in node["stocks"] or ()
        ),
        metadata=metadata(node["metadata"]),
    )


def product(node: Json) -> t.SaleorProduct:
    attributes = {each["attribute"]["slug"]: each for each in node["assignedAttributes"]}
    page = (attributes.get("merchant") or {}).get("page") or {}
    category_node = node["category"] or {}
    return t.SaleorProduct(
        id=node["id"],
        name=node["name"],
        slug=node["slug"],
        description=node["description"] or "",
        created_at=_at(node["created"]),
        updated_at=_at(node["updatedAt"]),
        external_reference=node["externalReference"] or "",
        category_id=category_node.get("id", ""),
        category=category_node.get("slug", ""),
        category_name=category_node.get("name", ""),
        product_type=node["productType"]["slug"],
        tax_class=(node["taxClass"] or {}).get("name", ""),
        weight_g=_grams(node["weight"]),
        merchant=page.get("slug", ""),
        merchant_page_id=page.get("id", ""),
        texts={slug: each["text"] for slug, each in attributes.items() if each.get("text")},
        metadata=metadata(node["metadata"]),
        private_metadata=metadata(node["privateMetadata"]),
        listings={each["channel"]["slug"]: _listing(each) for each in node["channelListings"] or ()},
        variants=tuple(variant(each) for each in nodes(node["productVariants"])),
        media=tuple(_media(each) for each in sorted(node["media"] or (), key=lambda m: m["sortOrder"] or 0)),
        english=text(node["english"]),
    )


def _grams(node: Json | None) -> Decimal | None:
    return Decimal(node["value"]) * _GRAMS[node["unit"]] if node else None


def _listing(node: Json) -> t.ChannelListing:
    return t.ChannelListing(
        channel=node["channel"]["slug"],
        currency=node["channel"]["currencyCode"],
        is_published=node["isPublished"],
        published_at=moment(node["publishedAt"]),
        is_in_listings=node["visibleInListings"],
        is_for_sale=bool(node["isAvailableForPurchase"]),
        for_sale_at=moment(node["availableForPurchaseAt"]),
    )


def _media(node: Json) -> t.SaleorMedia:
    return t.SaleorMedia(
        id=node["id"],
        alt=node["alt"],
        kind=node["type"],
        original_url=here(node["original"]),
        card_url=here(node["card"]),
        large_url=here(node["large"]),
    )


def category(node: Json) -> t.SaleorCategory:
    return t.SaleorCategory(
        id=node["id"],
        name=node["name"],
        slug=node["slug"],
        level=node["level"],
        parent_id=(node["parent"] or {}).get("id", ""),
        updated_at=_at(node["updatedAt"]),
        english=text(node["english"]),
        metadata=metadata(node["metadata"]),
    )


def page(node: Json) -> t.SaleorPage:
    return t.SaleorPage(
        id=node["id"],
        slug=node["slug"],
        title=node["title"],
        content=node["content"] or "",
        page_type=node["pageType"]["slug"],
        is_published=node["isPublished"],
        published_at=moment(node["publishedAt"]),
        created_at=_at(node["created"]),
        metadata=metadata(node["metadata"]),
        private_metadata=metadata(node["privateMetadata"]),
        english=text(node["english"]),
    )


def user(node: Json) -> t.SaleorUser:
    def default(name: str) -> str:
        return next((each["id"] for each in node["addresses"] if each[name]), "")

    return t.SaleorUser(
        id=node["id"],
        email=node["email"],
        first_name=node["firstName"],
        last_name=node["lastName"],
        is_active=node["isActive"],
        is_confirmed=node["isConfirmed"],
        language=node["languageCode"].lower(),
        addresses=tuple(found for each in node["addresses"] if (found := address(each))),
        default_shipping_address_id=default("isDefaultShippingAddress"),
        default_billing_address_id=default("isDefaultBillingAddress"),
    )


def customer(node: Json) -> t.SaleorCustomer:
    return t.SaleorCustomer(
        id=node["id"],
        email=node["email"],
        language=node["languageCode"].lower(),
        is_active=node["isActive"],
        is_confirmed=node["isConfirmed"],
        joined_at=_at(node["dateJoined"]),
    )

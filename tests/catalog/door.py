"""A Saleor in memory: the functions of the door that the catalogue uses, with the same promises."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from django.db import connection

from marketplace.saleor import catalogue, site
from marketplace.saleor import reconcile as door_reconcile
from marketplace.saleor.types import (
    ChannelListing,
    MarketChannel,
    SaleorCategory,
    SaleorMedia,
    SaleorProduct,
    SaleorUnavailable,
    SaleorVariant,
    SiteIds,
    Stock,
    Text,
)

NOW = datetime(2026, 11, 22, tzinfo=UTC)
CHANNELS = {"jp": ("c-jp", "JPY", "JP"), "overseas": ("c-ov", "USD", "SG")}
FAKED = (
    "get_product",
    "find_product",
    "create_product",
    "update_product",
    "list_in_channel",
    "list_in_channels",
    "create_variant",
    "update_variant",
    "set_prices",
    "set_stock",
    "add_picture",
    "create_category",
    "list_categories",
    "translate",
    "set_metadata",
)


class FakeSaleor:
    def __init__(self, *, is_strict=False):
        self.is_strict = is_strict
        self.products = {}
        self.categories = {}
        self.writes = []
        self.is_down = False

    def install(self, monkeypatch):
        for name in FAKED:
            monkeypatch.setattr(catalogue, name, self._guarded(name))
        monkeypatch.setattr(site, "get_site", lambda: self.site())
        monkeypatch.setattr(door_reconcile, "products_changed_since", lambda moment: iter(list(self.products.values())))
        monkeypatch.setattr(door_reconcile, "products_gone", lambda ids: set(ids) - self.products.keys())
        return self

    def _guarded(self, name):
        def call(**arguments):
            assert not (self.is_strict and connection.in_atomic_block), f"{name} inside a transaction"
            if self.is_down:
                raise SaleorUnavailable("down")
            if not name.startswith(("get_", "find_", "list_categories")):
                self.writes.append(name)
            return getattr(self, name)(**arguments)

        return call

    def site(self):
        return SiteIds(
            channels={slug: MarketChannel(i, slug, cur, land) for slug, (i, cur, land) in CHANNELS.items()},
            tax_classes={"standard": "t1", "reduced": "t2"},
            attributes={"merchant": "a1"},
            product_type="pt",
            merchant_page_type="mt",
        )

    def get_product(self, *, product_id):
        return self.products.get(product_id)

    def find_product(self, *, external_reference):
        return next((p for p in self.products.values() if p.external_reference == external_reference), None)

    def create_product(self, *, name, slug, merchant, category_id, tax_class_id, weight_g, external_reference, **rest):
        key = f"P{len(self.products) + 1}"
        category = next((c for c in self.categories.values() if c.id == category_id), None)
        self.products[key] = SaleorProduct(
            id=key,
            name=name,
            slug=slug,
            description=catalogue.rich_text(rest.get("description", "")),
            created_at=NOW,
            updated_at=NOW,
            external_reference=external_reference,
            category_id=category_id,
            category=category.slug if category else "",
            category_name=category.name if category else "",
            product_type="goods",
            tax_class={"t1": "standard", "t2": "reduced"}[tax_class_id],
            weight_g=Decimal(weight_g),
            merchant=merchant,
            merchant_page_id=rest["attributes"][0]["reference"],
            texts={},
            metadata={"mall.merchant": merchant},
            private_metadata={},
            listings={},
            variants=(),
            media=(),
            english=Text(),
        )
        return key

    def update_product(self, *, product_id, **fields):
        known = {"name", "slug"} & fields.keys()
        self.change(product_id, **{name: fields[name] for name in known})

    def change(self, product_id, **fields):
        self.products[product_id] = replace(self.products[product_id], **fields)

    def list_in_channels(self, *, product_id, channels, is_for_sale=True):
        for channel_id, is_published in channels.items():
            self.list_in_channel(
                product_id=product_id,
                channel_id=channel_id,
                is_published=is_published,
                is_for_sale=is_published and is_for_sale,
            )

    def list_in_channel(self, *, product_id, channel_id, is_published, is_for_sale=True):
        slug = next(slug for slug, (key, *_) in CHANNELS.items() if key == channel_id)
        listing = ChannelListing(
            slug, CHANNELS[slug][1], is_published, None, is_published, is_published and is_for_sale, None
        )
        self.change(product_id, listings={**self.products[product_id].listings, slug: listing})

    def create_variant(self, *, product_id, sku, name="", warehouse_id="", quantity=0, **rest):
        product = self.products[product_id]
        key = f"{product_id}-V{len(product.variants) + 1}"
        stocks = (Stock(warehouse_id, "wh", quantity, 0, 0),)
        variant = SaleorVariant(key, name, sku, "", True, "", {}, {}, stocks, {})
        self.change(product_id, variants=(*product.variants, variant))
        return key

    def variant(self, variant_id, **fields):
        product_id = variant_id.partition("-")[0]
        variants = tuple(replace(v, **fields) if v.id == variant_id else v for v in self.products[product_id].variants)
        self.change(product_id, variants=variants)

    def update_variant(self, *, variant_id, name=None, sku=None):
        self.variant(variant_id, name=name)

    def set_prices(self, *, variant_id, prices, prior_prices=None):
        by_slug = {key: slug for slug, (key, *_) in CHANNELS.items()}
        product = self.products[variant_id.partition("-")[0]]
        former = next(v for v in product.variants if v.id == variant_id).prices
        self.variant(variant_id, prices={**former, **{by_slug[key]: price for key, price in prices.items()}})

    def set_stock(self, *, variant_id, warehouse_id, quantity):
        self.variant(variant_id, stocks=(Stock(warehouse_id, "wh", quantity, 0, 0),))

    def add_picture(self, *, product_id, filename, content_type, content, alt=""):
        media = self.products[product_id].media
        key = f"{product_id}-M{len(media) + 1}"
        self.change(product_id, media=(*media, SaleorMedia(key, alt, "IMAGE", "o.png", f"/{key}-512", f"/{key}-1024")))
        return key

    def create_category(self, *, name, slug, parent_id=""):
        self.categories[slug] = SaleorCategory(f"C-{slug}", name, slug, 0, parent_id, NOW, Text(), {})
        return f"C-{slug}"

    def list_categories(self):
        return iter(list(self.categories.values()))

    def translate(self, *, kind, object_id, language, text):
        if kind == "product":
            description = catalogue.rich_text(text.description) if text.description else ""
            self.change(object_id, english=replace(text, description=description))
        if kind == "variant":
            self.variant(object_id, english_name=text.name)
        if kind == "category":
            slug = object_id.partition("-")[2]
            self.categories[slug] = replace(self.categories[slug], english=text)

    def set_metadata(self, *, object_id, values, is_private=False):
        product = self.products[object_id]
        self.change(object_id, metadata={**product.metadata, **values})

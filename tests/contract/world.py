"""The shop that the stories play in: two channels, three merchants, six products, all of this run's own."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from marketplace.saleor import catalogue, site
from marketplace.saleor.installing import staff_token
from marketplace.saleor.types import Address, MerchantSite, SiteIds, Text
from plugins.api.money import Money
from tests.contract.exchange import Exchanges

TOKYO = {
    "country": "JP",
    "postalCode": "105-0011",
    "countryArea": "東京都",
    "city": "港区",
    "streetAddress1": "芝公園4-2-8",
    "lastName": "試験",
    "firstName": "花子",
    "phone": "+81334330000",
}
SINGAPORE = {
    "country": "SG",
    "postalCode": "018956",
    "city": "Singapore",
    "streetAddress1": "10 Bayfront Avenue",
    "lastName": "Tester",
    "firstName": "Hana",
}
UNITED_STATES = {
    "country": "US",
    "postalCode": "10001",
    "countryArea": "NY",
    "city": "New York",
    "streetAddress1": "350 Fifth Avenue",
    "lastName": "Tester",
    "firstName": "Hana",
}
SHOPPER = "guest@example.com"
"""Nobody's account: the order of a guest with a customer's address is that customer's."""


@dataclass
class Goods:
    """One product with one variant."""

    product_id: str
    variant_id: str
    merchant: str


@dataclass
class World:
    """Everything the stories refer to."""

    ask: Exchanges
    site: SiteIds
    merchants: dict[str, MerchantSite]
    category_id: str
    goods: dict[str, Goods]

    @property
    def run(self) -> str:
        return self.ask.run

    @property
    def admin(self) -> str:
        """A new token of a superuser, for what the mall's app may not do. Good for five minutes."""
        token = staff_token()
        self.ask.staff.add(token)
        return token

    def channel(self, slug: str) -> str:
        return self.site.channels[slug].id

    def line(self, name: str, quantity: int = 1, **more: Any) -> dict[str, Any]:
        return {"variantId": self.goods[name].variant_id, "quantity": quantity, **more}


def build(ask: Exchanges) -> World:
    """Make the shop through the gateways."""
    run = ask.run
    merchants = {
        code: site.ensure_merchant(
            code=f"{run}-{code}",
            name=f"試験工房{code}",
            english_name=f"Test workshop {code}",
            address=Address(
                country="JP", postal_code="130-0011", country_area="東京都", city="墨田区", street1="石原1-1-1"
            ),
        )
        for code in ("a", "b", "c")
    }
    category_id = catalogue.create_category(name=f"試験{run}", slug=f"{run}-category")
    world = World(ask, site.get_site(), merchants, category_id, {})
    plan = (
        ("glass", "a", "standard", "3980", "28.50", 20),
        ("tea", "b", "reduced", "1080", "9.90", 20),
        ("nori", "c", "reduced", "1555", "12.25", 20),
        ("last", "c", "standard", "777", "6.00", 1),
    )
    for name, merchant, tax_class, yen, dollars, quantity in plan:
        prices = {"jp": Money(Decimal(yen), "JPY"), "overseas": Money(Decimal(dollars), "USD")}
        world.goods[name] = make_goods(world, name, merchant, tax_class, prices, quantity)
    return world


def make_goods(
    world: World, name: str, merchant: str, tax_class: str, prices: dict[str, Money], quantity: int
) -> Goods:
    """Make a product with one variant, priced in the channels given and stocked with its merchant."""
    run, owner = world.run, world.merchants[merchant]
    product_id = catalogue.create_product(
        name=f"試験の{name} {run}",
        slug=f"{run}-{name}",
        product_type_id=world.site.product_type,
        category_id=world.category_id,
        tax_class_id=world.site.tax_classes[tax_class],
        merchant=f"{run}-{merchant}",
        attributes=[{"id": world.site.attributes["merchant"], "reference": owner.page_id}],
        external_reference=f"{run}-{name}",
        weight_g=300,
    )
    variant_id = catalogue.create_variant(
        product_id=product_id, sku=f"{run}-{name}", name="ひとつ", warehouse_id=owner.warehouse_id, quantity=quantity
    )
    for slug in prices:
        catalogue.list_in_channel(product_id=product_id, channel_id=world.channel(slug), is_published=True)
    catalogue.set_prices(variant_id=variant_id, prices={world.channel(slug): price for slug, price in prices.items()})
    catalogue.translate(kind="product", object_id=product_id, language="en", text=Text(name=f"Test {name} {run}"))
    return Goods(product_id, variant_id, merchant)

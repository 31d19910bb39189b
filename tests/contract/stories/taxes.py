"""Taxes of carts to Iceland: rates, exceptions of a country, the exempt, and tax apps that do not answer."""

from __future__ import annotations

from typing import Any

from tests.contract.stories.refusals import open_checkout
from tests.contract.stories.shipping import REYKJAVIK, staff
from tests.contract.world import SHOPPER, World

ICELAND = "IS"


def tell(world: World) -> None:
    configuration = _configuration(world)
    try:
        _rates(world)
        cart = _cart(world, "cart")
        _exempt(world, cart)
        _exceptions(world, configuration, cart)
        _app(world, configuration)
    finally:
        gone = {"removeCountriesConfiguration": [ICELAND]}
        _set(world, "exception_gone", configuration, **gone)
        _rate(world, "rates_gone", [{"taxClassId": None, "rate": None}])


def _configuration(world: World) -> str:
    from marketplace.saleor.client import execute

    rows = execute("TaxConfigurations", {"first": 100})["taxConfigurations"]["edges"]
    return str(next(row["node"]["id"] for row in rows if row["node"]["channel"]["slug"] == "jp"))


def _rate(world: World, case: str, rates: list[dict[str, Any]]) -> None:
    ignore = ("data.taxCountryConfigurationUpdate.taxCountryConfiguration.taxClassCountryRates",)
    said = {"country": ICELAND, "rates": rates}
    world.ask(f"taxes/{case}", "TaxRatesSet", said, token=staff(world), ignore=ignore)


def _rates(world: World) -> None:
    _rate(world, "rates_set", [{"taxClassId": None, "rate": 24}])
    _rate(world, "rates_of_no_class", [{"taxClassId": world.channel("jp"), "rate": 5}])


def _cart(world: World, case: str) -> str:
    said = open_checkout(
        world,
        lines=[world.line("glass", 1), world.line("nori", 3)],
        email=SHOPPER,
        shippingAddress=REYKJAVIK,
        billingAddress=REYKJAVIK,
    )
    answer = world.ask(f"taxes/{case}", "CartOpened", said, token=None)
    cart = str(answer["data"]["checkoutCreate"]["checkout"]["id"])
    ways = world.ask(f"taxes/{case}_ways", "CartsWays", {"id": cart}, token=None)
    offered = ways["data"]["deliveryOptionsCalculate"]["deliveries"][0]["shippingMethod"]["id"]
    world.ask(f"taxes/{case}_sent", "CartSentBy", {"id": cart, "method": offered}, token=None)
    return cart


def _exempt(world: World, cart: str) -> None:
    ask = world.ask
    ask("taxes/free", "TaxFree", {"id": cart, "free": True}, token=staff(world))
    ask("taxes/cart_free", "CartCarried", {"id": cart}, token=None)
    ask("taxes/free_no_more", "TaxFree", {"id": cart, "free": False}, token=staff(world))
    ask("taxes/cart_free_no_more", "CartCarried", {"id": cart}, token=None)


def _set(world: World, case: str, configuration: str, **said: Any) -> dict[str, Any]:
    return world.ask(f"taxes/{case}", "TaxRulesSet", {"id": configuration, "input": said}, token=staff(world))


def _exception(**said: Any) -> dict[str, Any]:
    plain = {"countryCode": ICELAND, "chargeTaxes": True, "displayGrossPrices": True}
    return {"updateCountriesConfiguration": [{**plain, **said}]}


def _exceptions(world: World, configuration: str, cart: str) -> None:
    _set(world, "exception_of_unknown_app", configuration, **_exception(taxAppId="nobody.tax"))
    both = {**_exception(), "removeCountriesConfiguration": [ICELAND]}
    _set(world, "exception_in_both_lists", configuration, **both)
    flat = {"taxCalculationStrategy": "FLAT_RATES"}
    _set(world, "nothing_charged", configuration, **_exception(chargeTaxes=False, displayGrossPrices=False, **flat))
    _cart(world, "cart_not_charged")
    _set(world, "charged_again", configuration, **_exception(**flat))
    _cart(world, "cart_charged_again")


def _app(world: World, configuration: str) -> None:
    """A country whose taxes apps say, and none of them answers."""
    _set(world, "any_app", configuration, **_exception(taxCalculationStrategy="TAX_APP"))
    _cart(world, "cart_of_any_app")

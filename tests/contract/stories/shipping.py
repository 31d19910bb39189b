"""Shipping zones, their methods and who is offered them, and collection; to Iceland, where no other story goes."""

from __future__ import annotations

import time
from typing import Any

from marketplace.saleor.types import SaleorRefused
from tests.contract.stories.refusals import open_checkout
from tests.contract.world import SHOPPER, World

REYKJAVIK = {
    "country": "IS",
    "postalCode": "101",
    "city": "Reykjavik",
    "streetAddress1": "Laugavegur 1",
    "lastName": "Tester",
    "firstName": "Hana",
}


_tokens: dict[str, tuple[float, str]] = {}


def staff(world: World) -> str:
    """Return a superuser's token of this run, the same for four minutes: sign-ins one after the other are delayed."""
    now = time.monotonic()
    since, token = _tokens.get(world.run, (0.0, ""))
    while not token or now - since > 240:
        try:
            since, token = now, world.admin
        except SaleorRefused:
            time.sleep(2)
    _tokens[world.run] = since, token
    return token


def tell(world: World) -> None:
    zone = _zones(world)
    try:
        method = _methods(world, zone)
        _prices(world, method)
        _offers(world, method)
    finally:
        world.ask("shipping/zone_dropped", "ZoneDrop", {"id": zone}, token=staff(world))
    _collection(world)


def _zone(world: World, case: str, **said: Any) -> Any:
    answer = world.ask(f"shipping/{case}", "ZoneMake", {"input": said}, token=staff(world))
    return answer["data"]["shippingZoneCreate"]["shippingZone"]


def _zones(world: World) -> str:
    jp, warehouse = world.channel("jp"), world.merchants["a"].warehouse_id
    _zone(world, "zone_nameless", name="", countries=["IS"])
    _zone(world, "zone_of_strange_warehouse", name="Iceland", countries=["IS"], addWarehouses=[warehouse])
    made = _zone(
        world,
        "zone_made",
        name=f"Iceland {world.run}",
        description="far away",
        countries=["IS", "FO"],
        addChannels=[jp],
        addWarehouses=[warehouse],
    )
    zone = str(made["id"])
    for case, change in (
        ("zone_in_both_lists", {"addChannels": [jp], "removeChannels": [jp]}),
        ("zone_renamed", {"name": f"Iceland alone {world.run}", "countries": ["IS"]}),
        ("zone_renamed_to_nothing", {"name": ""}),
        ("zone_without_warehouse", {"removeWarehouses": [warehouse]}),
    ):
        world.ask(f"shipping/{case}", "ZoneChange", {"id": zone, "input": change}, token=staff(world))
    world.ask("shipping/zone_seen", "ZoneSeen", {"id": zone, "channel": "jp"}, token=staff(world))
    found = {"filter": {"search": f"alone {world.run}"}, "channel": "jp"}
    world.ask("shipping/zones_found", "ZonesFound", found, token=staff(world))
    elsewhere = {"filter": {"search": world.run, "channels": [world.channel("overseas")]}}
    world.ask("shipping/zones_found_elsewhere", "ZonesFound", elsewhere, token=staff(world))
    return zone


def _make(world: World, case: str, **said: Any) -> Any:
    answer = world.ask(f"shipping/{case}", "ShippingMake", {"input": said}, token=staff(world))
    return answer["data"]["shippingPriceCreate"]["shippingMethod"]


def _methods(world: World, zone: str) -> str:
    plain = {"shippingZone": zone, "name": "Ship", "type": "PRICE"}
    _make(world, "method_nameless", **{**plain, "name": ""})
    _make(world, "method_without_type", shippingZone=zone, name="Ship")
    _make(world, "method_without_zone", name="Ship", type="PRICE")
    _make(world, "method_late_before_early", **plain, minimumDeliveryDays=5, maximumDeliveryDays=2)
    _make(world, "method_days_below_zero", **plain, minimumDeliveryDays=-1)
    _make(world, "method_light_over_heavy", **plain, minimumOrderWeight=3, maximumOrderWeight=2)
    _make(world, "method_codes_of_no_kind", **plain, addPostalCodeRules=[{"start": "100", "end": "199"}])
    made = _make(
        world,
        "method_made",
        **plain,
        minimumDeliveryDays=7,
        maximumDeliveryDays=30,
        addPostalCodeRules=[{"start": "100", "end": "199"}],
        inclusionType="INCLUDE",
        taxClass=world.site.tax_classes["reduced"],
    )
    method = str(made["id"])
    world.ask(
        "shipping/method_codes_twice",
        "ShippingChange",
        {"id": method, "input": {"addPostalCodeRules": [{"start": "100", "end": "199"}], "inclusionType": "INCLUDE"}},
        token=staff(world),
    )
    change = {"name": "Slow ship", "maximumDeliveryDays": 40}
    world.ask("shipping/method_changed", "ShippingChange", {"id": method, "input": change}, token=staff(world))
    return method


def _listed(world: World, case: str, method: str, **said: Any) -> None:
    world.ask(f"shipping/{case}", "ShippingPriced", {"id": method, "input": said}, token=staff(world))


def _prices(world: World, method: str) -> None:
    jp, overseas = world.channel("jp"), world.channel("overseas")
    _listed(world, "priced_in_strange_channel", method, addChannels=[{"channelId": overseas, "price": 10}])
    _listed(world, "priced_at_nothing_said", method, addChannels=[{"channelId": jp}])
    _listed(world, "priced_with_decimals", method, addChannels=[{"channelId": jp, "price": "500.5"}])
    limits = {"minimumOrderPrice": 3000, "maximumOrderPrice": 2000}
    _listed(world, "priced_least_over_most", method, addChannels=[{"channelId": jp, "price": 900, **limits}])
    limits = {"minimumOrderPrice": 2000, "maximumOrderPrice": 9000}
    _listed(world, "priced", method, addChannels=[{"channelId": jp, "price": 900, **limits}])
    _listed(world, "priced_anew", method, addChannels=[{"channelId": jp, "price": 800}])


def _cart(world: World, case: str, quantity: int, **address: Any) -> str:
    where = {**REYKJAVIK, **address}
    said = open_checkout(world, lines=[world.line("nori", quantity)], email=SHOPPER, shippingAddress=where)
    answer = world.ask(f"shipping/{case}", "CartOpened", said, token=None)
    return str(answer["data"]["checkoutCreate"]["checkout"]["id"])


def _ways(world: World, case: str, cart: str) -> list[dict[str, Any]]:
    answer = world.ask(f"shipping/{case}", "CartsWays", {"id": cart}, token=None)
    return [row["shippingMethod"] for row in answer["data"]["deliveryOptionsCalculate"]["deliveries"]]


def _offers(world: World, method: str) -> None:
    ask = world.ask
    _ways(world, "ways_of_too_little", _cart(world, "cart_of_too_little", 1))
    _ways(world, "ways_of_too_much", _cart(world, "cart_of_too_much", 6))
    _ways(world, "ways_past_the_codes", _cart(world, "cart_past_the_codes", 2, postalCode="600"))
    cart = _cart(world, "cart", 2)
    own = next(row for row in _ways(world, "ways", cart) if row["name"] == "Slow ship")
    ask("shipping/sent_by_own", "CartSentBy", {"id": cart, "method": own["id"]}, token=None)
    ask("shipping/sent_by_nothing_known", "CartSentBy", {"id": cart, "method": world.channel("jp")}, token=None)
    line = [world.goods["nori"].product_id]
    ask("shipping/excluded", "ShippingExcludes", {"id": method, "products": line}, token=staff(world))
    _ways(world, "ways_of_excluded", cart)
    ask("shipping/sent_by_excluded", "CartSentBy", {"id": cart, "method": own["id"]}, token=None)
    ask("shipping/included", "ShippingIncludes", {"id": method, "products": line}, token=staff(world))
    heavy = {"type": "WEIGHT", "minimumOrderWeight": 0.5, "maximumOrderWeight": 0.7}
    ask("shipping/method_by_weight", "ShippingChange", {"id": method, "input": heavy}, token=staff(world))
    _ways(world, "ways_by_weight", cart)
    _ways(world, "ways_of_too_light", _cart(world, "cart_too_light", 1))
    ask("shipping/sent_by_nobody", "CartSentBy", {"id": cart, "method": None}, token=None)
    _listed(world, "priced_no_more", method, removeChannels=[world.channel("jp")])
    _ways(world, "ways_no_more", cart)
    ask("shipping/method_dropped", "ShippingDrop", {"id": method}, token=staff(world))


def _collection(world: World) -> None:
    ask, warehouse = world.ask, world.merchants["c"].warehouse_id
    said = open_checkout(world, lines=[world.line("nori", 2)], email=SHOPPER, billingAddress=REYKJAVIK)
    answer = ask("shipping/cart_to_collect", "CartOpened", said, token=None)
    cart = str(answer["data"]["checkoutCreate"]["checkout"]["id"])
    ask("shipping/collected_nowhere", "CartSentBy", {"id": cart, "method": warehouse}, token=None)
    closed = {"clickAndCollectOption": "LOCAL"}
    ask("shipping/private_but_collected", "WarehouseOpened", {"id": warehouse, "input": closed}, token=staff(world))
    opened = {"clickAndCollectOption": "LOCAL", "isPrivate": False}
    ask("shipping/opened", "WarehouseOpened", {"id": warehouse, "input": opened}, token=staff(world))
    try:
        ask("shipping/points", "CartCarried", {"id": cart}, token=None)
        both = open_checkout(world, lines=[world.line("nori", 1), world.line("tea", 1)], email=SHOPPER)
        answer = ask("shipping/cart_of_two_places", "CartOpened", both, token=None)
        two = str(answer["data"]["checkoutCreate"]["checkout"]["id"])
        ask("shipping/points_of_two_places", "CartCarried", {"id": two}, token=None)
        everywhere = {"clickAndCollectOption": "ALL"}
        ask("shipping/opened_to_all", "WarehouseOpened", {"id": warehouse, "input": everywhere}, token=staff(world))
        ask("shipping/points_to_all", "CartCarried", {"id": two}, token=None)
    finally:
        shut = {"clickAndCollectOption": "DISABLED", "isPrivate": True}
        ask("shipping/shut", "WarehouseOpened", {"id": warehouse, "input": shut}, token=staff(world))

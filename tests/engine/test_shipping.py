"""Zones and methods as staff set them up, what carts are offered, and goods that are collected."""

from __future__ import annotations

import json
from typing import Any

import pytest

from infra.engine.checkout.completion import complete_checkout
from infra.engine.checkout.models import Checkout
from infra.engine.schema.context import ANONYMOUS
from infra.engine.shipping.postal_codes import is_in_range
from infra.engine.warehouses.models import Stock, Warehouse
from tests.engine.asking import ask, data_of, staff_token
from tests.engine.commerce import TOKYO, make_channel, make_checkout, make_variant, make_warehouse
from tests.engine.desk import TOKYO as HOME
from tests.engine.listener import LISTENER
from tests.engine.test_deliveries import make_webhook, soon
from tests.engine.test_taxes import gid

pytestmark = pytest.mark.django_db(databases=["default", "engine"])
ZONE = """id name description default countries { code country } channels { slug countries { code } }
  metadata { key value } metafield(key: "k") metafields privateMetadata { key value } privateMetafield(key: "p")
  privateMetafields
  warehouses { slug shippingZones(first: 2) { totalCount pageInfo { hasNextPage } edges { cursor node { name } } } }
  shippingMethods { id name } priceRange { start { amount } stop { amount } }"""
METHOD = """id name description type minimumDeliveryDays maximumDeliveryDays taxClass { name }
  metadata { key value } metafield(key: "k") metafields privateMetadata { key value } privateMetafield(key: "p")
  privateMetafields
  minimumOrderWeight { unit value } maximumOrderWeight { unit value }
  minimumOrderPrice { amount } maximumOrderPrice { amount }
  postalCodeRules { id start end inclusionType }
  excludedProducts(first: 3) { edges { node { id } } }
  channelListings { id channel { slug } price { amount currency } minimumOrderPrice { amount }
    maximumOrderPrice { amount } }"""
ERRORS = "errors { field code channels warehouses }"


class Staff:
    """Staff that makes zones and methods by mutations."""

    def __init__(self, channel: Any) -> None:
        self.token, self.channel = staff_token(), channel

    def do(self, field: str, types: str, **said: Any) -> Any:
        names = ", ".join(f"{name}: ${name}" for name in said)
        text = f"mutation({types}) {{ {field.split(' ', 1)[0]}({names}) {{ {field.split(' ', 1)[1]} {ERRORS} }} }}"
        return next(iter(data_of(text, said, token=self.token).values()))

    def zone(self, *countries: str, **more: Any) -> Any:
        said = {"name": "Asia", "countries": list(countries), "addChannels": [gid("Channel", self.channel.pk)], **more}
        answer = self.do(
            f"shippingZoneCreate shippingZone {{ {ZONE} }}", "$input: ShippingZoneCreateInput!", input=said
        )
        return answer["shippingZone"]

    def method(self, zone: str, price: Any = 500, limits: dict[str, Any] | None = None, **more: Any) -> Any:
        said = {"shippingZone": zone, "name": "Post", "type": "PRICE", **more}
        made = self.do(
            f"shippingPriceCreate shippingMethod {{ {METHOD} }} shippingZone {{ name }}",
            "$input: ShippingPriceInput!",
            input=said,
        )["shippingMethod"]
        listing = {"channelId": gid("Channel", self.channel.pk), "price": price, **(limits or {})}
        return self.do(
            f"shippingMethodChannelListingUpdate shippingMethod {{ {METHOD} }}",
            "$id: ID!, $input: ShippingMethodChannelListingInput!",
            id=made["id"],
            input={"addChannels": [listing]},
        )["shippingMethod"]


@pytest.fixture
def staff(app_double: Any) -> Staff:
    return Staff(make_channel())


def offered(cart: Checkout) -> list[tuple[str, float]]:
    text = """mutation($id: ID!) { deliveryOptionsCalculate(id: $id) {
      deliveries { shippingMethod { id name price { amount } } } errors { code } } }"""
    rows = data_of(text, {"id": gid("Checkout", cart.pk)})["deliveryOptionsCalculate"]["deliveries"]
    return [(row["shippingMethod"]["name"], row["shippingMethod"]["price"]["amount"]) for row in rows]


def choose(cart: Checkout, method: str | None) -> Any:
    text = """mutation($id: ID!, $m: ID) { checkoutDeliveryMethodUpdate(id: $id, deliveryMethodId: $m) {
      checkout { deliveryMethod { ... on Warehouse { slug } ... on ShippingMethod { id name } }
        shippingAddress { city } shippingPrice { gross { amount } net { amount } } }
      errors { field code } } }"""
    return ask(text, {"id": gid("Checkout", cart.pk), "m": method})["data"]["checkoutDeliveryMethodUpdate"]


def test_zones_and_methods_are_shown_as_they_were_set_up(staff: Staff) -> None:
    warehouse = make_warehouse(staff.channel)
    zone = staff.zone("KR", "JP", description="near", addWarehouses=[gid("Warehouse", warehouse.pk)])
    words = json.dumps({"blocks": [{"type": "paragraph", "data": {"text": "slow"}}]})
    rules = {"addPostalCodeRules": [{"start": "100", "end": "199"}], "inclusionType": "INCLUDE"}
    weights = {"minimumOrderWeight": 1, "maximumOrderWeight": {"unit": "G", "value": 2500}}
    days = {"minimumDeliveryDays": 2, "maximumDeliveryDays": 4}
    method = staff.method(
        zone["id"],
        800,
        {"minimumOrderPrice": 10, "maximumOrderPrice": 900},
        description=words,
        **rules,
        **weights,
        **days,
    )

    assert [row["code"] for row in zone["countries"]] == ["JP", "KR"] and zone["description"] == "near"
    assert zone["channels"] == [{"slug": staff.channel.slug, "countries": [{"code": "JP"}, {"code": "KR"}]}]
    assert zone["warehouses"][0]["shippingZones"]["edges"][0]["node"] == {"name": "Asia"}
    assert method["minimumOrderWeight"] == {"unit": "KG", "value": 1.0}
    assert method["maximumOrderWeight"] == {"unit": "KG", "value": 2.5}
    assert (method["minimumDeliveryDays"], method["maximumDeliveryDays"]) == (2, 4)
    assert method["postalCodeRules"][0]["inclusionType"] == "INCLUDE"
    listing = method["channelListings"][0]
    assert listing["price"] == {"amount": 800, "currency": "JPY"} and listing["maximumOrderPrice"] == {"amount": 900}
    seen = data_of(
        f"query($id: ID!, $c: String) {{ shippingZone(id: $id, channel: $c) {{ {ZONE}"
        f" m: shippingMethods {{ {METHOD} }} }}"
        ' shippingZones(first: 3, filter: {search: "asi"}, channel: $c) { totalCount } }',
        {"id": zone["id"], "c": staff.channel.slug},
        token=staff.token,
    )
    assert seen["shippingZones"] == {"totalCount": 1}
    assert seen["shippingZone"]["priceRange"] == {"start": {"amount": 800}, "stop": {"amount": 800}}
    assert seen["shippingZone"]["m"][0]["minimumOrderPrice"] == {"amount": 10}


def test_carts_are_offered_what_their_price_weight_address_and_goods_allow(staff: Staff) -> None:
    zone = staff.zone("JP")["id"]
    variant = make_variant(staff.channel, price=1000, stock={make_warehouse(staff.channel): 9}, weight_g=400)
    by_price = staff.method(zone, 500, {"minimumOrderPrice": 2000}, name="By price")
    staff.method(zone, 300, name="By weight", type="WEIGHT", maximumOrderWeight=0.5)
    staff.method(zone, 400, name="Elsewhere", addPostalCodeRules=[{"start": "100"}], inclusionType="EXCLUDE")
    staff.method(staff.zone("US", name="America")["id"], 1, name="America")
    light, heavy = (
        make_checkout(staff.channel, {variant: 1}, delivery=None),
        make_checkout(staff.channel, {variant: 2}, delivery=None),
    )

    assert offered(light) == [("By weight", 300)]
    assert offered(heavy) == [("By price", 500)]

    staff.do(
        f"shippingPriceExcludeProducts shippingMethod {{ {METHOD} }}",
        "$id: ID!, $input: ShippingPriceExcludeProductsInput!",
        id=by_price["id"],
        input={"products": [gid("Product", variant.product_id)]},
    )
    assert offered(heavy) == []
    staff.do(
        f"shippingPriceRemoveProductFromExclude shippingMethod {{ {METHOD} }}",
        "$id: ID!, $products: [ID!]!",
        id=by_price["id"],
        products=[gid("Product", variant.product_id)],
    )
    assert offered(heavy) == [("By price", 500)]
    chosen = choose(heavy, gid("ShippingMethod", _pk(by_price["id"])))
    assert chosen["checkout"]["shippingPrice"] == {"gross": {"amount": 500}, "net": {"amount": 455}}
    order = complete_checkout(checkout_id=heavy.pk, requestor=ANONYMOUS)
    assert order.shipping_gross == 500 and order.private_metadata == {}


def _pk(node: str) -> str:
    import base64

    return base64.b64decode(node).decode().split(":")[1]


def test_methods_have_names_in_other_languages(staff: Staff) -> None:
    method = staff.method(staff.zone("JP")["id"])
    variant = make_variant(staff.channel, stock={make_warehouse(staff.channel): 1})
    shown = """translation(languageCode: JA) { id name description language { code }
      translatableContent { id shippingMethodId name description } }"""
    words = json.dumps({"blocks": []})
    text = f"""mutation($id: ID!, $i: ShippingPriceTranslationInput!) {{
      shippingPriceTranslate(id: $id, languageCode: JA, input: $i) {{
        shippingMethod {{ {shown} }} errors {{ field code }} }} }}"""
    said = {"id": method["id"], "i": {"name": "郵便", "description": words}}

    answer = data_of(text, said, token=staff.token)["shippingPriceTranslate"]["shippingMethod"]["translation"]

    assert (answer["name"], answer["language"]) == ("郵便", {"code": "JA"})
    assert answer["translatableContent"]["shippingMethodId"] == method["id"]
    cart = make_checkout(staff.channel, {variant: 1}, delivery=None)
    offers = data_of(
        "mutation($id: ID!) { deliveryOptionsCalculate(id: $id) { deliveries { shippingMethod {" + shown + "} } } }",
        {"id": gid("Checkout", cart.pk)},
    )["deliveryOptionsCalculate"]["deliveries"]
    assert offers[0]["shippingMethod"]["translation"] == answer
    refused = ask(text, {**said, "id": gid("ShippingMethodType", 0)}, token=staff.token)["data"]
    assert refused["shippingPriceTranslate"]["errors"] == [{"field": "id", "code": "NOT_FOUND"}]


def test_a_channel_without_methods_of_its_own_asks_for_none(staff: Staff) -> None:
    method = staff.method(staff.zone("JP")["id"])
    staff.channel.refresh_from_db()
    assert staff.channel.has_shipping_methods

    staff.do("shippingPriceDelete shippingMethod { id } shippingZone { name }", "$id: ID!", id=method["id"])

    staff.channel.refresh_from_db()
    assert not staff.channel.has_shipping_methods


def test_changes_of_zones_and_methods_are_told(staff: Staff) -> None:
    from infra.engine.deliveries.worker import run_due

    names = [f"SHIPPING_{kind}_{what}" for kind in ("ZONE", "PRICE") for what in ("CREATED", "UPDATED", "DELETED")]
    header = "issuedAt version recipient { id } issuingPrincipal { __typename }"
    parts = [
        f"... on ShippingZone{what} {{ {header} shippingZone {{ name }} }}"
        for what in ("Created", "Updated", "Deleted")
    ]
    parts += [
        f"... on ShippingPrice{what} {{ {header} shippingMethod {{ name }} shippingZone {{ name }} }}"
        for what in ("Created", "Updated", "Deleted")
    ]
    query = f"subscription {{ event {{ __typename {' '.join(parts)} }} }}"
    make_webhook(*names, query=query, permissions=("MANAGE_SHIPPING",))
    zone = staff.zone("JP")["id"]
    method = staff.method(zone)["id"]
    staff.do("shippingPriceDelete shippingMethod { id }", "$id: ID!", id=method)
    update = "$id: ID!, $input: ShippingZoneUpdateInput!"
    staff.do(
        "shippingZoneUpdate shippingZone { name default }", update, id=zone, input={"name": "Far", "default": True}
    )
    staff.do("shippingZoneDelete shippingZone { id }", "$id: ID!", id=zone)

    run_due(now=soon())

    told = [body["__typename"] for body in LISTENER.bodies("/hook")]
    assert sorted(told) == sorted(
        ["ShippingZoneCreated", "ShippingPriceCreated", "ShippingPriceUpdated", "ShippingPriceDeleted"]
        + ["ShippingZoneUpdated", "ShippingZoneDeleted"]
    )


@pytest.mark.parametrize(
    ("country", "code", "start", "end", "is_in"),
    [
        ("GB", "BH20 2BC", "BH3 5DF", "BH20 2BC", True),
        ("GB", "BH2 2BC", "BH3 5DF", "BH20 2BC", False),
        ("GB", "nonsense", "BH3 5DF", None, False),
        ("IE", "A65 2F0A", "A61 2F0G", "A65 2F0A", True),
        ("JP", "130-8640", "130", "131", True),
        ("JP", "129-0000", "130", None, False),
        ("JP", "", "130", None, False),
    ],
)
def test_postal_codes_are_compared_as_their_country_writes_them(
    country: str, code: str, start: str, end: str | None, is_in: bool
) -> None:
    assert is_in_range(country=country, code=code, start=start, end=end) is is_in


POINTS = "query($id: ID!) { checkout(id: $id) { availableCollectionPoints { slug } } }"


def points(cart: Checkout) -> list[str]:
    rows = data_of(POINTS, {"id": gid("Checkout", cart.pk)})["checkout"]["availableCollectionPoints"]
    return sorted(row["slug"] for row in rows)


def test_goods_are_collected_where_all_of_them_are_or_can_be_sent(staff: Staff) -> None:
    local = make_warehouse(staff.channel, slug="local", click_and_collect_option="LOCAL", is_private=False)
    other = make_warehouse(staff.channel, slug="other", click_and_collect_option="ALL")
    make_warehouse(slug="of-no-channel", click_and_collect_option="ALL")
    variant = make_variant(staff.channel, price=1000, stock={local: 2, other: 1})
    one, three = (make_checkout(staff.channel, {variant: n}, delivery=None, shipping_address=None) for n in (2, 3))

    assert points(one) == ["local", "other"] and points(three) == ["other"]
    refused = choose(three, gid("Warehouse", local.pk))
    assert refused["errors"] == [{"field": "deliveryMethodId", "code": "DELIVERY_METHOD_NOT_APPLICABLE"}]
    chosen = choose(one, gid("Warehouse", local.pk))["checkout"]
    assert chosen["deliveryMethod"] == {"slug": "local"} and chosen["shippingPrice"]["gross"] == {"amount": 0}
    assert choose(one, None)["checkout"]["shippingAddress"] is None
    choose(one, gid("Warehouse", local.pk))
    moved = """mutation($id: ID!, $a: AddressInput!) { checkoutShippingAddressUpdate(id: $id, shippingAddress: $a) {
      errors { field code } } }"""
    barred = ask(moved, {"id": gid("Checkout", one.pk), "a": HOME})["data"]["checkoutShippingAddressUpdate"]["errors"]
    assert barred == [{"field": "shippingAddress", "code": "SHIPPING_CHANGE_FORBIDDEN"}]

    order = complete_checkout(checkout_id=one.pk, requestor=ANONYMOUS)

    assert (order.collection_point, order.collection_point_name, order.delivery) == (local, "local", None)
    assert order.shipping_address["city"] == TOKYO["city"]
    assert Stock.objects.get(warehouse=local).quantity_allocated == 2


def test_stocks_are_set_in_bulk_by_ids_or_by_references(staff: Staff) -> None:
    warehouse = make_warehouse(staff.channel, external_reference="w-1")
    variant = make_variant(staff.channel, stock={warehouse: 1}, external_reference="v-1")
    text = """mutation($s: [StockBulkUpdateInput!]!, $p: ErrorPolicyEnum) {
      stockBulkUpdate(stocks: $s, errorPolicy: $p) {
      count results { stock { id quantity quantityReserved productVariant { id } } errors { field code } }
      errors { field code } } }"""
    known = {"variantExternalReference": "v-1", "warehouseExternalReference": "w-1", "quantity": 7}
    unknown = {**known, "warehouseExternalReference": "nowhere"}

    def send(policy: str, *stocks: Any) -> Any:
        return ask(text, {"s": stocks, "p": policy}, token=staff.token)["data"]["stockBulkUpdate"]

    assert send("REJECT_EVERYTHING", known, unknown)["count"] == 0 and Stock.objects.get().quantity == 1
    partly = send("REJECT_FAILED_ROWS", known, unknown)
    assert partly["count"] == 1 and partly["results"][0]["stock"]["quantity"] == 7
    assert partly["results"][1] == {"stock": None, "errors": [{"field": None, "code": "NOT_FOUND"}]}
    by_id = {
        "variantId": gid("ProductVariant", variant.pk),
        "warehouseId": gid("Warehouse", warehouse.pk),
        "quantity": 4,
    }
    assert send("REJECT_EVERYTHING", by_id, known)["errors"] == [{"field": None, "code": "GRAPHQL_ERROR"}]
    assert send("IGNORE_FAILED", {**by_id, "variantId": "nonsense"})["results"][0]["errors"][0]["field"] == "variantId"
    assert send("REJECT_EVERYTHING", by_id)["count"] == 1 and Stock.objects.get().quantity == 4
    seen = data_of(
        'query($id: ID!) { stock(id: $id) { quantity } stocks(first: 2, filter: {search: "wh", quantity: 4}) {'
        " totalCount edges { node { id } cursor } pageInfo { endCursor } } }",
        {"id": gid("Stock", Stock.objects.get().pk)},
        token=staff.token,
    )
    assert seen["stock"] == {"quantity": 4} and seen["stocks"]["totalCount"] == 1


def test_warehouses_are_linked_to_zones_reordered_and_taken_away(staff: Staff) -> None:
    first, second = make_warehouse(staff.channel, slug="a"), make_warehouse(staff.channel, slug="b")
    zone = staff.zone("JP")["id"]
    linked = "warehouse { slug shippingZones(first: 1) { totalCount } } errors { field code shippingZones }"
    text = "mutation($id: ID!, $z: [ID!]!) { %s(id: $id, shippingZoneIds: $z) { %s } }"
    ids = {"id": gid("Warehouse", first.pk), "z": [zone]}
    for name, count in (("assignWarehouseShippingZone", 1), ("unassignWarehouseShippingZone", 0)):
        answer = data_of(text % (name, linked), ids, token=staff.token)[name]
        assert answer["warehouse"] == {"slug": "a", "shippingZones": {"totalCount": count}}
    strange = {"id": gid("Warehouse", make_warehouse().pk), "z": [zone]}
    refused = ask(text % ("assignWarehouseShippingZone", linked), strange, token=staff.token)["data"]
    assert refused["assignWarehouseShippingZone"]["errors"][0]["code"] == "INVALID"
    moved = data_of(
        """mutation($c: ID!, $m: [ReorderInput!]!) { channelReorderWarehouses(channelId: $c, moves: $m) {
          channel { warehouses { slug } } errors { field code } } }""",
        {"c": gid("Channel", staff.channel.pk), "m": [{"id": gid("Warehouse", second.pk), "sortOrder": -1}]},
        token=staff.token,
    )["channelReorderWarehouses"]
    assert [row["slug"] for row in moved["channel"]["warehouses"]] == ["b", "a"]
    gone = "mutation($id: ID!) { deleteWarehouse(id: $id) { warehouse { id slug } errors { field code } } }"
    data_of(gone, {"id": gid("Warehouse", first.pk)}, token=staff.token)
    assert not Warehouse.objects.filter(pk=first.pk).exists()

"""A small shop made over GraphQL alone, so that two engines hold the same goods: 24 products of three variants."""

from __future__ import annotations

import io
import json
import urllib.request
from dataclasses import dataclass
from typing import Any

from PIL import Image

PRODUCTS, VARIANTS = 24, 3
ADDRESS = {
    "country": "JP",
    "postalCode": "130-0011",
    "countryArea": "東京都",
    "city": "墨田区",
    "streetAddress1": "石原1-1-1",
    "firstName": "花子",
    "lastName": "見本",
}


@dataclass(frozen=True, slots=True)
class Shop:
    """What the cases ask for. `token` is an app's, which may report payments."""

    channel: str
    slug: str
    variants: list[str]
    token: str


class Owner:
    """A superuser at one engine."""

    def __init__(self, url: str, email: str, password: str) -> None:
        self.url = url
        self.token = ""
        asked = "mutation($e: String!, $p: String!) { tokenCreate(email: $e, password: $p) { token errors { code } } }"
        self.token = self.ask(asked, e=email, p=password)["token"]

    def ask(self, document: str, **variables: Any) -> Any:
        """Send one operation with one root field and return that field's answer. Raises on any error in it."""
        return self._checked(json.dumps({"query": document, "variables": variables}).encode(), "application/json")

    def upload(self, document: str, picture: bytes, **variables: Any) -> Any:
        """As `ask`, with a PNG as the variable `image` (GraphQL multipart request)."""
        operations = json.dumps({"query": document, "variables": {**variables, "image": None}})
        parts = [("operations", "", operations.encode()), ("map", "", b'{"0": ["variables.image"]}')]
        parts.append(("0", '; filename="picture.png"\r\nContent-Type: image/png', picture))
        body = b"".join(
            f'--bench\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n'.encode() + content + b"\r\n"
            for name, more, content in parts
        )
        return self._checked(body + b"--bench--\r\n", "multipart/form-data; boundary=bench")

    def _checked(self, body: bytes, content_type: str) -> Any:
        headers = {"Content-Type": content_type} | ({"Authorization": f"JWT {self.token}"} if self.token else {})
        request = urllib.request.Request(self.url, body, headers)
        with urllib.request.urlopen(request, timeout=60) as response:
            answer = json.load(response)
        found = next(iter((answer.get("data") or {}).values()), None)
        if answer.get("errors") or found is None or found.get("errors"):
            raise RuntimeError(f"{self.url}: {json.dumps(answer, ensure_ascii=False)[:800]}")
        return found


def make_shop(owner: Owner, run: str) -> Shop:
    """Make the shop; `run` keeps its slugs apart from those of other runs."""
    channel = _channel(owner, run)
    warehouse = _delivery(owner, run, channel)
    product_type = _product_type(owner, run)
    create = "mutation($i: CategoryInput!) { categoryCreate(input: $i) { category { id } errors { field message } } }"
    category = owner.ask(create, i={"name": f"器 {run}", "slug": f"{run}-vessels"})["category"]["id"]
    variants: list[str] = []
    for number in range(PRODUCTS):
        variants += _product(owner, run, number, channel, warehouse, product_type, category)
    return Shop(f"{run}-jp", f"{run}-vessel-0", variants, _app(owner, run))


def _channel(owner: Owner, run: str) -> str:
    document = "mutation($i: ChannelCreateInput!) { channelCreate(input: $i) { channel { id } errors { message } } }"
    fields = {"name": run, "slug": f"{run}-jp", "currencyCode": "JPY", "defaultCountry": "JP", "isActive": True}
    return str(owner.ask(document, i=fields)["channel"]["id"])


def _delivery(owner: Owner, run: str, channel: str) -> str:
    """Make a warehouse, a zone and a method of delivery with its price; return the warehouse."""
    document = (
        "mutation($i: WarehouseCreateInput!) { createWarehouse(input: $i) { warehouse { id } errors { message } } }"
    )
    place = {"name": run, "slug": f"{run}-wh", "address": {**ADDRESS, "companyName": run}}
    warehouse = str(owner.ask(document, i=place)["warehouse"]["id"])
    document = """mutation($id: ID!, $i: ChannelUpdateInput!) {
        channelUpdate(id: $id, input: $i) { channel { id } errors { message } } }"""
    owner.ask(document, id=channel, i={"addWarehouses": [warehouse]})
    document = """mutation($i: ShippingZoneCreateInput!) {
        shippingZoneCreate(input: $i) { shippingZone { id } errors { message } } }"""
    zone = {"name": run, "countries": ["JP"], "addWarehouses": [warehouse], "addChannels": [channel]}
    zone_id = owner.ask(document, i=zone)["shippingZone"]["id"]
    document = """mutation($i: ShippingPriceInput!) {
        shippingPriceCreate(input: $i) { shippingMethod { id } errors { message } } }"""
    method = owner.ask(document, i={"name": run, "shippingZone": zone_id, "type": "PRICE"})["shippingMethod"]["id"]
    document = """mutation($id: ID!, $i: ShippingMethodChannelListingInput!) {
        shippingMethodChannelListingUpdate(id: $id, input: $i) { shippingMethod { id } errors { message } } }"""
    price = {"channelId": channel, "price": 880, "minimumOrderPrice": 0}
    owner.ask(document, id=method, i={"addChannels": [price]})
    return warehouse


def _product_type(owner: Owner, run: str) -> dict[str, str]:
    """Make a product type with an attribute of its products and one of its variants; return the three ids."""
    document = (
        "mutation($i: AttributeCreateInput!) { attributeCreate(input: $i) { attribute { id } errors { message } } }"
    )
    made = {}
    for name, values in (("glaze", ["青磁", "白磁"]), ("size", [f"寸{number}" for number in range(VARIANTS)])):
        fields: dict[str, Any] = {"name": f"{name} {run}", "slug": f"{run}-{name}", "type": "PRODUCT_TYPE"}
        fields |= {"inputType": "DROPDOWN", "values": [{"name": each} for each in values]}
        made[name] = owner.ask(document, i=fields)["attribute"]["id"]
    document = (
        "mutation($i: ProductTypeInput!) { productTypeCreate(input: $i) { productType { id } errors { message } } }"
    )
    kind = {"name": run, "slug": f"{run}-type", "hasVariants": True, "isShippingRequired": True}
    kind |= {"productAttributes": [made["glaze"]], "variantAttributes": [made["size"]]}
    return {**made, "type": owner.ask(document, i=kind)["productType"]["id"]}


def _product(
    owner: Owner, run: str, number: int, channel: str, warehouse: str, kind: dict[str, str], category: str
) -> list[str]:
    """Make one product with its picture, variants, stock and prices; return its variants' ids."""
    document = (
        "mutation($i: ProductCreateInput!) { productCreate(input: $i) { product { id } errors { field message } } }"
    )
    fields: dict[str, Any] = {"name": f"湯呑 {number:02} {run}", "slug": f"{run}-vessel-{number}"}
    fields |= {"productType": kind["type"], "category": category}
    fields |= {"attributes": [{"id": kind["glaze"], "dropdown": {"value": "青磁"}}]}
    product = owner.ask(document, i=fields)["product"]["id"]
    document = """mutation($p: ID!, $image: Upload!) {
        productMediaCreate(input: {product: $p, image: $image, alt: "湯呑"}) { product { id } errors { message } } }"""
    owner.upload(document, _picture(number), p=product)
    document = """mutation($id: ID!, $i: ProductChannelListingUpdateInput!) {
        productChannelListingUpdate(id: $id, input: $i) { product { id } errors { field message } } }"""
    listing = {"channelId": channel, "isPublished": True, "isAvailableForPurchase": True, "visibleInListings": True}
    owner.ask(document, id=product, i={"updateChannels": [listing]})
    document = """mutation($p: ID!, $v: [ProductVariantBulkCreateInput!]!) {
        productVariantBulkCreate(product: $p, variants: $v) {
            results { productVariant { id } errors { field message } } errors { message } } }"""
    wanted = [
        {
            "sku": f"{run}-{number}-{size}",
            "name": f"寸{size}",
            "attributes": [{"id": kind["size"], "dropdown": {"value": f"寸{size}"}}],
            "stocks": [{"warehouse": warehouse, "quantity": 1_000_000}],
            "channelListings": [{"channelId": channel, "price": 1000 + 100 * size + number}],
        }
        for size in range(VARIANTS)
    ]
    answer = owner.ask(document, p=product, v=wanted)
    return [each["productVariant"]["id"] for each in answer["results"]]


def _picture(number: int) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (640, 480), (40 + number * 8, 120, 160)).save(target, "PNG")
    return target.getvalue()


def _app(owner: Owner, run: str) -> str:
    document = "mutation($i: AppInput!) { appCreate(input: $i) { authToken errors { field message } } }"
    rights = ["HANDLE_PAYMENTS", "MANAGE_CHECKOUTS", "MANAGE_ORDERS"]
    return str(owner.ask(document, i={"name": run, "permissions": rights})["authToken"])

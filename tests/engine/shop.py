"""A shop made by mutations alone, and an upload as clients send it."""

from __future__ import annotations

import json
from io import BytesIO

from PIL import Image

from infra.engine.handler import handle
from tests.engine.asking import OPERATIONS, data_of, staff_token, whole_operation


class Shop:
    """A channel in yen with a merchant's page, a type with its attributes and a warehouse, all made by mutations."""

    def __init__(self):
        self.token = staff_token()
        self.channel = self.make(
            "channelCreate(input: $i) { channel { id slug }",
            "ChannelCreateInput",
            {"name": "jp", "slug": "jp", "currencyCode": "JPY", "defaultCountry": "JP", "isActive": True},
        )["channel"]["id"]
        tax = self.make(
            "taxClassCreate(input: $i) { taxClass { id }",
            "TaxClassCreateInput",
            {"name": "standard", "createCountryRates": [{"countryCode": "JP", "rate": 10}]},
        )["taxClass"]["id"]
        page_type = self.make(
            "pageTypeCreate(input: $i) { pageType { id }",
            "PageTypeCreateInput",
            {"name": "Merchant", "slug": "merchant"},
        )["pageType"]["id"]
        self.page = self.make(
            "pageCreate(input: $i) { page { id }",
            "PageCreateInput",
            {"title": "硝子工房", "slug": "glass", "pageType": page_type, "isPublished": True},
        )["page"]["id"]
        self.merchant = self.attribute(
            name="Merchant",
            slug="merchant",
            inputType="SINGLE_REFERENCE",
            entityType="PAGE",
            referenceTypes=[page_type],
        )
        self.note = self.attribute(name="Note", slug="note", inputType="PLAIN_TEXT")
        self.type = self.make(
            "productTypeCreate(input: $i) { productType { id }",
            "ProductTypeInput",
            {"name": "Goods", "taxClass": tax, "productAttributes": [self.merchant, self.note]},
        )["productType"]["id"]
        self.category = self.make(
            "categoryCreate(input: $i) { category { id }", "CategoryInput", {"name": "Glass", "slug": "glass"}
        )["category"]["id"]
        self.warehouse = self.make(
            "createWarehouse(input: $i) { warehouse { id }",
            "WarehouseCreateInput",
            {
                "name": "wh",
                "slug": "wh-glass",
                "address": {
                    "streetAddress1": "1-1",
                    "city": "墨田区",
                    "country": "JP",
                    "postalCode": "130-8640",
                    "countryArea": "東京都",
                },
            },
        )["warehouse"]["id"]
        data_of(
            "mutation($id: ID!, $w: [ID!]) { channelUpdate(id: $id, input: {addWarehouses: $w}) { errors { code } } }",
            {"id": self.channel, "w": [self.warehouse]},
            token=self.token,
        )

    def make(self, field, input_type, given):
        text = f"mutation($i: {input_type}!) {{ {field} errors {{ field code message }} }} }}"
        return next(iter(data_of(text, {"i": given}, token=self.token).values()))

    def attribute(self, **given):
        given = {"type": "PRODUCT_TYPE", **given}
        return self.make("attributeCreate(input: $i) { attribute { id }", "AttributeCreateInput", given)["attribute"][
            "id"
        ]

    def product(self, number=1, *, price="3980", stock=5, publish=True):
        """Return the id of a product with one variant, listed in the channel."""
        product = self.make(
            "productCreate(input: $i) { product { id }",
            "ProductCreateInput",
            {
                "name": f"切子 {number}",
                "productType": self.type,
                "category": self.category,
                "description": json.dumps({"blocks": [{"type": "paragraph", "data": {"text": "麻の葉 <b>紋</b>"}}]}),
                "attributes": [{"id": self.merchant, "reference": self.page}, {"id": self.note, "plainText": "手作り"}],
                "metadata": [{"key": "mall.merchant", "value": "glass"}],
                "weight": 0.5,
            },
        )["product"]["id"]
        self.list(product, isPublished=publish, visibleInListings=True, isAvailableForPurchase=True)
        data_of(
            """mutation($p: ID!, $v: [ProductVariantBulkCreateInput!]!) {
              productVariantBulkCreate(product: $p, variants: $v) { count errors { code message } } }""",
            {
                "p": product,
                "v": [
                    {
                        "attributes": [],
                        "sku": f"SKU-{number}",
                        "stocks": [{"warehouse": self.warehouse, "quantity": stock}],
                        "channelListings": [{"channelId": self.channel, "price": price}],
                    }
                ],
            },
            token=self.token,
        )
        return product

    def list(self, product, **listing):
        data_of(
            """mutation($id: ID!, $u: [ProductChannelListingAddInput!]) {
              productChannelListingUpdate(id: $id, input: {updateChannels: $u}) { errors { field code } } }""",
            {"id": product, "u": [{"channelId": self.channel, **listing}]},
            token=self.token,
        )


def upload(token, product, *, name="bowl.png", kind="image/png", content=None):
    """Send productMediaCreate as a GraphQL multipart request and return its payload."""
    if content is None:
        out = BytesIO()
        Image.new("RGB", (900, 600), "navy").save(out, "PNG")
        content = out.getvalue()
    operations = {
        "query": whole_operation(OPERATIONS / "product_media_create.graphql"),
        "variables": {"product": product, "image": None, "alt": "a bowl"},
    }
    parts = [
        b'--b\r\nContent-Disposition: form-data; name="operations"\r\n\r\n' + json.dumps(operations).encode(),
        b'--b\r\nContent-Disposition: form-data; name="map"\r\n\r\n{"0": ["variables.image"]}',
        f'--b\r\nContent-Disposition: form-data; name="0"; filename="{name}"\r\nContent-Type: {kind}\r\n\r\n'.encode()
        + content,
        b"--b--\r\n",
    ]
    headers = {"Content-Type": "multipart/form-data; boundary=b", "Authorization": f"Bearer {token}"}
    _, _, answer = handle("POST", "/graphql/", headers, b"\r\n".join(parts))
    return json.loads(answer)["data"]["productMediaCreate"]

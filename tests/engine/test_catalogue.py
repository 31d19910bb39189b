"""The catalogue through GraphQL: made, shown per channel, priced with tax, translated, pictured, filtered."""

from __future__ import annotations

import json
from io import BytesIO

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext
from PIL import Image

from infra.engine import bootstrap
from infra.engine.handler import handle
from infra.engine.products.models import Product, ProductMedia, VariantChannelListing
from tests.engine.asking import OPERATIONS, ask, data_of, staff_token, whole_operation
from tests.engine.shop import Shop, upload

pytestmark = pytest.mark.django_db(databases=["engine"])
SIZES = (1, 24)


@pytest.fixture
def shop():
    return Shop()


PRICE = """query($id: ID!) { product(id: $id, channel: "jp") { isAvailable
  pricing { priceRange { start { gross { amount } net { amount } tax { amount } } } }
  productVariants(first: 5) { edges { node {
    sku quantityAvailable pricing { price { gross { amount } net { amount } } } } } } } }"""


def test_price_is_shown_with_tax_and_net_rounded_to_the_yen(shop):
    product = shop.product()

    seen = data_of(PRICE, {"id": product})["product"]

    variant = seen["productVariants"]["edges"][0]["node"]
    assert seen["isAvailable"] is True
    assert seen["pricing"]["priceRange"]["start"] == {
        "gross": {"amount": 3980.0},
        "net": {"amount": 3618.0},
        "tax": {"amount": 362.0},
    }
    assert variant == {
        "sku": "SKU-1",
        "quantityAvailable": 5,
        "pricing": {"price": {"gross": {"amount": 3980.0}, "net": {"amount": 3618.0}}},
    }


def test_sold_out_product_is_not_available(shop):
    product = shop.product(stock=0)

    assert data_of(PRICE, {"id": product})["product"]["isAvailable"] is False


def test_yen_with_decimals_are_refused_and_nothing_is_written(shop):
    product = shop.product()
    variant = data_of(PRICE.replace("sku", "sku id"), {"id": product})["product"]["productVariants"]["edges"][0][
        "node"
    ]["id"]

    answer = ask(
        """mutation($id: ID!, $i: [ProductVariantChannelListingAddInput!]!) {
          productVariantChannelListingUpdate(id: $id, input: $i) { errors { field code channels } } }""",
        {"id": variant, "i": [{"channelId": shop.channel, "price": "10.5"}]},
        token=shop.token,
    )["data"]["productVariantChannelListingUpdate"]

    assert answer["errors"] == [{"field": "price", "code": "INVALID", "channels": [shop.channel]}]
    assert VariantChannelListing.objects.get().price_amount == 3980


def test_shopper_sees_what_is_published_staff_sees_all(shop):
    hidden = shop.product(publish=False)
    text = """query($id: ID!) {
      product(id: $id, channel: "jp") { name } products(first: 5, channel: "jp") { totalCount } }"""

    for token, name, count in (("", None, 0), (shop.token, "切子 1", 1)):
        seen = data_of(text, {"id": hidden}, token=token)
        assert (seen["product"] or {}).get("name") == name
        assert seen["products"]["totalCount"] == count


def test_shopper_cannot_read_private_metadata_or_write_anything(shop):
    product = shop.product()

    answer = ask('query($id: ID!) { product(id: $id, channel: "jp") { privateMetadata { key } } }', {"id": product})
    change = ask(
        'mutation($id: ID!) { updateMetadata(id: $id, input: [{key: "a", value: "b"}]) { item { __typename } } }',
        {"id": product},
    )

    assert answer["data"] == {"product": None}
    assert answer["errors"][0]["path"] == ["product", "privateMetadata"]
    assert change["errors"][0]["extensions"]["exception"]["code"] == "PermissionDenied"
    assert Product.objects.get().metadata == {"mall.merchant": "glass"}


def test_metadata_is_merged_and_deleted_by_key(shop):
    product = shop.product()
    text = """mutation($id: ID!) {
      updatePrivateMetadata(id: $id, input: [{key: "a", value: "1"}, {key: "b", value: "2"}]) {
        item { privateMetadata { key value } } errors { code } }
      deletePrivateMetadata(id: $id, keys: ["a"]) { item { privateMetadata { key value } } errors { code } }
      updateMetadata(id: $id, input: [{key: " ", value: "x"}]) { item { __typename } errors { field code } } }"""

    seen = ask(text, {"id": product}, token=shop.token)["data"]

    assert len(seen["updatePrivateMetadata"]["item"]["privateMetadata"]) == 2
    assert seen["deletePrivateMetadata"]["item"]["privateMetadata"] == [{"key": "b", "value": "2"}]
    assert [error["code"] for error in seen["updateMetadata"]["errors"]] == ["REQUIRED"]


@pytest.mark.parametrize(
    "where",
    [
        {"attributes": [{"slug": "merchant", "value": {"reference": {"pageSlugs": {"containsAny": ["glass"]}}}}]},
        {"metadata": [{"key": "mall.merchant", "value": "glass"}]},
        {"OR": [{"slug": {"eq": "none"}}, {"name": {"oneOf": ["切子 1"]}}]},
        {"updatedAt": {"range": {"gte": "2020-01-01T00:00:00+00:00"}}},
    ],
)
def test_filters_find_the_product_and_their_opposites_do_not(shop, where):
    shop.product()
    text = "query($w: ProductWhereInput) { products(first: 5, where: $w) { edges { node { name } } } }"

    found = data_of(text, {"w": where}, token=shop.token)["products"]["edges"]
    missed = json.loads(json.dumps(where).replace("glass", "wood").replace("\\u5207", "\\u6728").replace("gte", "lte"))

    assert [edge["node"]["name"] for edge in found] == ["切子 1"]
    assert data_of(text, {"w": missed}, token=shop.token)["products"]["edges"] == []


def test_pages_of_a_list_meet_without_gap_or_overlap(shop):
    for number in range(5):
        shop.product(number)
    text = """query($f: Int, $l: Int, $a: String, $b: String) {
      products(first: $f, last: $l, after: $a, before: $b, sortBy: {field: LAST_MODIFIED_AT, direction: ASC}) {
        totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { node { name } } } }"""

    def page(**given):
        seen = data_of(text, given, token=shop.token)["products"]
        return [edge["node"]["name"] for edge in seen["edges"]], seen["pageInfo"], seen["totalCount"]

    first, info, total = page(f=2)
    second, more, _ = page(f=3, a=info["endCursor"])
    back, before, _ = page(l=2, b=more["startCursor"])

    assert total == 5
    assert first + second == [f"切子 {number}" for number in range(5)]
    assert (info["hasNextPage"], more["hasNextPage"], more["hasPreviousPage"]) == (True, False, True)
    assert back == first
    assert before["hasPreviousPage"] is False


def test_list_without_a_size_or_beyond_a_hundred_is_refused():
    token = staff_token()

    for text in ("{ products { totalCount } }", "{ products(first: 101) { totalCount } }"):
        assert ask(text, token=token)["data"] == {"products": None}


def test_translation_is_read_with_the_object_and_its_slug_finds_it(shop):
    product = shop.product()
    data_of(
        """mutation($id: ID!) { productTranslate(id: $id, languageCode: EN, input: {name: "Cup", slug: "cup"}) {
          product { id } errors { code } } }""",
        {"id": product},
        token=shop.token,
    )

    seen = data_of(
        """{ product(slug: "cup", slugLanguageCode: EN, channel: "jp") { id name
          en: translation(languageCode: EN) { name language { code } translatableContent { productId } }
          ko: translation(languageCode: KO) { name } } }"""
    )["product"]

    assert seen["en"] == {
        "name": "Cup",
        "language": {"code": "EN"},
        "translatableContent": {"productId": product},
    }
    assert (seen["name"], seen["ko"]) == ("切子 1", None)


def test_uploaded_picture_is_served_whole_and_shrunk_on_first_sight(shop):
    product = shop.product()

    payload = upload(shop.token, product)

    text = """query($id: ID!) { product(id: $id, channel: "jp") {
      thumbnail(size: 200, format: WEBP) { url alt } media { url(size: 0) } } }"""
    seen = data_of(text, {"id": product})["product"]
    status, headers, _ = handle("GET", seen["thumbnail"]["url"].split("8000", 1)[1], {}, b"")
    path = headers["Location"].split("8000", 1)[1]
    picture = handle("GET", path, {}, b"")
    assert payload["errors"] == []
    assert status == 302
    assert picture[1]["Content-Type"] == "image/webp"
    assert Image.open(BytesIO(picture[2])).size == (256, 171)
    assert handle("GET", path, {"If-None-Match": picture[1]["ETag"]}, b"")[0] == 304
    assert data_of(text, {"id": product})["product"]["thumbnail"]["url"].endswith(path)
    whole = handle("GET", seen["media"][0]["url"].split("8000", 1)[1], {}, b"")
    assert Image.open(BytesIO(whole[2])).size == (900, 600)


@pytest.mark.parametrize("given", [{"kind": "text/html", "name": "a.html"}, {"content": b"<script>"}])
def test_upload_that_is_no_picture_is_refused(shop, given):
    payload = upload(shop.token, shop.product(), **given)

    assert payload["media"] is None
    assert [error["code"] for error in payload["errors"]] == ["INVALID"]
    assert not ProductMedia.objects.exists()


@pytest.mark.parametrize("path", ["/media/../keys/signing.pem", "/media/%2e%2e/keys/signing.pem", "/thumbnail/x/64/"])
def test_paths_outside_the_media_folder_are_not_served(path):
    assert handle("GET", path, {}, b"")[0] == 404


def test_list_of_24_costs_the_statements_of_a_list_of_1(shop):
    text = whole_operation(OPERATIONS / "products_changed_since.graphql")
    counts, number = [], 0
    for size in SIZES:
        while number < size:
            upload(shop.token, shop.product(number))
            number += 1
        data_of(text, {"first": 50}, token=shop.token)  # what is kept of the settings is read before it is counted
        with CaptureQueriesContext(connections["engine"]) as seen:
            data = data_of(text, {"first": 50}, token=shop.token)
        assert len(data["products"]["edges"]) == size
        counts.append(len(seen))

    assert counts[0] == counts[1]
    assert counts[0] <= 25


def test_shoppers_list_of_24_costs_the_statements_of_a_list_of_1(shop):
    text = """{ products(first: 24, channel: "jp") { edges { node { id name slug thumbnail(size: 512) { url }
      category { name } assignedAttributes { attribute { slug } } isAvailable
      pricing { priceRange { start { gross { amount } } } }
      productVariants(first: 5) { edges { node {
        quantityAvailable pricing { price { gross { amount } } } } } } } } } }"""
    counts, number = [], 0
    for size in SIZES:
        while number < size:
            shop.product(number)
            number += 1
        data_of(text)
        with CaptureQueriesContext(connections["engine"]) as seen:
            data = data_of(text)
        assert len(data["products"]["edges"]) == size
        counts.append(len(seen))

    assert counts[0] == counts[1]


def test_required_attribute_must_be_given(shop):
    data_of(
        "mutation($id: ID!) { attributeUpdate(id: $id, input: {valueRequired: true}) { errors { code } } }",
        {"id": shop.note},
        token=shop.token,
    )

    answer = ask(
        "mutation($i: ProductCreateInput!) { productCreate(input: $i) { product { id } errors { code attributes } } }",
        {"i": {"name": "x", "productType": shop.type}},
        token=shop.token,
    )["data"]["productCreate"]

    assert answer == {"product": None, "errors": [{"code": "REQUIRED", "attributes": [shop.note]}]}
    assert not Product.objects.exists()


def test_bulk_variants_are_made_all_or_none(shop):
    product = shop.product()
    answer = ask(
        """mutation($p: ID!, $v: [ProductVariantBulkCreateInput!]!) {
          productVariantBulkCreate(product: $p, variants: $v) { count results { productVariant { sku }
          errors { code path } } errors { code index } } }""",
        {"p": product, "v": [{"attributes": [], "sku": "NEW"}, {"attributes": [], "sku": "SKU-1"}]},
        token=shop.token,
    )["data"]["productVariantBulkCreate"]

    assert answer["count"] == 0
    assert answer["results"][1]["errors"] == [{"code": "UNIQUE", "path": "sku"}]
    assert Product.objects.get().variants.count() == 1


def test_introspection_lists_only_what_is_served():
    seen = ask("{ __schema { queryType { fields { name } } } }")["data"]["__schema"]["queryType"]["fields"]

    names = {field["name"] for field in seen}
    assert {"products", "order", "checkout", "me"} <= names
    assert not {"sales", "exportFiles", "plugins"} & names


def test_bootstrap_gives_the_same_app_a_second_token():
    first, second = bootstrap.create_staff_app("provision"), bootstrap.create_staff_app("provision")

    ids = {data_of("{ app { id } }", token=token)["app"]["id"] for token in (first, second)}
    assert first != second
    assert len(ids) == 1


def test_introspection_reads_as_older_clients_know_it():
    seen = ask("{ __schema { directives { name locations } } }")["data"]["__schema"]["directives"]
    assert {each["name"]: each["locations"] for each in seen}["deprecated"] == ["FIELD_DEFINITION", "ENUM_VALUE"]
    assert {each["name"] for each in seen} == {"include", "skip", "deprecated"}


@pytest.mark.parametrize(
    "text", ["{ __typename __schema { queryType { name } } }", '{ __type(name: "Shop") { name } shop { name } }']
)
def test_introspection_comes_alone(text):
    answer = ask(text)
    assert answer["errors"][0]["message"] == "Queries and introspection cannot be mixed in the same request."
    assert "data" not in answer

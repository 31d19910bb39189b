"""Pages and what they are described by, values in other languages, and the shop's own words."""

from __future__ import annotations

import json

import pytest

from tests.engine.asking import ask, data_of
from tests.engine.shop import Shop
from tests.engine.test_attributes import carry
from tests.engine.test_collections import send_file

pytestmark = pytest.mark.django_db(databases=["engine"])


def blocks(words):
    return json.dumps({"blocks": [{"type": "paragraph", "data": {"text": words}}]})


@pytest.fixture
def shop():
    return Shop()


@pytest.fixture
def described(shop):
    """A page whose type asks what it is made of, shown to shoppers, and what it costs, not shown to them."""
    made_of = shop.attribute(name="Made of", slug="made-of", type="PAGE_TYPE", inputType="RICH_TEXT")
    cost = shop.attribute(name="Cost", slug="cost", type="PAGE_TYPE", inputType="PLAIN_TEXT", visibleInStorefront=False)
    kind = shop.make(
        "pageTypeCreate(input: $i) { pageType { id attributes { slug } }",
        "PageTypeCreateInput",
        {"name": "Craft", "slug": "craft", "addAttributes": [made_of, cost]},
    )["pageType"]
    assert [row["slug"] for row in kind["attributes"]] == ["made-of", "cost"]
    given = {"title": "切子", "slug": "kiriko", "pageType": kind["id"], "isPublished": True, "content": blocks("cut")}
    given["attributes"] = [{"id": made_of, "richText": blocks("glass")}, {"id": cost, "plainText": "much"}]
    return shop.make("pageCreate(input: $i) { page { id }", "PageCreateInput", given)["page"]["id"], made_of


PAGE = """query($id: ID!) { page(id: $id) { content
  attributes { attribute { slug } values { richText plainText } }
  attribute(slug: "made-of") { values { name } }
  hidden: attribute(slug: "cost") { attribute { slug } }
  assignedAttributes { attribute { slug } }
  assignedAttribute(slug: "made-of") { ... on AssignedTextAttribute {
    value translation(languageCode: EN) } }
  pageType { attributes { slug } } } }"""


def test_a_page_is_described_and_shoppers_see_what_is_for_them(shop, described):
    page, _ = described

    staff, shopper = (data_of(PAGE, {"id": page}, token=token)["page"] for token in (shop.token, ""))

    assert json.loads(shopper["content"]) == json.loads(blocks("cut"))
    slugs = [item["attribute"]["slug"] for item in staff["attributes"]]
    assert slugs == [item["attribute"]["slug"] for item in staff["assignedAttributes"]] == ["made-of", "cost"]
    assert staff["attributes"][1]["values"] == [{"richText": None, "plainText": "much"}]
    assert [item["attribute"]["slug"] for item in shopper["attributes"]] == ["made-of"]
    assert [item["attribute"]["slug"] for item in shopper["assignedAttributes"]] == ["made-of"]
    assert shopper["assignedAttribute"]["value"] == json.loads(blocks("glass"))
    assert shopper["attribute"]["values"] == [{"name": "glass"}]
    assert (staff["hidden"], shopper["hidden"]) == ({"attribute": {"slug": "cost"}}, None)
    assert shopper["pageType"]["attributes"] == [{"slug": "made-of"}]


def test_a_rich_value_and_a_page_are_said_in_another_language(shop, described):
    page, made_of = described
    find = """query($id: ID!) { attribute(id: $id) {
      choices(first: 1) { edges { cursor } } }
      page: translation(kind: PAGE, id: $p) { ... on PageTranslatableContent { title content } } }"""
    find = find.replace("($id: ID!)", "($id: ID!, $p: ID!)")
    values = """{ translations(kind: ATTRIBUTE_VALUE, first: 9) { edges { node {
      ... on AttributeValueTranslatableContent { attributeValueId plainText richText name } } } } }"""
    rows = [edge["node"] for edge in data_of(values, token=shop.token)["translations"]["edges"]]
    (rich,) = (row for row in rows if row["richText"])
    assert json.loads(rich["richText"]) == json.loads(blocks("glass"))
    assert "much" in [row["plainText"] for row in rows]
    say = """mutation($v: ID!, $text: JSONString!) { attributeValueTranslate(id: $v, languageCode: EN,
      input: {richText: $text}) { attributeValue { translation(languageCode: EN) { richText } } errors { code } } }"""
    data_of(say, {"v": rich["attributeValueId"], "text": blocks("crystal")}, token=shop.token)

    seen = data_of(PAGE, {"id": page})["page"]["assignedAttribute"]
    texts = data_of(find, {"id": made_of, "p": page}, token=shop.token)

    assert seen["translation"] == json.loads(blocks("crystal"))
    assert texts["page"]["title"] == "切子"
    assert json.loads(texts["page"]["content"]) == json.loads(blocks("cut"))


def test_a_page_lacks_what_its_type_requires(shop):
    needed = shop.attribute(name="Needed", slug="needed", type="PAGE_TYPE", inputType="PLAIN_TEXT", valueRequired=True)
    kind = shop.make(
        "pageTypeCreate(input: $i) { pageType { id }",
        "PageTypeCreateInput",
        {"name": "Strict", "addAttributes": [needed]},
    )["pageType"]["id"]
    text = "mutation($i: PageCreateInput!) { pageCreate(input: $i) { page { id } errors { field code attributes } } }"

    said = ask(text, {"i": {"title": "Bare", "pageType": kind}}, token=shop.token)["data"]["pageCreate"]

    assert said == {"page": None, "errors": [{"field": "attributes", "code": "REQUIRED", "attributes": [needed]}]}


def test_a_shade_of_a_variant_has_a_picture_and_a_name_in_another_language(shop):
    product = shop.product()
    upload = "mutation($f: Upload!) { fileUpload(file: $f) { uploadedFile { url contentType } errors { code } } }"
    file = send_file(shop, upload, {"f": None}, place="variables.f", name="indigo.png")["fileUpload"]["uploadedFile"]
    shade = shop.attribute(
        name="Shade",
        slug="shade",
        inputType="SWATCH",
        values=[{"name": "藍", "fileUrl": file["url"], "contentType": "image/png"}],
    )
    size = shop.attribute(name="Size", slug="size", inputType="DROPDOWN", values=[{"name": "大"}])
    carry(shop, shade, size, kind="VARIANT")
    choices = """query($a: ID!) { attribute(id: $a) { choices(first: 1) { edges { cursor node { id name } }
      pageInfo { startCursor endCursor } } } }"""
    ids = []
    for gid, said in ((shade, "indigo"), (size, "large")):
        found = data_of(choices, {"a": gid}, token=shop.token)["attribute"]["choices"]
        assert found["edges"][0]["cursor"] == found["pageInfo"]["startCursor"] == found["pageInfo"]["endCursor"]
        ids.append(found["edges"][0]["node"]["id"])
        text = """mutation($v: ID!, $n: String!) { attributeValueTranslate(id: $v, languageCode: EN,
          input: {name: $n}) { errors { code } } }"""
        data_of(text, {"v": ids[-1], "n": said}, token=shop.token)
    variant = data_of("query($p: ID!) { product(id: $p) { variants { id } } }", {"p": product}, token=shop.token)[
        "product"
    ]["variants"][0]["id"]
    change = """mutation($v: ID!, $a: [BulkAttributeValueInput!]) { productVariantUpdate(id: $v,
      input: {attributes: $a}) { errors { field code } } }""".replace("BulkAttributeValueInput", "AttributeValueInput")
    given = [{"id": shade, "swatch": {"value": "藍"}}, {"id": size, "dropdown": {"value": "大"}}]
    data_of(change, {"v": variant, "a": given}, token=shop.token)
    text = """query($v: ID!) { productVariant(id: $v, channel: "jp") {
      assignedAttributes { attribute { slug } }
      shade: assignedAttribute(slug: "shade") { ... on AssignedSwatchAttribute {
        value { name file { url contentType } hexColor translation(languageCode: EN) } } }
      size: assignedAttribute(slug: "size") { ... on AssignedSingleChoiceAttribute {
        value { slug translation(languageCode: EN) } } } } }"""

    seen = data_of(text, {"v": variant})["productVariant"]

    assert [item["attribute"]["slug"] for item in seen["assignedAttributes"]] == ["shade", "size"]
    assert seen["shade"]["value"] == {
        "name": "藍",
        "file": {"url": file["url"], "contentType": "image/png"},
        "hexColor": None,
        "translation": "indigo",
    }
    assert seen["size"]["value"]["translation"] == "large"


def test_texts_of_a_product_and_a_category_before_they_are_translated(shop):
    product = shop.product()
    change = """mutation($p: ID!, $c: ID!, $d: JSONString!) {
      productUpdate(id: $p, input: {seo: {title: "T", description: "D"}}) { errors { code } }
      categoryUpdate(id: $c, input: {description: $d}) { category { description } errors { code } } }"""
    said = data_of(change, {"p": product, "c": shop.category, "d": blocks("all of glass")}, token=shop.token)
    text = """query($p: ID!) { translation(kind: PRODUCT, id: $p) { ... on ProductTranslatableContent {
      name description seoTitle seoDescription } } }"""

    seen = data_of(text, {"p": product}, token=shop.token)["translation"]

    assert json.loads(said["categoryUpdate"]["category"]["description"]) == json.loads(blocks("all of glass"))
    assert json.loads(seen.pop("description")) == json.loads(blocks("麻の葉 <b>紋</b>"))
    assert seen == {"name": "切子 1", "seoTitle": "T", "seoDescription": "D"}


def test_a_shop_says_who_it_is_and_keeps_data(shop):
    change = """mutation($i: ShopSettingsInput!) { shopSettingsUpdate(input: $i) {
      shop { description headerText } errors { field code } } }"""
    given = {
        "headerText": "Buy near",
        "description": "A ward's mall",
        "defaultMailSenderName": "まちいち",
        "defaultMailSenderAddress": "mall@example.com",
        "reserveStockDurationAuthenticatedUser": 30,
        "metadata": [{"key": "open", "value": "9-5"}, {"key": "other", "value": "x"}],
        "privateMetadata": [{"key": "key", "value": "secret"}],
    }
    data_of(change, {"i": given}, token=shop.token)
    open_to_all = """{ shop { headerText description metadata { key value } metafield(key: "open")
      metafields(keys: ["open", "none"]) } }"""
    for_staff = """{ shop { defaultMailSenderName defaultMailSenderAddress reserveStockDurationAuthenticatedUser
      privateMetadata { key value } privateMetafield(key: "key") privateMetafields(keys: ["key"]) } }"""

    assert data_of(open_to_all)["shop"] == {
        "headerText": "Buy near",
        "description": "A ward's mall",
        "metadata": given["metadata"],
        "metafield": "9-5",
        "metafields": {"open": "9-5"},
    }
    assert data_of(for_staff, token=shop.token)["shop"] == {
        "defaultMailSenderName": "まちいち",
        "defaultMailSenderAddress": "mall@example.com",
        "reserveStockDurationAuthenticatedUser": 30,
        "privateMetadata": given["privateMetadata"],
        "privateMetafield": "secret",
        "privateMetafields": {"key": "secret"},
    }
    refused = ask(for_staff)
    assert {error["extensions"]["exception"]["code"] for error in refused["errors"]} == {"PermissionDenied"}


def test_a_warehouse_has_the_company_of_its_address(shop):
    text = """mutation($w: ID!) { updateWarehouse(id: $w, input: {address: {companyName: "硝子工房",
      streetAddress1: "1-1", city: "墨田区", country: JP, postalCode: "130-8640", countryArea: "東京都"}}) {
      warehouse { companyName address { companyName } } errors { field code } } }"""

    seen = data_of(text, {"w": shop.warehouse}, token=shop.token)["updateWarehouse"]["warehouse"]

    assert seen == {"companyName": "硝子工房", "address": {"companyName": "硝子工房"}}


def test_attributes_leave_a_type_which_is_answered(shop):
    text = """mutation($t: ID!, $a: [ID!]!) { productAttributeUnassign(productTypeId: $t, attributeIds: $a) {
      productType { id productAttributes { slug } } errors { field code } } }"""

    seen = data_of(text, {"t": shop.type, "a": [shop.note]}, token=shop.token)["productAttributeUnassign"]

    assert seen["productType"] == {"id": shop.type, "productAttributes": [{"slug": "merchant"}]}

"""Attributes of every kind on goods, files and pictures, variants and products in bulk, and texts to translate."""

from __future__ import annotations

import pytest

from infra.engine.products.models import AssignedValue, Attribute, Product, ProductMedia, ProductVariant
from infra.engine.schema.ids import int_pk
from tests.engine.asking import ask, data_of
from tests.engine.shop import Shop, upload
from tests.engine.test_collections import make_collection, send_file

pytestmark = pytest.mark.django_db(databases=["engine"])
PICTURE = b""
ASSIGNED = """query($id: ID!) { product(id: $id) { attribute(slug: "uses") { values { name } }
  attributes { attribute { slug } values { name inputType value reference plainText richText boolean date dateTime
    externalReference file { url contentType } } }
  assignedAttribute(slug: "uses") { attribute { slug } }
  assignedAttributes { attribute { slug }
    ... on AssignedPlainTextAttribute { plain: value said: translation(languageCode: EN) }
    ... on AssignedTextAttribute { rich: value richSaid: translation(languageCode: EN) }
    ... on AssignedNumericAttribute { number: value } ... on AssignedBooleanAttribute { flag: value }
    ... on AssignedDateAttribute { day: value } ... on AssignedDateTimeAttribute { moment: value }
    ... on AssignedFileAttribute { file: value { url contentType } }
    ... on AssignedSwatchAttribute { swatch: value { name slug hexColor file { url }
      translation(languageCode: EN) } }
    ... on AssignedSingleChoiceAttribute { choice: value { name slug translation(languageCode: EN) } }
    ... on AssignedMultiChoiceAttribute { choices: value(limit: 1) { name } }
    ... on AssignedSinglePageReferenceAttribute { page: value { id attributes { attribute { slug } } } }
    ... on AssignedMultiPageReferenceAttribute { pages: value { id } }
    ... on AssignedSingleProductReferenceAttribute { product: value { id } }
    ... on AssignedMultiProductReferenceAttribute { products: value { id } }
    ... on AssignedSingleProductVariantReferenceAttribute { variant: value { id } }
    ... on AssignedMultiProductVariantReferenceAttribute { variants: value { id } }
    ... on AssignedSingleCategoryReferenceAttribute { category: value { id } }
    ... on AssignedMultiCategoryReferenceAttribute { categories: value { id } }
    ... on AssignedSingleCollectionReferenceAttribute { collection: value { id } }
    ... on AssignedMultiCollectionReferenceAttribute { collections: value { id } } } } }"""


@pytest.fixture
def shop():
    return Shop()


def describe(shop, product, **said):
    text = """mutation($id: ID!, $a: [AttributeValueInput!]) { productUpdate(id: $id, input: {attributes: $a}) {
      product { id } errors { field code attributes values } } }"""
    given = [{"id": gid, **value} for gid, value in said.values()]
    return ask(text, {"id": product, "a": given}, token=shop.token)["data"]["productUpdate"]["errors"]


def carry(shop, *gids, kind="PRODUCT"):
    text = """mutation($t: ID!, $o: [ProductAttributeAssignInput!]!) {
      productAttributeAssign(productTypeId: $t, operations: $o) { productType { id } errors { field code } } }"""
    data_of(text, {"t": shop.type, "o": [{"id": gid, "type": kind} for gid in gids]}, token=shop.token)


def test_every_kind_of_value_comes_back_as_it_was_given(shop):
    other, product = shop.product(2), shop.product()
    variant = ProductVariant.objects.get(product_id=int_pk(other, "Product"))
    variant_id = data_of('query { productVariant(sku: "SKU-2", channel: "jp") { id } }')["productVariant"]["id"]
    gift = make_collection(shop, other)
    text = "mutation($f: Upload!) { fileUpload(file: $f) { uploadedFile { url contentType } errors { code } } }"
    file = send_file(shop, text, {"f": None}, place="variables.f", name="way.png")["fileUpload"]["uploadedFile"]
    document = '{"blocks": [{"type": "paragraph", "data": {"text": "by hand"}}]}'
    kinds = {
        "uses": ({"inputType": "MULTISELECT", "values": [{"name": "Bath"}, {"name": "Gift"}]}, {"values": ["Gift"]}),
        "wood": ({"inputType": "DROPDOWN"}, {"dropdown": {"value": "Oak", "externalReference": "oak"}}),
        "shade": (
            {"inputType": "SWATCH", "values": [{"name": "Indigo", "value": "#223a70"}]},
            {"swatch": {"value": "Indigo"}},
        ),
        "words": ({"inputType": "PLAIN_TEXT"}, {"plainText": "planed"}),
        "story": ({"inputType": "RICH_TEXT"}, {"richText": document}),
        "length": ({"inputType": "NUMERIC", "unit": "CM"}, {"numeric": "31.5"}),
        "flag": ({"inputType": "BOOLEAN"}, {"boolean": False}),
        "day": ({"inputType": "DATE"}, {"date": "1951-04-01"}),
        "moment": ({"inputType": "DATE_TIME"}, {"dateTime": "2026-01-02T03:04:05+00:00"}),
        "file": ({"inputType": "FILE"}, {"file": file["url"], "contentType": "image/png"}),
    }
    for entity, gid in (
        ("PAGE", shop.page),
        ("PRODUCT", other),
        ("PRODUCT_VARIANT", variant_id),
        ("CATEGORY", shop.category),
        ("COLLECTION", gift),
    ):
        kinds[f"one-{entity}"] = ({"inputType": "SINGLE_REFERENCE", "entityType": entity}, {"reference": gid})
        kinds[f"many-{entity}"] = ({"inputType": "REFERENCE", "entityType": entity}, {"references": [gid]})
    gids = {name: shop.attribute(name=name, slug=name.lower(), **given) for name, (given, _) in kinds.items()}
    carry(shop, *gids.values())

    errors = describe(shop, product, **{name: (gids[name], value) for name, (_, value) in kinds.items()})
    seen = data_of(ASSIGNED, {"id": product}, token=shop.token)["product"]

    assert errors == []
    found = {}
    for item in seen["assignedAttributes"]:
        slug = item.pop("attribute")["slug"]
        found[slug] = next((value for value in item.values() if value is not None), None)
    assert found["wood"] == {"name": "Oak", "slug": "oak", "translation": None}
    assert found["shade"]["hexColor"] == "#223a70"
    assert (found["words"], found["length"], found["flag"]) == ("planed", 31.5, False)
    assert (found["day"], found["moment"]) == ("1951-04-01", "2026-01-02T03:04:05+00:00")
    assert found["file"] == {"url": file["url"], "contentType": "image/png"}
    assert found["uses"] == [{"name": "Gift"}]
    assert found["one-product_variant"] == {"id": variant_id}
    assert found["many-collection"] == [{"id": gift}]
    assert variant.pk == int_pk(found["many-product_variant"][0]["id"], "ProductVariant")
    names = {item["attribute"]["slug"]: [value["name"] for value in item["values"]] for item in seen["attributes"]}
    assert names["flag"] == ["flag: No"]
    assert names["one-product_variant"] == ["切子 2: SKU-2"]


def test_wrong_values_are_refused_by_kind_and_nothing_is_kept(shop):
    product = shop.product()
    wood = shop.attribute(name="Wood", slug="wood", inputType="DROPDOWN", values=[{"name": "Oak"}])
    length = shop.attribute(name="Length", slug="length", inputType="NUMERIC")
    file = shop.attribute(name="File", slug="file", inputType="FILE")
    carry(shop, wood, length, file)
    before = AssignedValue.objects.count()

    def codes(**said):
        return [(error["code"], error["attributes"]) for error in describe(shop, product, **said)]

    assert codes(a=(wood, {"values": ["Oak", "Pine"]})) == [("INVALID", [wood])]
    assert codes(a=(length, {"numeric": "long"})) == [("INVALID", [length])]
    assert codes(a=(file, {"file": "https://elsewhere.example/x.png"})) == [("INVALID", [file])]
    assert codes(a=(wood, {"dropdown": {"id": wood, "value": "Oak"}})) == [("INVALID", [wood])]
    assert codes(a=(length, {"numeric": "x"}), b=(file, {"file": "x"}))[0][0] == "INVALID"
    assert AssignedValue.objects.count() == before


def test_shoppers_see_visible_attributes_alone(shop):
    product = shop.product()
    secret = shop.attribute(name="Cost", slug="cost", inputType="PLAIN_TEXT", visibleInStorefront=False)
    carry(shop, secret)
    text = """query($id: ID!) { product(id: $id, channel: "jp") { attributes { attribute { slug } }
      assignedAttributes { attribute { slug } } } attributes(first: 9) { edges { node { slug } } } }"""

    shopper, staff = data_of(text, {"id": product}), data_of(text, {"id": product}, token=shop.token)

    for seen, has_it in ((shopper, False), (staff, True)):
        for name in ("attributes", "assignedAttributes"):
            slugs = [item["attribute"]["slug"] for item in seen["product"][name]]
            assert ("cost" in slugs) is has_it
        assert ("cost" in [edge["node"]["slug"] for edge in seen["attributes"]["edges"]]) is has_it


def test_an_attribute_and_its_choices_live_and_die(shop):
    wood = shop.attribute(name="Wood", slug="wood", inputType="DROPDOWN", values=[{"name": "Oak"}])
    text = """mutation($id: ID!, $i: AttributeValueCreateInput!) {
      attributeValueCreate(attribute: $id, input: $i) { attribute { id } attributeValue { id slug }
        errors { field code } } }"""
    elm = data_of(text, {"id": wood, "i": {"name": "Elm"}}, token=shop.token)["attributeValueCreate"]
    gid = elm["attributeValue"]["id"]
    change = """mutation($id: ID!, $v: ID!) {
      attributeValueUpdate(id: $v, input: {name: "Green elm"}) { attribute { id } attributeValue { name slug }
        errors { code } }
      attributeValueDelete(id: $v) { attribute { id choices(first: 5, search: "o") { edges { node { name } } } }
        attributeValue { id } errors { code } }
      attributeUpdate(id: $id, input: {addValues: [{name: "Pine"}], storefrontSearchPosition: 3}) {
        attribute { storefrontSearchPosition availableInGrid filterableInStorefront filterableInDashboard
          productTypes(first: 3) { totalCount } productVariantTypes(first: 3) { totalCount }
          referenceTypes { ... on ProductType { id } }
          choices(first: 5, sortBy: {field: NAME, direction: DESC}) { edges { node { name } } } } errors { code } }
      attributeDelete(id: $id) { attribute { slug } errors { code } } }"""

    seen = data_of(change, {"id": wood, "v": gid}, token=shop.token)

    assert seen["attributeValueUpdate"]["attributeValue"] == {"name": "Green elm", "slug": "green-elm"}
    assert [row["node"]["name"] for row in seen["attributeValueDelete"]["attribute"]["choices"]["edges"]] == ["Oak"]
    choices = seen["attributeUpdate"]["attribute"]["choices"]["edges"]
    assert [row["node"]["name"] for row in choices] == ["Pine", "Oak"]
    assert not Attribute.objects.filter(slug="wood").exists()


def test_attributes_in_bulk_keep_to_the_error_policy(shop):
    text = """mutation($a: [AttributeCreateInput!]!, $p: ErrorPolicyEnum) {
      attributeBulkCreate(attributes: $a, errorPolicy: $p) { count errors { path message code }
        results { attribute { id name } errors { path message code } } } }"""
    good = {"name": "One", "type": "PRODUCT_TYPE", "values": [{"name": "A"}]}
    bad = {"name": "Two", "type": "PAGE_TYPE", "values": [{"name": "A"}, {"name": "A"}, {"name": "B"}]}
    before = Attribute.objects.count()

    def count(policy):
        given = {"a": [good, bad], "p": policy}
        return data_of(text, given, token=shop.token)["attributeBulkCreate"]["count"]

    assert (count("REJECT_EVERYTHING"), Attribute.objects.count() - before) == (0, 0)
    assert (count("REJECT_FAILED_ROWS"), Attribute.objects.count() - before) == (1, 1)
    assert (count("IGNORE_FAILED"), Attribute.objects.count() - before) == (2, 3)
    assert list(Attribute.objects.get(name="Two").values.values_list("name", flat=True)) == ["B"]
    change = """mutation($a: [AttributeBulkUpdateInput!]!) { attributeBulkUpdate(attributes: $a) { count
      errors { path message code } results { attribute { name } errors { path message code } } } }"""
    row = data_of('{ attributes(first: 1, search: "two") { edges { node { id } } } }', token=shop.token)
    gid = row["attributes"]["edges"][0]["node"]["id"]
    given = {"a": [{"id": gid, "fields": {"name": "Three"}}, {"id": "QXR0cmlidXRlOjk5OTk=", "fields": {}}]}
    seen = data_of(change, given, token=shop.token)["attributeBulkUpdate"]
    assert [seen["count"], seen["results"][1]["errors"][0]["code"]] == [0, "NOT_FOUND"]
    given["a"].pop()
    done = data_of(change, given, token=shop.token)["attributeBulkUpdate"]
    assert done["results"][0]["attribute"] == {"name": "Three"}


def test_variants_are_chosen_by_attributes_and_changed_in_bulk(shop):
    product = shop.product()
    size = shop.attribute(name="Size", slug="size", inputType="DROPDOWN", values=[{"name": "S"}, {"name": "L"}])
    carry(shop, size, kind="VARIANT")
    choose = """mutation($t: ID!, $o: [ProductAttributeAssignmentUpdateInput!]!) {
      productAttributeAssignmentUpdate(productTypeId: $t, operations: $o) { errors { code attributes }
        productType { variantAttributes(variantSelection: VARIANT_SELECTION) { slug }
          assignedVariantAttributes { attribute { slug } variantSelection } } } }"""
    operations = [{"id": size, "variantSelection": True}]
    chosen = data_of(choose, {"t": shop.type, "o": operations}, token=shop.token)["productAttributeAssignmentUpdate"]
    find = """query($id: ID!) { product(id: $id) { productVariants(first: 5,
      where: {sku: {eq: "SKU-1"}}, sortBy: {field: LAST_MODIFIED_AT, direction: ASC}) { edges { node { id
        attributes(variantSelection: VARIANT_SELECTION) { attribute { slug } values { name } }
        channelListings { id price { amount } } stocks { id quantity } } } } } }"""
    row = data_of(find, {"id": product}, token=shop.token)["product"]["productVariants"]["edges"][0]["node"]
    change = """mutation($p: ID!, $v: [ProductVariantBulkUpdateInput!]!, $e: ErrorPolicyEnum) {
      productVariantBulkUpdate(product: $p, variants: $v, errorPolicy: $e) { count errors { path code }
        results { productVariant { id } errors { field message code path warehouses stocks channels
          channelListings } } } }"""
    said = {
        "id": row["id"],
        "attributes": [{"id": size, "dropdown": {"value": "L"}}],
        "stocks": {
            "update": [{"stock": row["stocks"][0]["id"], "quantity": 9}, {"stock": "U3RvY2s6OTk5OQ==", "quantity": 1}],
            "create": [{"warehouse": shop.warehouse, "quantity": 1}],
        },
        "channelListings": {
            "update": [{"channelListing": row["channelListings"][0]["id"], "price": 4100}],
            "remove": ["UHJvZHVjdFZhcmlhbnRDaGFubmVsTGlzdGluZzo5OTk5"],
            "create": [{"channelId": "Q2hhbm5lbDo5OTk5", "price": 1}],
        },
    }

    refused = data_of(change, {"p": product, "v": [said]}, token=shop.token)["productVariantBulkUpdate"]
    unchanged = data_of(find, {"id": product}, token=shop.token)["product"]["productVariants"]["edges"][0]["node"]
    done = data_of(change, {"p": product, "v": [said], "e": "IGNORE_FAILED"}, token=shop.token)
    after = data_of(find, {"id": product}, token=shop.token)["product"]["productVariants"]["edges"][0]["node"]

    assert chosen["productType"]["variantAttributes"] == [{"slug": "size"}]
    assert unchanged == row
    assert refused["count"] == 0
    assert sorted(error["path"] for error in refused["results"][0]["errors"]) == [
        "channelListings.create.0.channelId",
        "channelListings.remove.0",
        "stocks.create.0.warehouse",
        "stocks.update.1.stock",
    ]
    assert done["productVariantBulkUpdate"]["count"] == 1
    assert after["attributes"] == [{"attribute": {"slug": "size"}, "values": [{"name": "L"}]}]
    assert (after["stocks"][0]["quantity"], after["channelListings"][0]["price"]["amount"]) == (9, 4100.0)


def test_products_in_bulk_come_whole_or_not_at_all(shop):
    text = """mutation($p: [ProductBulkCreateInput!]!, $e: ErrorPolicyEnum) {
      productBulkCreate(products: $p, errorPolicy: $e) { count errors { path code } results { errors { path message code
        attributes channels warehouses } product { id slug variants { sku } channelListings { isPublished
          publicationDate } } } } }"""
    good = {
        "name": "Bowl",
        "productType": shop.type,
        "category": shop.category,
        "channelListings": [{"channelId": shop.channel, "isPublished": True}],
        "variants": [{"attributes": [], "sku": "B", "channelListings": [{"channelId": shop.channel, "price": 5}]}],
    }
    bad = {
        **good,
        "name": "Cup",
        "variants": [{"attributes": [], "sku": "C", "channelListings": [{"channelId": shop.channel, "price": "0.5"}]}],
    }

    refused = data_of(text, {"p": [good, bad]}, token=shop.token)["productBulkCreate"]
    done = data_of(text, {"p": [good, bad], "e": "REJECT_FAILED_ROWS"}, token=shop.token)["productBulkCreate"]

    assert refused["count"] == 0
    assert refused["results"][1]["errors"][0]["path"] == "variants.0.channelListings.0.price"
    assert [done["count"], done["results"][0]["product"]["variants"]] == [1, [{"sku": "B"}]]
    assert Product.objects.count() == 1
    gid = done["results"][0]["product"]["id"]
    drop = "mutation($i: [ID!]!) { productBulkDelete(ids: $i) { count errors { code } } }"
    gone = data_of(drop, {"i": [gid]}, token=shop.token)
    assert (gone["productBulkDelete"]["count"], Product.objects.count()) == (1, 0)


def test_pictures_stand_in_the_order_they_are_given(shop):
    product = shop.product()
    media = [upload(shop.token, product, name=f"{name}.png")["media"]["id"] for name in "ab"]
    text = """mutation($p: ID!, $m: [ID!]!) { productMediaReorder(productId: $p, mediaIds: $m) {
      product { media { id } } media { id } errors { field code } } }"""

    seen = data_of(text, {"p": product, "m": media[::-1]}, token=shop.token)["productMediaReorder"]
    few = ask(text, {"p": product, "m": media[:1]}, token=shop.token)["data"]["productMediaReorder"]
    sorted_ = data_of(
        """query($id: ID!, $m: ID!) { product(id: $id, channel: "jp") { mediaById(id: $m) { id }
          media(sortBy: {field: ID, direction: ASC}) { id } } }""",
        {"id": product, "m": media[0]},
    )["product"]

    assert [row["id"] for row in seen["product"]["media"]] == media[::-1]
    assert few["errors"] == [{"field": "order", "code": "INVALID"}]
    assert [row["id"] for row in sorted_["media"]] == media
    assert sorted_["mediaById"] == {"id": media[0]}


def picture(method, url, headers, body):
    """An address elsewhere, as ENGINE_LOCAL_ORIGINS serves it."""
    return 200, {"Content-Type": "image/png" if url.endswith("png") else "text/html"}, PICTURE


def test_a_picture_is_fetched_from_its_address(shop, settings, monkeypatch):
    from io import BytesIO

    from PIL import Image

    out = BytesIO()
    Image.new("RGB", (9, 9)).save(out, "PNG")
    monkeypatch.setattr("tests.engine.test_attributes.PICTURE", out.getvalue())
    settings.ENGINE_LOCAL_ORIGINS = {"http://pictures.test": "tests.engine.test_attributes.picture"}
    product = shop.product()
    text = """mutation($i: ProductMediaCreateInput!) { productMediaCreate(input: $i) {
      media { url type alt } errors { field code } } }"""

    def add(url):
        given = {"i": {"product": product, "alt": "a", "mediaUrl": url}}
        return ask(text, given, token=shop.token)["data"]["productMediaCreate"]

    assert add("http://pictures.test/bowl.png")["media"]["type"] == "IMAGE"
    assert add("http://pictures.test/page")["errors"] == [{"field": "mediaUrl", "code": "UNSUPPORTED_MEDIA_PROVIDER"}]
    assert add("http://127.0.0.1:9/x.png")["errors"] == [{"field": "mediaUrl", "code": "INVALID"}]
    assert add("file:///etc/passwd")["errors"] == [{"field": "mediaUrl", "code": "INVALID"}]
    assert ProductMedia.objects.count() == 1


def test_texts_are_listed_and_translated_at_once(shop):
    product = shop.product()
    text = """mutation($t: [ProductBulkTranslateInput!]!) { productBulkTranslate(translations: $t) { count
      results { translation { name } errors { path message code } } errors { path code } }
      productVariantBulkTranslate(translations: []) { count } attributeValueBulkTranslate(translations: []) { count }
      attributeBulkTranslate(translations: []) { count results { errors { code } } } }"""
    given = [{"id": product, "languageCode": "EN", "translationFields": {"name": "Cut glass"}}]
    done = data_of(text, {"t": given}, token=shop.token)
    seen = data_of(
        """query($id: ID!) { translation(id: $id, kind: PRODUCT) { __typename ... on ProductTranslatableContent {
          id productId name slug translation(languageCode: EN) { name } } }
          translations(kind: ATTRIBUTE, first: 5) { totalCount edges { cursor node {
            ... on AttributeTranslatableContent { attributeId name } } } } }""",
        {"id": product},
        token=shop.token,
    )

    assert done["productBulkTranslate"]["results"] == [{"translation": {"name": "Cut glass"}, "errors": []}]
    assert seen["translation"]["translation"] == {"name": "Cut glass"}
    assert seen["translations"]["totalCount"] == 2
    denied = ask("{ translations(kind: PRODUCT, first: 1) { totalCount } }")
    assert denied["errors"][0]["extensions"]["exception"]["code"] == "PermissionDenied"

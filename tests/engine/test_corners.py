"""What little is asked and nothing else here sees: manifests read before they are installed, pictures of variants,
values in another order, gateways that fail, and how a problem says where it is."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.hashers import make_password

from infra.engine.customers.models import User
from infra.engine.products.models import AttributeValue, ProductMedia, ProductVariant, Translation
from infra.engine.schema.ids import to_global_id
from tests.engine.asking import ask, data_of
from tests.engine.listener import ORIGIN
from tests.engine.shop import Shop, upload

pytestmark = pytest.mark.django_db(databases=["engine"])
MANIFEST = {
    "id": "helper",
    "name": "Helper",
    "version": "1.2.3",
    "about": "Helps",
    "author": "Nobody",
    "permissions": ["MANAGE_PRODUCTS"],
    "appUrl": f"{ORIGIN}/app",
    "homepageUrl": f"{ORIGIN}/home",
    "supportUrl": f"{ORIGIN}/support",
    "dataPrivacyUrl": f"{ORIGIN}/privacy",
    "tokenTargetUrl": f"{ORIGIN}/register",
    "webhooks": [
        {
            "name": "Changes",
            "asyncEvents": ["CATEGORY_UPDATED"],
            "query": "subscription { event { ... on CategoryUpdated { category { id } } } }",
            "targetUrl": f"{ORIGIN}/hook",
        }
    ],
}


@pytest.fixture
def shop() -> Shop:
    return Shop()


def test_a_manifest_is_shown_whole_before_it_is_installed(shop, app_double):
    app_double.answers["/manifest"] = lambda _body: (200, MANIFEST)

    shown = data_of(
        """mutation($u: String!) { appFetchManifest(manifestUrl: $u) { errors { code } manifest {
          identifier name version about author appUrl homepageUrl supportUrl tokenTargetUrl
          permissions { code } webhooks { name targetUrl query asyncEvents syncEvents } } } }""",
        {"u": f"{ORIGIN}/manifest"},
        token=shop.token,
    )["appFetchManifest"]["manifest"]

    said = {
        name: value for name, value in MANIFEST.items() if name in shown and name not in ("permissions", "webhooks")
    }
    assert said.items() <= shown.items()
    assert shown["permissions"] == [{"code": "MANAGE_PRODUCTS"}]
    assert [hook["query"] for hook in shown["webhooks"]] == [MANIFEST["webhooks"][0]["query"]]


def test_a_picture_is_of_a_variant_until_it_is_taken_off(shop):
    product = shop.product()
    made = upload(shop.token, product)
    variant = to_global_id("ProductVariant", ProductVariant.objects.get().pk)
    medium = to_global_id("ProductMedia", ProductMedia.objects.get().pk)
    seen = "errors { field code } productVariant { media { id } } media { id }"
    both = {"v": variant, "m": medium}

    change = "mutation($v: ID!, $m: ID!) {{ {0}(variantId: $v, mediaId: $m) {{ {1} }} }}"
    on = data_of(change.format("variantMediaAssign", seen), both, token=shop.token)["variantMediaAssign"]
    off = data_of(change.format("variantMediaUnassign", seen), both, token=shop.token)["variantMediaUnassign"]
    again = ask(change.format("variantMediaUnassign", seen), both, token=shop.token)["data"]["variantMediaUnassign"]

    assert made is not None
    assert on["productVariant"]["media"] == [{"id": medium}]
    assert (off["productVariant"]["media"], off["media"]) == ([], {"id": medium})
    assert [error["code"] for error in again["errors"]] == ["NOT_PRODUCTS_IMAGE"]


def test_values_of_a_product_stand_in_another_order(shop):
    kinds = shop.attribute(name="Kinds", slug="kinds", inputType="MULTISELECT", values=[{"name": "a"}, {"name": "b"}])
    data_of(
        "mutation($t: ID!, $a: ID!) { productAttributeAssign(productTypeId: $t, operations: [{id: $a, type: PRODUCT}]) "
        "{ productType { id } errors { code } } }",
        {"t": shop.type, "a": kinds},
        token=shop.token,
    )
    product = shop.product()
    values = [to_global_id("AttributeValue", row.pk) for row in AttributeValue.objects.filter(attribute__slug="kinds")]
    data_of(
        "mutation($p: ID!, $a: ID!) { productUpdate(id: $p, input: "
        '{attributes: [{id: $a, multiselect: [{value: "a"}, {value: "b"}]}]}) { errors { field code } } }',
        {"p": product, "a": kinds},
        token=shop.token,
    )
    move = (
        "mutation($p: ID!, $a: ID!, $m: [ReorderInput!]!) { productReorderAttributeValues(productId: $p, "
        "attributeId: $a, moves: $m) { errors { field code } product { id attributes { values { id } } } } }"
    )

    said = {"p": product, "a": kinds, "m": [{"id": values[0], "sortOrder": 1}]}
    moved = data_of(move, said, token=shop.token)["productReorderAttributeValues"]["product"]
    wrong = ask(move, {**said, "m": [{"id": to_global_id("AttributeValue", 999999), "sortOrder": 1}]}, token=shop.token)

    assert {"values": [{"id": values[1]}, {"id": values[0]}]} in moved["attributes"]
    assert [error["code"] for error in wrong["data"]["productReorderAttributeValues"]["errors"]] == ["NOT_FOUND"]


def test_translated_values_are_read_where_they_are_assigned(shop):
    product = shop.product()
    note = AttributeValue.objects.get(plain_text="手作り")
    Translation.objects.create(
        kind="AttributeValue", object_id=note.pk, language_code="EN", fields={"plainText": "by hand", "name": "hand"}
    )

    said = data_of(
        """query($id: ID!) { product(id: $id, channel: "jp") { assignedAttribute(slug: "note") {
          ... on AssignedPlainTextAttribute { value translation(languageCode: EN) } } } }""",
        {"id": product},
        token=shop.token,
    )["product"]["assignedAttribute"]

    assert said == {"value": "手作り", "translation": "by hand"}


@pytest.mark.parametrize(("field", "value"), [("reserveStockDurationAnonymousUser", 5), ("customerSetPasswordUrl", "")])
def test_settings_of_the_shop_are_read_back(shop: Any, field: str, value: Any) -> None:
    said = value or "https://example.com/set"

    change = f"shopSettingsUpdate(input: $i) {{ shop {{ {field} }} errors {{ code }} }}"
    data_of(f"mutation($i: ShopSettingsInput!) {{ {change} }}", {"i": {field: said}}, token=shop.token)

    assert data_of(f"{{ shop {{ {field} }} }}", token=shop.token)["shop"] == {field: said}


PLACES = (
    ("staffCreate", 'input: {email: "no address"}', "field code message"),
    ("permissionGroupCreate", 'input: {name: "", addPermissions: []}', "field code message"),
    ("webhookDryRun", 'objectId: "x", query: "{ shop { name } }"', "field code message"),
    ("webhookTrigger", 'objectId: "x", webhookId: "V2ViaG9vazo5OTk5"', "field code message"),
)


@pytest.mark.parametrize(("name", "arguments", "asked"), PLACES)
def test_a_problem_says_in_words_what_it_is(shop: Any, name: str, arguments: str, asked: str) -> None:
    User.objects.create(
        email="root@example.com", password=make_password("secret"), is_staff=True, is_superuser=True, is_confirmed=True
    )
    signed = data_of('mutation { tokenCreate(email: "root@example.com", password: "secret") { token } }')

    answer = ask(f"mutation {{ {name}({arguments}) {{ errors {{ {asked} }} }} }}", token=signed["tokenCreate"]["token"])

    problems = answer["data"][name]["errors"]
    assert problems
    assert all(problem["message"] and problem["code"] for problem in problems)


def test_what_a_bulk_made_is_answered(shop: Any) -> None:
    product = shop.product()
    variants = data_of(
        """mutation($p: ID!) { productVariantBulkCreate(product: $p, variants: [{attributes: [], sku: "OTHER"}]) {
          count productVariants { sku } errors { code } } }""",
        {"p": product},
        token=shop.token,
    )["productVariantBulkCreate"]

    assert variants["productVariants"] == [{"sku": "OTHER"}]

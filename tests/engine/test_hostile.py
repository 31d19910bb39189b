"""What no database takes, and no answer can carry: refused as other values that do not fit, never a failure."""

from __future__ import annotations

import json
from typing import Any

import pytest

from infra.engine.customers.models import User
from infra.engine.customers.tokens import access_token
from infra.engine.handler import handle
from infra.engine.products.models import ProductVariant
from infra.engine.schema.ids import to_global_id
from tests.engine.asking import ask, staff_token
from tests.engine.commerce import make_channel
from tests.engine.shop import Shop

pytestmark = pytest.mark.django_db(databases=["engine"])
CREATE = "mutation($i: WarehouseCreateInput!) { createWarehouse(input: $i) { warehouse { name } errors { code } } }"
LONG = "x" * 3000
PROMOTION = "mutation($i: PromotionCreateInput!) { promotionCreate(input: $i) { errors { code } } }"
CATEGORY = "mutation($i: CategoryInput!) { categoryCreate(input: $i) { errors { code } } }"


def post(body: Any) -> tuple[int, dict[str, Any]]:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {staff_token()}"}
    status, _, content = handle("POST", "/graphql/", headers, json.dumps(body).encode())
    return status, json.loads(content.decode())


def refused(body: Any) -> str:
    """Return the message of a request that was refused as a whole."""
    status, answer = post(body)
    assert status == 400, answer
    codes = {error["extensions"]["exception"]["code"] for error in answer["errors"]}
    assert codes <= {"GraphQLError", "GraphQLSyntaxError"}
    return str(answer["errors"][0]["message"])


@pytest.mark.parametrize("text", ["a\0b", "\0", "\ud800", "x\udfffy"])
def test_text_that_no_database_takes_is_refused(text):
    for document, given in (
        (CREATE, {"name": text, "address": {}}),
        (PROMOTION, {"name": "x", "type": "CATALOGUE", "description": {"blocks": [{text: 1}]}}),
        (PROMOTION, {"name": "x", "type": "CATALOGUE", "description": {"blocks": [[text]]}}),
        (CATEGORY, {"name": "x", "description": json.dumps({"blocks": [{"data": {"text": text}}]})}),
        (CATEGORY, {"name": "x", "parent": text, "metadata": [{"key": "k", "value": text}]}),
    ):
        refused({"query": document, "variables": {"i": given}})
    refused({"query": "query($id: ID!) { product(id: $id) { id } }", "variables": {"id": text}})


def test_in_the_document_too():
    refused({"query": r'{ products(first: 1, search: "a\u0000b") { totalCount } }'})
    refused({"query": r'{ products(first: 1, search: "\u{D800}") { totalCount } }'})
    refused({"query": r'{ product(id: "\u0000") { id } }'})
    refused({"query": '{ product(id: """\ud800""") { id } }'})
    refused({"query": "{ \ud800 }"})


def test_an_answer_that_names_what_was_asked_is_always_sent():
    assert "Unknown operation" in refused({"query": "query A { me { id } }", "operationName": "\ud800"})


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_numbers_that_json_does_not_have_are_refused(number):
    refused(
        {"query": CATEGORY, "variables": {"i": {"name": "x", "description": f'{{"time": {number}, "blocks": []}}'}}}
    )
    description = {"time": float(number), "blocks": []}
    given = {"name": "x", "type": "CATALOGUE", "description": description}
    refused({"query": PROMOTION, "variables": {"i": given}})


def test_json_nested_beyond_reason_is_refused():
    deep: Any = []
    for _ in range(400):
        deep = [deep]
    given = {"name": "x", "type": "CATALOGUE", "description": {"blocks": deep}}
    refused({"query": PROMOTION, "variables": {"i": given}})
    refused({"query": CATEGORY, "variables": {"i": {"name": "x", "description": json.dumps({"blocks": deep})}}})


WHERE = 'query($w: ProductWhereInput) { products(first: 1, channel: "jp", where: $w) { totalCount } }'
SEARCH = 'query($s: String) { products(first: 1, channel: "jp", search: $s) { totalCount } }'


def messages(document: str, variables: dict[str, Any]) -> list[str]:
    """Return what is told to somebody nobody knows: errors of Saleor's kind, or none."""
    answer = ask(document, variables)
    codes = {error["extensions"]["exception"]["code"] for error in answer.get("errors", [])}
    assert codes <= {"GraphQLError"}, answer
    return [error["message"] for error in answer.get("errors", [])]


def test_moments_before_the_first_day_are_refused():
    for moment in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "0000-01-01T00:00:00Z"):
        assert messages(WHERE, {"w": {"updatedAt": {"range": {"gte": moment}}}})
    for moment in ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"):
        assert messages(WHERE, {"w": {"updatedAt": {"range": {"gte": moment}}}}) == []


@pytest.mark.parametrize("amount", ["1e1000", "-1e1000", "1e99999999999", "1e-1000", "9" * 500, "0.1" + "0" * 500])
def test_amounts_of_endless_places_are_refused(amount):
    given = {"balance": {"currency": "JPY", "amount": amount}, "isActive": True}
    create = "mutation($i: GiftCardCreateInput!) { giftCardCreate(input: $i) { errors { code } } }"

    refused({"query": create, "variables": {"i": given}})


@pytest.mark.parametrize("name", ["AND", "OR"])
def test_no_conditions_are_none(name):
    shop = Shop()
    shop.product()
    for where in ({name: None}, {"AND": [{name: None}]}, {"OR": [{"AND": [{name: None}]}]}):
        assert messages(WHERE, {"w": where}) == []
        answer = post(
            {
                "query": "query($w: PromotionWhereInput) { promotions(first: 1, where: $w) { totalCount } }",
                "variables": {"w": where},
            }
        )[1]
        assert answer == {"data": {"promotions": {"totalCount": 0}}}
    assert ask(WHERE, {"w": {name: None}})["data"]["products"]["totalCount"] == 1


def test_a_filter_of_references_that_says_nothing_is_refused():
    make_channel(slug="jp")
    for reference in (None, {}, {"referencedIds": None}, {"referencedIds": {}}):
        document = WHERE.replace("ProductWhereInput", "[AssignedAttributeWhereInput!]").replace(
            "where: $w", "where: {attributes: $w}"
        )
        messages(document, {"w": [{"slug": "x", "value": {"reference": reference}}]})


@pytest.mark.parametrize("depth", [40, 90, 150, 250, 400])
def test_conditions_of_any_depth_are_answered_or_refused(depth):
    make_channel(slug="jp")
    for name in ("AND", "OR"):
        where: dict[str, Any] = {"name": {"eq": "x"}}
        for _ in range(depth):
            where = {name: [where, {"name": {"eq": "y"}}]}
        messages(WHERE, {"w": where})


@pytest.mark.parametrize("text", ["x" * 70_000, "a " * 100_000, "%" * 1000, "\\", "'", "a " * 500, "²"])
def test_whatever_is_searched_for(text):
    shop = Shop()
    shop.product()

    messages(SEARCH, {"s": text})
    for name in ("orders", "customers", "draftOrders", "pages", "giftCards", "warehouses"):
        place = "filter: {search: $s}" if name == "warehouses" else "search: $s"
        _, answer = post(
            {"query": f"query($s: String) {{ {name}(first: 1, {place}) {{ totalCount }} }}", "variables": {"s": text}}
        )
        assert {error["extensions"]["exception"]["code"] for error in answer.get("errors", [])} <= {"GraphQLError"}


@pytest.mark.parametrize("key", ["²", "９", "9" * 30, "-1", "", "1.5", "1_0"])
def test_ids_of_signs_that_are_no_digits_name_nothing(key):
    gid = to_global_id("Product", key)
    write = "mutation($id: ID!) { updateMetadata(id: $id, input: []) { errors { code } } }"

    _, answer = post({"query": write, "variables": {"id": gid}})

    assert answer["data"]["updateMetadata"]["errors"] == [{"code": "NOT_FOUND"}]
    assert messages("query($id: ID!) { product(id: $id) { id } }", {"id": gid}) == []


@pytest.mark.parametrize(
    "document", ['{"blocks": 1}', '{"blocks": [1, null]}', '{"blocks": [{"data": 5}, {"data": {"items": 7}}]}']
)
def test_a_description_of_another_editor_is_kept_and_not_searched(document):
    shop = Shop()
    update = """mutation($id: ID!, $d: JSONString) { productUpdate(id: $id, input: {description: $d}) {
      product { description } errors { code } } }"""

    _, answer = post({"query": update, "variables": {"id": shop.product(), "d": document}})

    assert json.loads(answer["data"]["productUpdate"]["product"]["description"]) == json.loads(document)


@pytest.mark.parametrize(("limit", "code"), [(0, "INVALID"), (-1, "INVALID"), (1, None), (None, None)])
def test_nobody_may_be_allowed_less_than_one_piece(limit, code):
    shop = Shop()
    shop.product()
    variant = to_global_id("ProductVariant", ProductVariant.objects.get().pk)
    update = """mutation($id: ID!, $n: Int) { productVariantUpdate(id: $id, input: {quantityLimitPerCustomer: $n}) {
      errors { field code } } }"""

    _, answer = post({"query": update, "variables": {"id": variant, "n": limit}})

    expected = [{"field": "quantityLimitPerCustomer", "code": code}] if code else []
    assert answer["data"]["productVariantUpdate"]["errors"] == expected


def test_a_rate_that_no_column_holds_is_refused():
    for rate, errors in ((1e308, [{"code": "INVALID"}]), (100_000, [{"code": "INVALID"}]), (99_999.5, [])):
        given = {"name": "x", "createCountryRates": [{"countryCode": "JP", "rate": rate}]}
        create = "mutation($i: TaxClassCreateInput!) { taxClassCreate(input: $i) { errors { code } } }"
        assert post({"query": create, "variables": {"i": given}})[1]["data"]["taxClassCreate"]["errors"] == errors
        update = """mutation($r: [TaxClassRateInput!]!) {
          taxCountryConfigurationUpdate(countryCode: JP, updateTaxClassRates: $r) { errors { code } } }"""
        _, answer = post({"query": update, "variables": {"r": [{"rate": rate}]}})
        assert answer["data"]["taxCountryConfigurationUpdate"]["errors"] == errors


def test_more_ids_than_a_statement_takes():
    make_channel(slug="jp")
    ids = [to_global_id("Product", number) for number in range(1, 70_001)]

    assert messages(WHERE, {"w": {"ids": ids}}) == []
    assert (
        messages('query($i: [ID!]) { products(first: 1, channel: "jp", filter: {ids: $i}) { totalCount } }', {"i": ids})
        == []
    )


@pytest.mark.parametrize(
    ("text", "kind", "given", "field"),
    [
        ("categoryCreate(input: $i) { category { id }", "CategoryInput", {"name": LONG}, "name"),
        ("collectionCreate(input: $i) { collection { id }", "CollectionCreateInput", {"name": LONG}, "name"),
        (
            "shippingZoneCreate(input: $i) { shippingZone { id }",
            "ShippingZoneCreateInput",
            {"name": LONG, "countries": []},
            "name",
        ),
        (
            "createWarehouse(input: $i) { warehouse { id }",
            "WarehouseCreateInput",
            {"name": LONG, "address": {}},
            "name",
        ),
        (
            "attributeCreate(input: $i) { attribute { id }",
            "AttributeCreateInput",
            {"name": "x", "slug": LONG, "type": "PRODUCT_TYPE"},
            "slug",
        ),
        ("menuCreate(input: $i) { menu { id }", "MenuCreateInput", {"name": LONG}, "name"),
    ],
)
def test_a_text_longer_than_its_column_is_refused_on_every_database(text, kind, given, field):
    document = f"mutation($i: {kind}!) {{ {text} errors {{ field code }} }} }}"

    status, answer = post({"query": document, "variables": {"i": given}})

    assert status == 200 and "errors" not in answer, answer
    (payload,) = answer["data"].values()
    assert {"field": field, "code": "INVALID"} in payload["errors"]


def test_a_group_whose_name_is_too_long_is_refused_as_a_whole():
    document = """mutation($i: PermissionGroupCreateInput!) { permissionGroupCreate(input: $i) {
      group { id } errors { code } } }"""

    boss = User.objects.create(email="boss@example.com", is_staff=True, is_superuser=True, is_confirmed=True)

    answer = ask(document, {"i": {"name": LONG}}, token=access_token(boss))

    assert [error["extensions"]["exception"]["code"] for error in answer["errors"]] == ["GraphQLError"]


@pytest.mark.parametrize(("count", "errors"), [(2**31 - 1, [{"field": "count", "code": "INVALID"}]), (3, [])])
def test_not_more_gift_cards_are_made_at_once_than_a_process_can_hold(count, errors):
    given = {"count": count, "balance": {"currency": "JPY", "amount": 1}, "isActive": True, "tags": []}
    document = "mutation($i: GiftCardBulkCreateInput!) { giftCardBulkCreate(input: $i) { errors { field code } } }"

    assert post({"query": document, "variables": {"i": given}})[1]["data"]["giftCardBulkCreate"]["errors"] == errors

"""Whose metadata is whose: every type's rights to write, and to read what is private, as Saleor 3.24 maps them."""

from __future__ import annotations

import pytest

from infra.engine.apps.actions import create_app
from infra.engine.customers.models import Address, User
from infra.engine.products.models import Attribute
from infra.engine.schema.build import schema
from infra.engine.schema.context import Requestor
from infra.engine.schema.ids import to_global_id
from infra.engine.schema.metadata import ANYBODY, TARGETS
from tests.engine.asking import ask, data_of
from tests.engine.test_customers import make_customer, sign_in
from tests.engine.test_staff import make_staff

pytestmark = pytest.mark.django_db(databases=["engine"])
GOODS, TYPES, PAGE_TYPES = "MANAGE_PRODUCTS", "MANAGE_PRODUCT_TYPES_AND_ATTRIBUTES", "MANAGE_PAGE_TYPES_AND_ATTRIBUTES"
ORDERS, CARTS, TAXES = "MANAGE_ORDERS HANDLE_TAXES", "MANAGE_CHECKOUTS HANDLE_TAXES", "MANAGE_TAXES HANDLE_TAXES"
#: (to write public metadata, to read and write private metadata); "*" is anybody. Rows decide for the others.
RIGHTS = {
    "Category": (GOODS, GOODS),
    "Channel": ("MANAGE_CHANNELS", "MANAGE_CHANNELS"),
    "Checkout": ("*", CARTS),
    "CheckoutLine": ("*", CARTS),
    "Collection": (GOODS, GOODS),
    "Fulfillment": (ORDERS, ORDERS),
    "GiftCard": ("MANAGE_GIFT_CARD", "MANAGE_GIFT_CARD"),
    "Invoice": ("MANAGE_ORDERS", "MANAGE_ORDERS"),
    "Menu": ("MANAGE_MENUS", "MANAGE_MENUS"),
    "MenuItem": ("MANAGE_MENUS", "MANAGE_MENUS"),
    "Order": (ORDERS, ORDERS),
    "OrderLine": (ORDERS, ORDERS),
    "Page": ("MANAGE_PAGES", "MANAGE_PAGES"),
    "PageType": (PAGE_TYPES, PAGE_TYPES),
    "Product": (GOODS, GOODS),
    "ProductMedia": (GOODS, GOODS),
    "ProductType": (TYPES, TYPES),
    "ProductVariant": (GOODS, GOODS),
    "Promotion": ("MANAGE_DISCOUNTS", "MANAGE_DISCOUNTS"),
    "ShippingMethodType": ("MANAGE_SHIPPING", "MANAGE_SHIPPING"),
    "ShippingZone": ("MANAGE_SHIPPING", "MANAGE_SHIPPING"),
    "Shop": ("MANAGE_SETTINGS", "MANAGE_SETTINGS"),
    "TaxClass": (TAXES, TAXES),
    "TaxConfiguration": (TAXES, TAXES),
    "TransactionItem": ("HANDLE_PAYMENTS", "HANDLE_PAYMENTS"),
    "Voucher": ("MANAGE_DISCOUNTS", "MANAGE_DISCOUNTS"),
    "Warehouse": (GOODS, GOODS),
}
BY_ROW = {"Address", "App", "Attribute", "User"}
WRITE = """mutation($id: ID!) { updateMetadata(id: $id, input: [{key: "a", value: "b"}]) {
  item { metadata { key } } errors { field code } } }"""
WRITE_PRIVATE = """mutation($id: ID!) { updatePrivateMetadata(id: $id, input: [{key: "a", value: "b"}]) {
  item { privateMetadata { key } } errors { field code } } }"""


def app_token(*permissions):
    return create_app(name="an app", permissions=list(permissions))[1]


def verdict(document, kind, pk, token=""):
    answer = ask(document, {"id": to_global_id(kind, pk)}, token=token)
    if "errors" in answer:
        return answer["errors"][0]["extensions"]["exception"]["code"]
    (payload,) = answer["data"].values()
    return ",".join(error["code"] for error in payload["errors"]) or "written"


def test_every_type_has_the_rights_that_saleor_gives_it():
    schema()
    found = {
        name: tuple(frozenset(rights) for rights in (target.public, target.private))
        for name, target in TARGETS.items()
        if name not in BY_ROW
    }

    assert found == {name: tuple(frozenset(each.split()) for each in pair) for name, pair in RIGHTS.items()}
    assert ANYBODY == ("*",)
    assert {name for name, target in TARGETS.items() if callable(target.private)} == BY_ROW


def test_anybody_is_a_name_that_no_permission_has():
    assert not Requestor(permissions=frozenset(["MANAGE_ORDERS"])).has_perm("*")


@pytest.mark.parametrize(("kind", "permission"), [("customer", "MANAGE_USERS"), ("staff", "MANAGE_STAFF")])
def test_people_are_written_by_those_who_manage_their_kind(kind, permission):
    person = User.objects.create(email="person@example.com", is_staff=kind == "staff", password="!")
    other = {"MANAGE_USERS": "MANAGE_STAFF", "MANAGE_STAFF": "MANAGE_USERS"}[permission]
    rightful, wrongful = app_token(permission), app_token(other)

    assert verdict(WRITE, "User", person.pk, wrongful) == "PermissionDenied"
    assert verdict(WRITE_PRIVATE, "User", person.pk, wrongful) == "PermissionDenied"
    person.refresh_from_db()
    assert (person.metadata, person.private_metadata) == ({}, {})
    assert verdict(WRITE, "User", person.pk, rightful) == "written"
    assert verdict(WRITE_PRIVATE, "User", person.pk, rightful) == "written"


def test_one_writes_ones_own_public_metadata_and_never_reads_what_is_private_of_oneself():
    user = make_customer()
    token = sign_in()["token"]

    assert verdict(WRITE, "User", user.pk, token) == "written"
    assert verdict(WRITE_PRIVATE, "User", user.pk, token) == "PermissionDenied"
    answer = ask("{ me { email privateMetadata { key } } }", token=token)
    assert answer["errors"][0]["path"] == ["me", "privateMetadata"]


def test_staff_who_manage_customers_do_not_read_the_private_metadata_of_staff():
    clerk, token = make_staff("clerk@example.com", "MANAGE_USERS")
    customer = make_customer()
    User.objects.update(private_metadata={"a": "secret"})

    mine = ask("{ me { privateMetadata { value } } }", token=token)
    theirs = data_of(
        "query($id: ID!) { user(id: $id) { privateMetadata { value } } }",
        {"id": to_global_id("User", customer.pk)},
        token=token,
    )

    assert mine["errors"][0]["extensions"]["exception"]["code"] == "PermissionDenied"
    assert "secret" not in str(mine)
    assert theirs["user"]["privateMetadata"] == [{"value": "secret"}]


def test_addresses_belong_to_whoever_has_them_in_a_book():
    customer, (clerk, token) = make_customer(), make_staff("clerk@example.com", "MANAGE_USERS")
    theirs, own = (Address.objects.create(street_address_1=name, country="JP") for name in ("theirs", "own"))
    customer.addresses.add(theirs)
    clerk.addresses.add(own)
    manager = app_token("MANAGE_STAFF")

    assert verdict(WRITE, "Address", theirs.pk, sign_in()["token"]) == "written"
    assert verdict(WRITE, "Address", own.pk, sign_in()["token"]) == "PermissionDenied"
    assert verdict(WRITE, "Address", own.pk, token) == "written"
    assert verdict(WRITE_PRIVATE, "Address", own.pk, token) == "PermissionDenied"
    assert verdict(WRITE_PRIVATE, "Address", theirs.pk, token) == "written"
    assert verdict(WRITE_PRIVATE, "Address", own.pk, manager) == "written"
    assert verdict(WRITE_PRIVATE, "Address", theirs.pk, manager) == "PermissionDenied"


@pytest.mark.parametrize(("kind", "permission"), [("PRODUCT_TYPE", TYPES), ("PAGE_TYPE", PAGE_TYPES)])
def test_an_attribute_is_managed_by_the_kind_of_type_it_is_for(kind, permission):
    row = Attribute.objects.create(name="color", slug="color", type=kind, input_type="DROPDOWN")
    other = TYPES if permission == PAGE_TYPES else PAGE_TYPES

    assert verdict(WRITE, "Attribute", row.pk, app_token(other)) == "PermissionDenied"
    assert verdict(WRITE_PRIVATE, "Attribute", row.pk, app_token(permission)) == "written"


def test_an_app_keeps_its_own_metadata_and_no_other_reads_it():
    own, other = app_token("MANAGE_ORDERS"), app_token("MANAGE_PRODUCTS")
    pk = data_of("{ app { id } }", token=own)["app"]["id"]

    written = ask(WRITE_PRIVATE, {"id": pk}, token=own)["data"]["updatePrivateMetadata"]
    refused = ask(WRITE, {"id": pk}, token=other)
    read = ask("query($id: ID!) { app(id: $id) { id metadata { key } } }", {"id": pk}, token=make_staff("s@x.jp")[1])

    assert written["item"]["privateMetadata"] == [{"key": "a"}]
    assert refused["errors"][0]["extensions"]["exception"]["code"] == "PermissionDenied"
    assert read["errors"][0]["path"] == ["app", "metadata"]


@pytest.mark.parametrize(("kind", "pk"), [("Order", "00000000-0000-4000-8000-000000000000"), ("Product", 999_999)])
def test_whoever_may_not_write_is_not_told_what_exists(kind, pk):
    assert verdict(WRITE, kind, pk) == "PermissionDenied"
    assert verdict(WRITE, kind, pk, app_token("MANAGE_ORDERS", "MANAGE_PRODUCTS")) == "NOT_FOUND"


def test_private_metadata_of_nobody_is_refused_like_that_of_somebody():
    assert verdict(WRITE_PRIVATE, "User", 999_999, app_token("MANAGE_USERS")) == "PermissionDenied"

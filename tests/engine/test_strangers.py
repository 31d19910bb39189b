"""What strangers try with ids that are not theirs: refused as for ids that do not exist, and nothing changes."""

from __future__ import annotations

from typing import Any

import pytest

from infra.engine.checkout.completion import complete_checkout
from infra.engine.customers.models import Address, User
from infra.engine.deliveries.models import EventDelivery
from infra.engine.handler import handle
from infra.engine.orders import fulfillment
from infra.engine.orders.models import Fulfillment, OrderLine
from infra.engine.orders.types import FulfillPart
from infra.engine.products.models import ProductMedia
from infra.engine.schema.context import ANONYMOUS
from infra.engine.schema.ids import to_global_id
from tests.engine.asking import ask, data_of
from tests.engine.commerce import make_channel, make_checkout, make_variant, make_warehouse
from tests.engine.shop import Shop, upload
from tests.engine.test_customers import ADDRESS, PASSWORD, make_customer, sign_in

pytestmark = pytest.mark.django_db(databases=["engine"])
WRITE = """mutation($id: ID!, $input: [MetadataInput!]!) { updateMetadata(id: $id, input: $input) {
  item { ... on Fulfillment { trackingNumber } ... on OrderLine { productName } } errors { code } } }"""
CLEAR = "mutation($id: ID!, $keys: [String!]!) { deleteMetadata(id: $id, keys: $keys) { errors { code } } }"
UPDATE = """mutation($id: ID!, $input: AddressInput!) { accountAddressUpdate(id: $id, input: $input) {
  address { streetAddress1 } user { email } errors { field code } } }"""
DELETE = """mutation($id: ID!) { accountAddressDelete(id: $id) {
  address { streetAddress1 } user { email } errors { field code } } }"""
DEFAULT = """mutation($id: ID!) { accountSetDefaultAddress(id: $id, type: SHIPPING) {
  user { email } errors { field code } } }"""
PASSWORD_OF_ANOTHER = """mutation($old: String, $new: String!) { passwordChange(oldPassword: $old, newPassword: $new) {
  user { email } errors { field code } } }"""


@pytest.fixture
def sent() -> Fulfillment:
    """A parcel of somebody's order. Its number at the engine counts up, so anybody can name it."""
    channel = make_channel()
    warehouse = make_warehouse(channel)
    variant = make_variant(channel, stock={warehouse: 5})
    order = complete_checkout(checkout_id=make_checkout(channel, {variant: 1}).pk, requestor=ANONYMOUS)
    part = FulfillPart(OrderLine.objects.get(order=order).pk, warehouse.pk, 1)
    (made,) = fulfillment.fulfill_order(
        order_id=order.pk, parts=[part], requestor=ANONYMOUS, auto_approve=True, allow_unpaid=True
    )
    Fulfillment.objects.filter(pk=made.pk).update(tracking_number="SECRET-1", metadata={"kept": "1"})
    return Fulfillment.objects.get(pk=made.pk)


@pytest.fixture
def hanako() -> User:
    """A customer with one address in her book, her default."""
    user = make_customer()
    address = Address.objects.create(street_address_1="秘密の番地", country="JP")
    user.addresses.add(address)
    user.default_shipping_address = address
    user.save()
    return user


@pytest.fixture
def stranger(hanako: User) -> str:
    """The token of another customer."""
    make_customer(email="other@example.com")
    return str(sign_in(email="other@example.com")["token"])


def denied(answer: dict[str, Any]) -> list[str]:
    return [error["extensions"]["exception"]["code"] for error in answer.get("errors", [])]


@pytest.mark.parametrize("document", [WRITE, CLEAR])
@pytest.mark.parametrize("of", ["fulfillment", "line"])
def test_metadata_of_a_parcel_is_for_staff_though_its_number_can_be_guessed(sent, document, of):
    gid = to_global_id("Fulfillment", sent.pk)
    if of == "line":
        gid = to_global_id("OrderLine", OrderLine.objects.get(order=sent.order).pk)
    variables = {"id": gid, "input": [{"key": "kept", "value": "2"}], "keys": ["kept"]}
    told = EventDelivery.objects.count()

    for token in ("", _customer()):
        answer = ask(document, variables, token=token)
        assert denied(answer) == ["PermissionDenied"]
        assert "SECRET-1" not in str(answer)

    sent.refresh_from_db()
    assert sent.metadata == {"kept": "1"}
    assert EventDelivery.objects.count() == told


def _customer() -> str:
    if not User.objects.filter(email="c@example.com").exists():
        make_customer(email="c@example.com")
    return str(sign_in(email="c@example.com")["token"])


@pytest.mark.parametrize("document", [UPDATE, DELETE, DEFAULT])
def test_anothers_address_is_as_one_that_does_not_exist(hanako, stranger, document):
    theirs = hanako.addresses.get()
    answers = [
        ask(document, {"id": to_global_id("Address", pk), "input": ADDRESS}, token=stranger)
        for pk in (theirs.pk, 999_999)
    ]

    real, nothing = (next(iter(each["data"].values())) for each in answers)
    assert real == nothing
    assert [error["code"] for error in real["errors"]] == ["NOT_FOUND"]
    assert {key: value for key, value in real.items() if key != "errors" and value} == {}
    theirs.refresh_from_db()
    hanako.refresh_from_db()
    assert (theirs.street_address_1, hanako.default_shipping_address_id) == ("秘密の番地", theirs.pk)


@pytest.mark.parametrize("document", [UPDATE, DELETE, DEFAULT])
def test_nobody_has_an_address_book(hanako, document):
    gid = to_global_id("Address", hanako.addresses.get().pk)

    assert denied(ask(document, {"id": gid, "input": ADDRESS})) == ["PermissionDenied"]
    assert hanako.addresses.get().street_address_1 == "秘密の番地"


@pytest.mark.parametrize("kind", ["User", "Address"])
def test_metadata_of_another_customer_is_not_written(hanako, stranger, kind):
    row = hanako if kind == "User" else hanako.addresses.get()
    variables = {"id": to_global_id(kind, row.pk), "input": [{"key": "a", "value": "b"}]}

    assert denied(ask(WRITE, variables, token=stranger)) == ["PermissionDenied"]
    row.refresh_from_db()
    assert row.metadata == {}


def test_a_password_is_changed_by_whoever_knows_it(hanako, stranger):
    variables = {"old": "not her password", "new": "a new long password"}

    refused = ask(PASSWORD_OF_ANOTHER, variables, token=str(sign_in()["token"]))["data"]["passwordChange"]

    assert [error["code"] for error in refused["errors"]] == ["INVALID_CREDENTIALS"]
    assert denied(ask(PASSWORD_OF_ANOTHER, variables)) == ["PermissionDenied"]
    assert sign_in(password=PASSWORD)["token"]


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/take",
        "//evil.example/",
        "http://localhost:8000@evil.example/",
        "http://localhost.evil.example/",
        "javascript:alert(1)//localhost",
        "http://[",
        "/relative",
    ],
)
def test_a_mailed_token_is_sent_to_the_shops_own_pages_alone(hanako, url):
    slug = make_channel().slug
    reset = """mutation($e: String!, $u: String!, $c: String!) {
      requestPasswordReset(email: $e, redirectUrl: $u, channel: $c) { errors { field code } } }"""
    register = """mutation($e: String!, $u: String!, $c: String!) { accountRegister(input: {
      email: $e, password: "long enough 1", redirectUrl: $u, channel: $c}) { user { email } errors { field code } } }"""
    told, people = EventDelivery.objects.count(), User.objects.count()

    for document, email in ((reset, hanako.email), (reset, "nobody@example.com"), (register, "new@example.com")):
        payload = next(iter(ask(document, {"e": email, "u": url, "c": slug})["data"].values()))
        assert payload["errors"] == [{"field": "redirectUrl", "code": "INVALID"}]

    assert (EventDelivery.objects.count(), User.objects.count()) == (told, people)


def test_pictures_of_goods_that_are_not_shown_are_not_made_smaller_for_anybody():
    shop = Shop()
    product = shop.product()
    upload(shop.token, product)
    path = f"/thumbnail/{to_global_id('ProductMedia', ProductMedia.objects.get().pk)}/64/"
    shown = handle("GET", path, {}, b"")[0]

    shop.list(product, isPublished=False)

    assert shown == 302
    assert handle("GET", path, {}, b"")[0] == handle("GET", path.replace("/64/", "/128/"), {}, b"")[0] == 404
    assert data_of("{ me { email } }") == {"me": None}

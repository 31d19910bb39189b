"""Mutations that succeed, asked for all that their answers declare."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.db import transaction
from graphql import get_named_type

from infra.engine.apps.models import App, Webhook
from infra.engine.customers.models import Address, User
from infra.engine.products.models import Channel
from infra.engine.schema.build import schema
from infra.engine.schema.ids import to_global_id
from tests.engine.asking import ask
from tests.engine.everything import select_all
from tests.engine.filled import fill_all
from tests.engine.test_served import rows

pytestmark = pytest.mark.django_db(databases=["engine"])
ADDRESS = (
    '{firstName: "花", lastName: "山田", streetAddress1: "1-2-3", city: "墨田区", countryArea: "東京都",'
    ' postalCode: "130-0001", country: JP, phone: "+81312345678"}'
)
#: by mutation, its arguments; <Product> stands for the id of the shop's product
STAFF = {
    "appActivate": 'id: "<App>"',
    "appCreate": 'input: {name: "ears", permissions: [MANAGE_PRODUCTS]}',
    "appDeactivate": 'id: "<App>"',
    "appDelete": 'id: "<App>"',
    "appTokenCreate": 'input: {app: "<App>", name: "t"}',
    "appUpdate": 'id: "<App>", input: {name: "x"}',
    "attributeTranslate": 'id: "<Attribute>", languageCode: EN, input: {name: "x"}',
    "categoryDelete": 'id: "<Category>"',
    "categoryTranslate": 'id: "<Category>", languageCode: EN, input: {name: "x", seoTitle: "s", slug: "s"}',
    "channelActivate": 'id: "<Channel>"',
    "channelDeactivate": 'id: "<Channel>"',
    "channelUpdate": 'id: "<Channel>", input: {name: "x"}',
    "checkoutCustomerAttach": 'id: "<Checkout>", customerId: "<User>"',
    "checkoutCustomerNoteUpdate": 'id: "<Checkout>", customerNote: "x"',
    "checkoutEmailUpdate": 'id: "<Checkout>", email: "x@example.com"',
    "checkoutLanguageCodeUpdate": 'id: "<Checkout>", languageCode: JA',
    "checkoutLinesAdd": 'id: "<Checkout>", lines: [{quantity: 1, variantId: "<ProductVariant>"}]',
    "checkoutLinesUpdate": 'id: "<Checkout>", lines: [{quantity: 1, lineId: "<CheckoutLine>"}]',
    "checkoutLinesDelete": 'id: "<Checkout>", linesIds: ["<CheckoutLine>"]',
    "customerCreate": 'input: {email: "new@example.com", defaultShippingAddress: <address>}',
    "customerUpdate": 'id: "<User>", input: {firstName: "x", defaultBillingAddress: <address>}',
    "customerDelete": 'id: "<User>"',
    "deleteMetadata": 'id: "<Product>", keys: ["key"]',
    "orderUpdate": 'id: "<Order>", input: {userEmail: "x@example.com"}',
    "orderNoteAdd": 'order: "<Order>", input: {message: "x"}',
    "pageUpdate": 'id: "<Page>", input: {title: "x"}',
    "pageDelete": 'id: "<Page>"',
    "pageTranslate": 'id: "<Page>", languageCode: EN, input: {title: "x", seoTitle: "s", slug: "s"}',
    "pageTypeUpdate": 'id: "<PageType>", input: {name: "x"}',
    "productUpdate": 'id: "<Product>", input: {name: "x"}',
    "productDelete": 'id: "<Product>"',
    "productChannelListingUpdate": 'id: "<Product>", input: {updateChannels: [{channelId: "<Channel>"}]}',
    "productMediaUpdate": 'id: "<ProductMedia>", input: {alt: "x"}',
    "productMediaDelete": 'id: "<ProductMedia>"',
    "productTranslate": 'id: "<Product>", languageCode: EN, input: {name: "x", seoTitle: "s", slug: "s"}',
    "productTypeUpdate": 'id: "<ProductType>", input: {name: "x"}',
    "productTypeDelete": 'id: "<ProductType>"',
    "productVariantCreate": 'input: {product: "<Product>", name: "x", attributes: []}',
    "productVariantUpdate": 'id: "<ProductVariant>", input: {name: "x"}',
    "productVariantDelete": 'id: "<ProductVariant>"',
    "productVariantReorder": 'productId: "<Product>", moves: [{id: "<ProductVariant>", sortOrder: 0}]',
    "productVariantSetDefault": 'productId: "<Product>", variantId: "<ProductVariant>"',
    "productVariantTranslate": 'id: "<ProductVariant>", languageCode: EN, input: {name: "x"}',
    "productVariantStocksUpdate": 'variantId: "<ProductVariant>", stocks: [{warehouse: "<Warehouse>", quantity: 3}]',
    "productVariantChannelListingUpdate": 'id: "<ProductVariant>", input: [{channelId: "<Channel>", price: 900}]',
    "variantMediaAssign": 'variantId: "<ProductVariant>", mediaId: "<ProductMedia>"',
    "permissionGroupCreate": 'input: {name: "x", addPermissions: [MANAGE_PRODUCTS]}',
    "staffCreate": 'input: {email: "desk@example.com"}',
    "taxClassUpdate": 'id: "<TaxClass>", input: {name: "x"}',
    "taxConfigurationUpdate": 'id: "<TaxConfiguration>", input: {chargeTaxes: true, updateCountriesConfiguration:'
    " [{countryCode: FR, chargeTaxes: true, displayGrossPrices: true, taxCalculationStrategy: FLAT_RATES}]}",
    "taxCountryConfigurationUpdate": "countryCode: JP, updateTaxClassRates: [{rate: 8}]",
    "transactionCreate": 'id: "<Order>", transaction: {name: "card", pspReference: "p", '
    'amountCharged: {amount: 1, currency: "JPY"}, paymentMethodDetails: {card: {name: '
    '"c", brand: "visa", firstDigits: "4242", lastDigits: "4242", expMonth: 1, expYear: 2030}}}',
    "updateWarehouse": 'id: "<Warehouse>", input: {name: "x"}',
    "webhookUpdate": 'id: "<Webhook>", input: {name: "x"}',
    "webhookDelete": 'id: "<Webhook>"',
}
CUSTOMER = {
    "accountAddressCreate": "input: <address>, type: SHIPPING",
    "accountAddressUpdate": 'id: "<Address>", input: <address>',
    "accountAddressDelete": 'id: "<Address>"',
    "accountSetDefaultAddress": 'id: "<Address>", type: BILLING',
    "accountUpdate": 'input: {firstName: "x"}',
    "checkoutCustomerAttach": 'id: "<Checkout>"',
    "passwordChange": 'oldPassword: "glass-and-wood", newPassword: "paper-and-stone"',
}
#: what somebody may not read of his own things is refused alone
REFUSED = "To access this path"
PASSWORD = "glass-and-wood"  # noqa: S105


@pytest.fixture
def shop() -> Any:
    made = fill_all()
    Address.objects.update(phone="")
    password = make_password(PASSWORD)
    User.objects.update(password=password, is_active=True, is_confirmed=True)
    User.objects.create(
        email="root@example.com", password=password, is_staff=True, is_superuser=True, is_confirmed=True
    )
    Webhook.objects.create(app=App.objects.first(), name="ear", target_url="https://example.com/")
    return made


def _asked(name: str, arguments: str, token: str) -> dict[str, Any]:
    text = arguments.replace("<address>", ADDRESS)
    for kind, row in rows().items():
        if hasattr(row, "pk"):
            text = text.replace(f"<{kind}>", to_global_id(kind, row.pk))
    type_ = get_named_type(schema().mutation_type.fields[name].type)
    return ask(f"mutation {{ {name}({text}) {select_all(type_, 1)} }}", token=token)


def _signed_in(email: str) -> str:
    return _asked("tokenCreate", f'email: "{email}", password: "{PASSWORD}"', "")["data"]["tokenCreate"]["token"]


def wrongs(name: str, arguments: str, token: str) -> list[str]:
    """Return what is wrong with the answer to a mutation, which is then taken back."""
    with transaction.atomic("engine"):
        if name in ("channelActivate", "channelDeactivate"):
            Channel.objects.update(is_active=name == "channelDeactivate")
        if name in ("appActivate", "appDeactivate"):
            App.objects.update(is_active=name == "appDeactivate")
        answer = _asked(name, arguments, token)
        transaction.set_rollback(True, using="engine")
    broken = [error["message"] for error in answer.get("errors", []) if not error["message"].startswith(REFUSED)]
    payload = (answer.get("data") or {}).get(name)
    if broken or not payload:
        return [f"{name}: {said}" for said in broken or ["is refused whole"]]
    empty = [key for key, value in payload.items() if value is None]
    return [f"{name}: {said}" for said in [*payload["errors"], *empty]]


def test_what_staff_changed_is_answered_whole(shop):
    token = _signed_in("root@example.com")

    found = [said for name, arguments in STAFF.items() for said in wrongs(name, arguments, token)]
    assert found == []


def test_what_a_customer_changed_is_answered_whole(shop):
    token = _signed_in("filled@example.com")

    found = [said for name, arguments in CUSTOMER.items() for said in wrongs(name, arguments, token)]
    assert found == []

"""What apps are told and asked of taxes, translations, deliveries and payments, and what carts say is wrong."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from infra.engine.apps.actions import create_app
from infra.engine.checkout.completion import complete_checkout
from infra.engine.checkout.models import CheckoutDelivery
from infra.engine.customers import tokens
from infra.engine.customers.actions import password_tokens
from infra.engine.customers.models import User
from infra.engine.deliveries.worker import run_due
from infra.engine.payments.models import TransactionItem
from infra.engine.products.models import ProductVariant, TaxConfiguration
from infra.engine.schema.context import ANONYMOUS
from infra.engine.schema.ids import to_global_id
from infra.engine.warehouses.models import Stock
from tests.engine.asking import ask, data_of, staff_token
from tests.engine.commerce import make_channel, make_checkout, make_variant, make_warehouse
from tests.engine.listener import LISTENER, ORIGIN
from tests.engine.shop import Shop
from tests.engine.test_deliveries import make_webhook, soon, tell
from tests.engine.test_taxes import QUERY as TAXES
from tests.engine.test_taxes import prices
from tests.engine.vouchers import make_voucher, on_cart

pytestmark = pytest.mark.django_db(databases=["default", "engine"])


def make_cart(**checkout: Any) -> Any:
    channel = make_channel()
    variant = make_variant(channel, price=1000, stock={make_warehouse(channel): 9})
    return make_checkout(channel, {variant: 2}, delivery=500, **checkout)


def test_a_tax_app_is_told_the_discount_of_the_whole_cart_and_what_the_variant_is_called(app_double: Any) -> None:
    cart = make_cart()
    ProductVariant.objects.update(name="大")
    make_voucher(cart.channel, 300, type="ENTIRE_ORDER", discount_value_type="FIXED")
    on_cart(cart)
    TaxConfiguration.objects.update(tax_calculation_strategy="TAX_APP", tax_app_id="ears")
    make_webhook("CHECKOUT_CALCULATE_TAXES", query=TAXES, permissions=("HANDLE_TAXES",))

    prices(cart)

    told = LISTENER.bodies("/hook")[0]["taxBase"]
    assert told["discounts"] == [{"name": "夏の券", "type": "SUBTOTAL", "amount": {"amount": 300}}]
    assert [(line["variantName"], line["totalPrice"]["amount"]) for line in told["lines"]] == [("大", 2000)]


def test_a_country_may_have_a_tax_app_of_its_own(app_double: Any) -> None:
    channel = make_channel()
    app, _ = create_app(name="taxes", permissions=["HANDLE_TAXES"], identifier="taxes")
    make_webhook("CHECKOUT_CALCULATE_TAXES", query=TAXES, permissions=("HANDLE_TAXES",))
    text = """mutation($id: ID!, $i: TaxConfigurationUpdateInput!) { taxConfigurationUpdate(id: $id, input: $i) {
      taxConfiguration { taxAppId countries { country { code } taxAppId chargeTaxes } }
      errors { field code } } }"""
    pk = TaxConfiguration.objects.get(channel=channel).pk
    own = {"countryCode": "JP", "chargeTaxes": True, "taxAppId": "ears", "displayGrossPrices": True}
    given = {"updateCountriesConfiguration": [{**own, "taxCalculationStrategy": "TAX_APP"}]}

    said = data_of(text, {"id": to_global_id("TaxConfiguration", pk), "i": given}, token=staff_token())

    assert app.identifier == "taxes"
    assert said["taxConfigurationUpdate"]["taxConfiguration"] == {
        "taxAppId": None,
        "countries": [{"country": {"code": "JP"}, "taxAppId": "ears", "chargeTaxes": True}],
    }


def test_an_app_hears_which_translation_was_made_and_changed(app_double: Any) -> None:
    shop = Shop()
    product = shop.product()
    part = "translation { ... on ProductTranslation { id name language { code } } }"
    query = (
        f"subscription {{ event {{ ... on TranslationCreated {{ {part} }} ... on TranslationUpdated {{ {part} }} }} }}"
    )
    make_webhook("TRANSLATION_CREATED", "TRANSLATION_UPDATED", query=query, permissions=("MANAGE_TRANSLATIONS",))
    text = """mutation($id: ID!, $n: String!) { productTranslate(id: $id, languageCode: EN, input: {name: $n}) {
      product { translation(languageCode: EN) { id } } errors { code } } }"""
    ids = []
    for name in ("Kiriko", "Cut glass"):
        said = data_of(text, {"id": product, "n": name}, token=shop.token)
        ids.append(said["productTranslate"]["product"]["translation"]["id"])

    run_due(soon())

    told = [body["translation"] for body in LISTENER.bodies("/hook")]
    now = {"id": ids[0], "name": "Cut glass", "language": {"code": "EN"}}
    assert ids[0] == ids[1] and told[1] == now
    assert told[0] in (now, {**now, "name": "Kiriko"})  # as it was, or as it is when it is sent
    events = [headers["Saleor-Event"] for _, _, headers, _ in LISTENER.received]
    assert events == ["translation_created", "translation_updated"]


def test_attempts_say_what_the_app_answered(app_double: Any) -> None:
    webhook = make_webhook("CATEGORY_UPDATED")
    app_double.answers["/hook"] = (503, {"busy": True})
    tell()
    run_due(soon())
    text = """query($id: ID!) { webhook(id: $id) { eventDeliveries(first: 1) { edges { node { status
      attempts(first: 1) { edges { node { status responseStatusCode response } } } } } } } }"""

    seen = data_of(text, {"id": to_global_id("Webhook", webhook.pk)}, token=webhook.token)["webhook"]

    (delivery,) = [edge["node"] for edge in seen["eventDeliveries"]["edges"]]
    (attempt,) = [edge["node"] for edge in delivery["attempts"]["edges"]]
    assert (delivery["status"], attempt["status"], attempt["responseStatusCode"]) == ("PENDING", "FAILED", 503)
    assert attempt["response"] == '{"busy": true}'


def test_a_manifest_names_the_events_it_wants_answers_to(app_double: Any) -> None:
    hook = {
        "name": "Taxes",
        "asyncEvents": ["ORDER_CREATED"],
        "syncEvents": ["CHECKOUT_CALCULATE_TAXES"],
        "query": TAXES,
        "targetUrl": f"{ORIGIN}/taxes",
    }
    manifest = {"id": "taxes", "name": "Taxes", "version": "1.0.0", "about": "", "tokenTargetUrl": f"{ORIGIN}/r"}
    app_double.answers["/manifest"] = (200, {**manifest, "permissions": ["HANDLE_TAXES"], "webhooks": [hook]})
    text = """mutation($u: String!) { appFetchManifest(manifestUrl: $u) { manifest { identifier
      webhooks { name asyncEvents syncEvents targetUrl } } errors { field code message } } }"""

    said = data_of(text, {"u": f"{ORIGIN}/manifest"}, token=staff_token())["appFetchManifest"]["manifest"]

    assert said["webhooks"] == [{each: hook[each] for each in ("name", "asyncEvents", "syncEvents", "targetUrl")}]


def test_the_token_that_was_taken_away_is_answered() -> None:
    app, _ = create_app(name="helper", permissions=[], identifier="helper")
    token = staff_token()
    made = data_of(
        """mutation($a: ID!) { appTokenCreate(input: {app: $a, name: "second"}) { authToken
          appToken { id name } errors { code } } }""",
        {"a": to_global_id("App", app.pk)},
        token=token,
    )["appTokenCreate"]

    text = "mutation($id: ID!) { appTokenDelete(id: $id) { appToken { name authToken } errors { code } } }"
    gone = data_of(text, {"id": made["appToken"]["id"]}, token=token)["appTokenDelete"]

    assert gone == {"appToken": {"name": "second", "authToken": made["authToken"][-4:]}, "errors": []}
    assert ask("{ app { name } }", token=made["authToken"])["data"]["app"] is None


def test_a_buyer_leaves_a_cart_and_it_is_nobodys() -> None:
    buyer = User.objects.create(email="buyer@example.com", is_confirmed=True)
    cart = make_cart()
    cart.user = buyer
    cart.save()
    text = """mutation($id: ID!) { checkoutCustomerDetach(id: $id) { checkout { id user { id } email }
      errors { field code } } }"""
    gid = to_global_id("Checkout", cart.pk)

    said = data_of(text, {"id": gid}, token=tokens.access_token(buyer))["checkoutCustomerDetach"]["checkout"]

    assert (said["id"], said["user"]) == (gid, None)
    cart.refresh_from_db()
    assert cart.user_id is None


def test_a_cart_says_which_goods_and_which_delivery_are_the_matter() -> None:
    cart = make_cart()
    Stock.objects.update(quantity=1)
    CheckoutDelivery.objects.update(is_valid=False)
    text = """query($id: ID!) { checkout(id: $id) { problems { __typename
      ... on CheckoutLineProblemInsufficientStock { availableQuantity line { quantity } variant { id } }
      ... on CheckoutProblemDeliveryMethodInvalid { delivery { id } } } } }"""

    problems = data_of(text, {"id": to_global_id("Checkout", cart.pk)})["checkout"]["problems"]

    assert problems[0] == {
        "__typename": "CheckoutLineProblemInsufficientStock",
        "availableQuantity": 1,
        "line": {"quantity": 2},
        "variant": {"id": to_global_id("ProductVariant", ProductVariant.objects.get().pk)},
    }
    assert [each["__typename"] for each in problems[1:]] == ["CheckoutProblemDeliveryMethodInvalid"]
    assert problems[1]["delivery"]["id"] == to_global_id("CheckoutDelivery", cart.assigned_delivery_id)


PROCESS = """mutation($id: ID!) { transactionProcess(id: $id) { data
  transaction { chargedAmount { amount } paymentMethodDetails { name
    ... on CardPaymentMethodDetails { brand expMonth expYear lastDigits } } }
  transactionEvent { type createdBy { ... on App { id } } } errors { field code } } }"""
BEGIN = """mutation($id: ID!) { transactionInitialize(id: $id, amount: 2500, paymentGateway: {id: "ears"}) {
  transaction { id } data errors { field code } } }"""


def test_a_payment_goes_on_with_what_the_app_says(app_double: Any) -> None:
    cart = make_cart()
    ask_for = "subscription { event { ... on %s { data } } }"
    webhook = make_webhook(
        "TRANSACTION_INITIALIZE_SESSION",
        query=ask_for % "TransactionInitializeSession",
        path="/begin",
        permissions=("HANDLE_PAYMENTS",),
    )
    text = """mutation($i: WebhookCreateInput!) { webhookCreate(input: $i) { webhook { id } errors { field code } } }"""
    more = {"name": "on", "targetUrl": f"{ORIGIN}/on", "query": ask_for % "TransactionProcessSession"}
    data_of(text, {"i": {**more, "syncEvents": ["TRANSACTION_PROCESS_SESSION"], "isActive": True}}, token=webhook.token)
    app_double.answers["/begin"] = (200, {"result": "CHARGE_ACTION_REQUIRED", "data": {"go": "there"}})
    card = {"type": "CARD", "name": "Visa", "brand": "visa", "lastDigits": "4242", "expMonth": 4, "expYear": 2031}
    answer = {"pspReference": "p-1", "result": "CHARGE_SUCCESS", "data": {"receipt": "r-1"}}
    app_double.answers["/on"] = (200, {**answer, "paymentMethodDetails": card})

    begun = data_of(BEGIN, {"id": to_global_id("Checkout", cart.pk)})["transactionInitialize"]
    done = data_of(PROCESS, {"id": begun["transaction"]["id"]}, token=webhook.token)["transactionProcess"]

    assert begun["data"] == {"go": "there"}
    assert done["data"] == {"receipt": "r-1"}
    assert done["transaction"]["chargedAmount"] == {"amount": 2500}
    assert done["transaction"]["paymentMethodDetails"] == {
        each: card[each] for each in ("name", "brand", "expMonth", "expYear", "lastDigits")
    }
    assert done["transactionEvent"] == {
        "type": "CHARGE_SUCCESS",
        "createdBy": {"id": to_global_id("App", webhook.app_id)},
    }
    assert TransactionItem.objects.get().charged_value == Decimal(2500)


def test_a_video_of_a_product_is_described_by_who_shows_it(settings: Any, app_double: Any) -> None:
    settings.ENGINE_LOCAL_ORIGINS = {**settings.ENGINE_LOCAL_ORIGINS, "https://vimeo.com": "tests.engine.listener.call"}
    app_double.answers["/api/oembed.json"] = (200, {"title": "切る", "type": "video", "html": "<iframe></iframe>"})
    shop = Shop()
    product = shop.product()
    text = """mutation($i: ProductMediaCreateInput!) { productMediaCreate(input: $i) { product { id }
      media { type alt oembedData } errors { field code } } }"""
    given = {"product": product, "mediaUrl": "https://vimeo.com/1"}

    said = data_of(text, {"i": given}, token=shop.token)["productMediaCreate"]

    assert said["product"] == {"id": product}
    assert (said["media"]["type"], said["media"]["alt"]) == ("VIDEO", "切る")
    shown = {"title": "切る", "type": "video", "html": "<iframe></iframe>", "url": "https://vimeo.com/1"}
    assert json.loads(said["media"]["oembedData"]) == shown


def test_addresses_are_asked_for_down_to_the_quarter() -> None:
    text = """query($c: CountryCode!, $a: String, $t: String) { addressValidationRules(countryCode: $c,
      countryArea: $a, city: $t) { cityAreaChoices { raw verbose } postalCodePrefix cityAreaType } }"""

    quarter = data_of(text, {"c": "CN", "a": "北京市", "t": "昌平区"})["addressValidationRules"]
    county = data_of(text, {"c": "CN", "a": "安徽省", "t": "安庆市"})["addressValidationRules"]
    prefix = data_of(text, {"c": "AX"})["addressValidationRules"]["postalCodePrefix"]

    assert quarter["cityAreaType"] == "district"
    assert {"raw": "大观区", "verbose": "大观区"} in county["cityAreaChoices"]
    assert prefix == "AX-"


def test_who_sets_a_password_is_signed_in_and_may_stay_so() -> None:
    buyer = User.objects.create(email="buyer@example.com", is_confirmed=True)
    text = """mutation($e: String!, $t: String!) { setPassword(email: $e, token: $t, password: "a-long-enough-word") {
      token refreshToken csrfToken user { email } errors { field code } } }"""
    again = """mutation($r: String!, $c: String!) { tokenRefresh(refreshToken: $r, csrfToken: $c) {
      user { email } errors { field code } } }"""

    said = data_of(text, {"e": buyer.email, "t": password_tokens.make_token(buyer)})["setPassword"]
    kept = data_of(again, {"r": said["refreshToken"], "c": said["csrfToken"]})["tokenRefresh"]

    assert said["user"] == kept["user"] == {"email": "buyer@example.com"}
    assert len(said["csrfToken"]) > 40


def test_what_took_something_off_is_called_in_the_buyers_language() -> None:
    cart = make_cart(language_code="EN")
    voucher = make_voucher(cart.channel, 300, type="ENTIRE_ORDER", discount_value_type="FIXED")
    on_cart(cart)
    token = staff_token()
    say = """mutation($id: ID!) { voucherTranslate(id: $id, languageCode: EN, input: {name: "Summer ticket"}) {
      voucher { id } errors { field code } } }"""
    data_of(say, {"id": to_global_id("Voucher", voucher.pk)}, token=token)
    text = """query($id: ID!) { order(id: $id) { discountName translatedDiscountName discount { amount }
      discounts { name translatedName } } }"""

    order = complete_checkout(checkout_id=cart.pk, requestor=ANONYMOUS)
    seen = data_of(text, {"id": to_global_id("Order", order.pk)}, token=token)["order"]

    assert (seen["discountName"], seen["translatedDiscountName"]) == ("夏の券", "Summer ticket")
    assert seen["discount"] == {"amount": 300}
    assert seen["discounts"] == [{"name": "夏の券", "translatedName": "Summer ticket"}]


def test_orders_brought_along_without_fault_have_no_errors() -> None:
    text = """mutation { orderBulkCreate(orders: []) { count errors { path code } } }"""

    assert data_of(text, token=staff_token())["orderBulkCreate"] == {"count": 0, "errors": []}

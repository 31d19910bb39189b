"""What tax apps are asked, how long an answer holds, and what no answer means."""

from __future__ import annotations

import dataclasses
from decimal import Decimal
from typing import Any

import pytest

from infra.engine.apps.models import Webhook
from infra.engine.checkout.completion import complete_checkout
from infra.engine.checkout.models import Checkout
from infra.engine.checkout.tax_apps import NoTaxes, parse_answer
from infra.engine.orders.models import Order
from infra.engine.products.models import TaxConfiguration, TaxCountryException
from infra.engine.schema.context import ANONYMOUS
from infra.engine.schema.errors import UserErrors
from tests.engine.asking import ask, data_of, staff_token
from tests.engine.commerce import make_channel, make_checkout, make_variant, make_warehouse
from tests.engine.listener import LISTENER
from tests.engine.test_deliveries import make_webhook

pytestmark = pytest.mark.django_db(databases=["default", "engine"])
QUERY = """subscription { event { ... on CalculateTaxes { taxBase {
  pricesEnteredWithTax currency channel { slug } address { country { code } } shippingPrice { amount }
  discounts { name type amount { amount } }
  sourceObject { __typename ... on Checkout { id } ... on Order { id } }
  lines { quantity chargeTaxes productName variantName productSku unitPrice { amount } totalPrice { amount }
    sourceLine { __typename ... on CheckoutLine { id } ... on OrderLine { id } } } } } } }"""
PRICES = """query($id: ID!) { checkout(id: $id) {
  taxExemption
  totalPrice { net { amount } gross { amount } tax { amount } }
  shippingPrice { net { amount } gross { amount } }
  lines { totalPrice { net { amount } gross { amount } } unitPrice { gross { amount } } } } }"""
ANSWER = {
    "shipping_price_net_amount": "500",
    "shipping_price_gross_amount": 610,
    "shipping_tax_rate": 22,
    "lines": [{"total_net_amount": 2000, "total_gross_amount": "2400.00", "tax_rate": 20}],
}


def gid(kind: str, pk: Any) -> str:
    import base64

    return base64.b64encode(f"{kind}:{pk}".encode()).decode()


@pytest.fixture
def cart(app_double: Any) -> Checkout:
    """Two pieces at 1000 and a delivery at 500, in a channel whose taxes the app at /hook says."""
    channel = make_channel()
    TaxConfiguration.objects.filter(channel=channel).update(
        tax_calculation_strategy="TAX_APP", tax_app_id="ears", prices_entered_with_tax=False
    )
    make_webhook("CHECKOUT_CALCULATE_TAXES", "ORDER_CALCULATE_TAXES", query=QUERY, permissions=("HANDLE_TAXES",))
    LISTENER.answers["/hook"] = (200, ANSWER)
    variant = make_variant(channel, price=1000, stock={make_warehouse(channel): 9})
    return make_checkout(channel, {variant: 2}, delivery=500)


def prices(cart: Checkout) -> dict[str, Any]:
    return data_of(PRICES, {"id": gid("Checkout", cart.pk)})["checkout"]


def asked() -> int:
    return len(LISTENER.bodies("/hook"))


def test_the_app_is_told_what_is_taxed_and_its_answer_holds_until_the_cart_changes(cart: Checkout) -> None:
    seen = prices(cart)
    assert seen["totalPrice"] == {"net": {"amount": 2500}, "gross": {"amount": 3010}, "tax": {"amount": 510}}
    assert seen["shippingPrice"] == {"net": {"amount": 500}, "gross": {"amount": 610}}
    assert seen["lines"][0] == {
        "totalPrice": {"net": {"amount": 2000}, "gross": {"amount": 2400}},
        "unitPrice": {"gross": {"amount": 1200}},
    }
    told = LISTENER.bodies("/hook")[0]["taxBase"]
    assert (told["pricesEnteredWithTax"], told["currency"], told["discounts"]) == (False, "JPY", [])
    assert told["shippingPrice"] == {"amount": 500} and told["address"] == {"country": {"code": "JP"}}
    assert told["sourceObject"] == {"__typename": "Checkout", "id": gid("Checkout", cart.pk)}
    line = told["lines"][0]
    assert (line["quantity"], line["chargeTaxes"], line["totalPrice"]) == (2, True, {"amount": 2000})

    assert prices(cart) == seen and asked() == 1
    cart.deliveries.update(price_amount=700)
    assert prices(cart)["shippingPrice"]["gross"]["amount"] == 610 and asked() == 2


@pytest.mark.parametrize("answer", [(500, {}), (200, {"lines": []}), (200, {**ANSWER, "lines": []}), (200, [1])])
def test_no_valid_answer_leaves_prices_untaxed_and_nothing_is_completed(cart: Checkout, answer: Any) -> None:
    LISTENER.answers["/hook"] = answer

    assert prices(cart)["totalPrice"] == {"net": {"amount": 2500}, "gross": {"amount": 2500}, "tax": {"amount": 0}}
    with pytest.raises(UserErrors) as refused:
        complete_checkout(checkout_id=cart.pk, requestor=ANONYMOUS)

    assert [error.code for error in refused.value.errors] == ["TAX_ERROR"]
    assert Checkout.objects.get(pk=cart.pk).tax_error is not None and Order.objects.count() == 0
    assert asked() == 2  # completing asks once more


def test_an_app_that_answers_again_lets_the_cart_be_completed(cart: Checkout) -> None:
    LISTENER.answers["/hook"] = (503, {})
    prices(cart)
    LISTENER.answers["/hook"] = (200, ANSWER)

    order = complete_checkout(checkout_id=cart.pk, requestor=ANONYMOUS)

    assert (order.total_net, order.total_gross, order.shipping_gross) == (2500, 3010, 610)
    assert order.shipping_tax_rate == Decimal("0.22") and order.lines.get().tax_rate == Decimal("0.2")


def test_an_app_that_is_gone_is_an_error_and_no_app_named_is_none(cart: Checkout) -> None:
    rules = TaxConfiguration.objects.get(channel=cart.channel)
    Webhook.objects.update(is_active=False)
    prices(cart)
    assert "webhook" in str(Checkout.objects.get(pk=cart.pk).tax_error)

    rules.tax_app_id = "nobody"
    rules.save()
    prices(cart)
    assert "doesn't exist" in str(Checkout.objects.get(pk=cart.pk).tax_error)

    rules.tax_app_id = None
    rules.save()
    assert prices(cart)["totalPrice"]["gross"]["amount"] == 2500
    assert Checkout.objects.get(pk=cart.pk).tax_error is None
    assert complete_checkout(checkout_id=cart.pk, requestor=ANONYMOUS).total_gross == 2500


def test_a_country_may_be_taxed_unlike_its_channel(cart: Checkout) -> None:
    rules = TaxConfiguration.objects.get(channel=cart.channel)
    TaxCountryException.objects.create(configuration=rules, country="JP", tax_calculation_strategy="FLAT_RATES")

    assert prices(cart)["totalPrice"]["gross"]["amount"] == 2750 and asked() == 0


def test_the_exempt_pay_what_is_left_without_the_tax_in_the_price(app_double: Any) -> None:
    channel, token = make_channel(), staff_token()
    variant = make_variant(channel, price=1100, stock={make_warehouse(channel): 9})
    cart = make_checkout(channel, {variant: 1}, delivery=550)
    free = """mutation($id: ID!, $free: Boolean!) { taxExemptionManage(id: $id, taxExemption: $free) {
      taxableObject { ... on Checkout { taxExemption } } errors { field code } } }"""
    said = {"id": gid("Checkout", cart.pk), "free": True}

    answer = data_of(free, said, token=token)["taxExemptionManage"]

    assert answer == {"taxableObject": {"taxExemption": True}, "errors": []}
    assert prices(cart)["totalPrice"] == {"net": {"amount": 1500}, "gross": {"amount": 1500}, "tax": {"amount": 0}}
    data_of(free, {**said, "free": False}, token=token)
    assert prices(cart)["totalPrice"]["gross"]["amount"] == 1650
    order = complete_checkout(checkout_id=cart.pk, requestor=ANONYMOUS)
    Order.objects.filter(pk=order.pk).update(status="UNFULFILLED")
    refused = ask(free, {"id": gid("Order", order.pk), "free": True}, token=token)["data"]["taxExemptionManage"]
    assert refused == {"taxableObject": None, "errors": [{"field": None, "code": "NOT_EDITABLE_ORDER"}]}


@pytest.mark.parametrize(
    "change",
    [
        {"shipping_tax_rate": -1},
        {"shipping_tax_rate": "many"},
        {"shipping_price_net_amount": None},
        {"shipping_price_gross_amount": True},
        {"lines": [{"total_net_amount": 1, "total_gross_amount": 1}]},
        {"lines": ["one"]},
    ],
)
def test_answers_out_of_the_protocol_are_none(change: dict[str, Any]) -> None:
    with pytest.raises(NoTaxes):
        parse_answer({**ANSWER, **change}, line_count=1)


def test_an_answer_keeps_every_amount_exact() -> None:
    answer = parse_answer({**ANSWER, "shipping_tax_rate": 0.1}, line_count=1)

    assert dataclasses.astuple(answer.shipping) == (Decimal(500), Decimal(610), Decimal("0.1"))
    assert dataclasses.astuple(answer.lines[0]) == (Decimal(2000), Decimal(2400), Decimal(20))

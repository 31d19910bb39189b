"""The payment gateways a checkout can be paid through."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from infra.engine.checkout.models import Checkout
from infra.engine.payments.types import GIFT_CARD_GATEWAY

GIFT_CARD_NAME = "Gift Card Payment Gateway"


@dataclass(frozen=True, slots=True)
class PaymentGateway:
    """The contract's PaymentGateway; `config` are {"field", "value"} of its own."""

    id: str
    name: str
    currencies: list[str]
    config: list[dict[str, Any]] = field(default_factory=list)


def gateways_of(checkout: Checkout) -> list[PaymentGateway]:
    """Return the gateways that apps list for the checkout, the apps that take payments themselves, and gift cards.

    Apps are asked PAYMENT_LIST_GATEWAYS, and an answer of another shape or currency is left out. Raises RuntimeError
    inside an open transaction, when there is an app to ask.
    """
    from infra.engine.deliveries import ask
    from infra.engine.deliveries.queries import subscribed_webhooks

    currency, found = checkout.currency, []
    if subscribed_webhooks(event="PAYMENT_LIST_GATEWAYS"):
        for app, answer in ask(event="PAYMENT_LIST_GATEWAYS", obj=checkout):
            found += [row for row in _listed(app, answer) if currency in row.currencies]
    for webhook in subscribed_webhooks(event="TRANSACTION_INITIALIZE_SESSION"):
        if webhook.app.identifier:
            found.append(PaymentGateway(webhook.app.identifier, webhook.app.name, [currency]))
    return [*found, PaymentGateway(GIFT_CARD_GATEWAY, GIFT_CARD_NAME, [currency])]


def _listed(app: Any, answer: Any) -> list[PaymentGateway]:
    rows = answer if isinstance(answer, list) else []
    return [
        PaymentGateway(
            id=f"app:{app.identifier or app.pk}:{row['id']}",
            name=str(row.get("name") or ""),
            currencies=[str(code) for code in row.get("currencies") or ()],
            config=[each for each in row.get("config") or () if isinstance(each, dict) and each.get("field")],
        )
        for row in rows
        if isinstance(row, dict) and row.get("id")
    ]

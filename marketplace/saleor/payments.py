"""Payments at Saleor: sessions that an app answers, and what it reports afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from marketplace.saleor import reading_sales
from marketplace.saleor.client import execute
from marketplace.saleor.types import SaleorPayment, SaleorTransaction
from plugins.api.money import Money

GATEWAY = "machiichi.mall"


def initialize_gateway(*, source_id: str, data: Any = None, token: str | None = None) -> Any:
    """Ask the mall's gateway what a checkout (or order) may be paid with. Returns the handler's data."""
    gateways = [{"id": GATEWAY, "data": data}]
    answer = execute("PaymentGatewayInitialize", {"id": source_id, "paymentGateways": gateways}, token=token)
    config = answer["paymentGatewayInitialize"]["gatewayConfigs"][0]
    return config["data"]


def start_payment(
    *,
    source_id: str,
    amount: Money | None = None,
    data: Any = None,
    idempotency_key: str = "",
    token: str | None = None,
) -> SaleorPayment:
    """Start paying for a checkout or order; `amount` None means all of it. The same key twice is the same payment."""
    variables: dict[str, Any] = {"id": source_id, "paymentGateway": {"id": GATEWAY, "data": data}}
    if amount is not None:
        variables["amount"] = amount.amount
    if idempotency_key:
        variables["idempotencyKey"] = idempotency_key
    return reading_sales.payment(execute("TransactionInitialize", variables, token=token)["transactionInitialize"])


def process_payment(*, transaction_id: str, data: Any = None, token: str | None = None) -> SaleorPayment:
    """Go on with a payment that asked for an action."""
    variables = {"id": transaction_id, "data": data}
    return reading_sales.payment(execute("TransactionProcess", variables, token=token)["transactionProcess"])


def request_refund(*, granted_refund_id: str) -> SaleorTransaction | None:
    """Ask the payment app to pay back what was granted. The outcome comes as an event of the transaction."""
    answer = execute("TransactionRequestRefundForGrantedRefund", {"grantedRefundId": granted_refund_id})
    return _transaction(answer["transactionRequestRefundForGrantedRefund"])


def request_action(
    *, transaction_id: str, action: str, amount: Money | None = None, reason: str = ""
) -> SaleorTransaction | None:
    """Ask the payment app to REFUND, CHARGE or CANCEL; `amount` None means all that can be."""
    variables: dict[str, Any] = {"id": transaction_id, "actionType": action}
    if amount is not None:
        variables["amount"] = amount.amount
    if reason:
        variables["refundReason"] = reason
    return _transaction(execute("TransactionRequestAction", variables)["transactionRequestAction"])


def report_event(
    *,
    transaction_id: str,
    type: str,
    amount: Money,
    psp_reference: str,
    message: str = "",
    time: datetime | None = None,
    available_actions: Sequence[str] | None = None,
) -> bool:
    """Tell Saleor what happened at the provider. Returns false when the same report was made before."""
    variables: dict[str, Any] = {
        "id": transaction_id,
        "type": type,
        "amount": amount.amount,
        "pspReference": psp_reference,
        "message": message,
    }
    if time is not None:
        variables["time"] = time.isoformat()
    if available_actions is not None:
        variables["availableActions"] = list(available_actions)
    return not execute("TransactionEventReport", variables)["transactionEventReport"]["alreadyProcessed"]


def record_charged(
    *, source_id: str, amount: Money, psp_reference: str, name: str, metadata: Mapping[str, str] | None = None
) -> SaleorTransaction:
    """Write down a payment that was made elsewhere, on a checkout or an order (replayed and assisted sales)."""
    fields = {
        "name": name,
        "pspReference": psp_reference,
        "availableActions": ["REFUND"],
        "amountCharged": {"amount": amount.amount, "currency": amount.currency},
        "metadata": [{"key": key, "value": value} for key, value in (metadata or {}).items()],
    }
    answer = execute("TransactionCreate", {"id": source_id, "transaction": fields})["transactionCreate"]
    return reading_sales.transaction(answer["transaction"])


def _transaction(payload: Mapping[str, Any]) -> SaleorTransaction | None:
    node = payload["transaction"]
    return reading_sales.transaction(node) if node else None

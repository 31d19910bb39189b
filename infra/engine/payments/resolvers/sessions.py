"""paymentGatewayInitialize, transactionInitialize, transactionProcess."""

from __future__ import annotations

import ipaddress
from typing import Any

from infra.engine.checkout.models import Checkout
from infra.engine.orders.models import Order
from infra.engine.payments import sessions
from infra.engine.payments.models import TransactionItem
from infra.engine.payments.resolvers import loads
from infra.engine.payments.types import GIFT_CARD_GATEWAY, new_key
from infra.engine.schema.binding import declare, root
from infra.engine.schema.context import Context
from infra.engine.schema.errors import PermissionDenied, refuse
from infra.engine.schema.lengths import check_lengths

declare("PaymentGatewayInitialize", "gatewayConfigs")
declare("PaymentGatewayConfig", "id data errors")
declare("PaymentGatewayConfigError", "field message code")
declare("PaymentGatewayToInitialize", "id data")
declare("TransactionInitialize", "transaction transactionEvent data")
declare("TransactionProcess", "transaction transactionEvent data")
HANDLERS = ("HANDLE_PAYMENTS",)


@root("Mutation", "paymentGatewayInitialize")
def payment_gateway_initialize(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    source = loads.get_source(args["id"])
    amount = loads.open_amount(source, args.get("amount"))
    wanted = args.get("paymentGateways")
    answers = _ask_gateways(source, amount, wanted)
    ids = [gateway["id"] for gateway in wanted] if wanted else list(answers)
    return {"gateway_configs": [_config(identifier, answers.get(identifier)) for identifier in ids]}


def _ask_gateways(source: Order | Checkout, amount: Any, wanted: list[dict[str, Any]] | None) -> dict[str, Any]:
    """Return what each app answered to PAYMENT_GATEWAY_INITIALIZE_SESSION, by its identifier."""
    from infra.engine.apps.models import App
    from infra.engine.deliveries import ask

    event = "PAYMENT_GATEWAY_INITIALIZE_SESSION"
    if not wanted:
        return {app.identifier: answer for app, answer in ask(event=event, obj=source, data=None, amount=amount)}
    answers: dict[str, Any] = {}
    for gateway in wanted:
        app = App.objects.filter(identifier=gateway["id"], is_active=True).first() if gateway["id"] else None
        if app is not None:
            asked = ask(event=event, obj=source, app=app, data=gateway.get("data"), amount=amount)
            if asked:
                answers[app.identifier] = asked[0][1] if asked[0][1] is not None else {}
    return answers


def _config(identifier: str, answer: Any) -> dict[str, Any]:
    if answer is None:
        text = "Active app with `HANDLE_PAYMENT` permissions or app webhook not found."
        return {"id": identifier, "data": None, "errors": [{"field": "id", "message": text, "code": "NOT_FOUND"}]}
    if not isinstance(answer, dict) or "data" not in answer:
        text = "Unable to process a payment gateway response."
        return {"id": identifier, "data": None, "errors": [{"field": "id", "message": text, "code": "INVALID"}]}
    return {"id": identifier, "data": answer["data"], "errors": []}


@root("Mutation", "transactionInitialize")
def transaction_initialize(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    source, gateway, key = loads.get_source(args["id"]), args["paymentGateway"], args.get("idempotencyKey")
    if key is not None and not key:
        raise refuse("idempotencyKey", "Cannot be provided as an empty string.", "INVALID")
    check_lengths(TransactionItem, args, "idempotencyKey")
    by_card = gateway["id"] == GIFT_CARD_GATEWAY
    ask = sessions.Ask(
        data=gateway.get("data"),
        action="AUTHORIZATION" if by_card else _action(context, args.get("action"), source),
        customer_ip=_customer_ip(context, args.get("customerIpAddress")),
        idempotency_key=key or new_key(),
    )
    amount = loads.open_amount(source, args.get("amount"))
    app = None if by_card else sessions.payment_app(gateway["id"])
    return _answer(sessions.initialize(source=source, app=app, amount=amount, ask=ask))


def _action(context: Context, said: str | None, source: Order | Checkout) -> str:
    if said is None:
        return source.channel.payment_settings.get("defaultTransactionFlowStrategy", "CHARGE")
    _only_payment_apps(context)
    return said


def _customer_ip(context: Context, said: str | None) -> str | None:
    if not said:
        return None
    _only_payment_apps(context)
    try:
        return str(ipaddress.ip_address(said))
    except ValueError:
        raise refuse("customerIpAddress", "Enter a valid IPv4 or IPv6 address.", "INVALID") from None


def _only_payment_apps(context: Context) -> None:
    if context.requestor.app is None or not context.requestor.has_perm(*HANDLERS):
        raise PermissionDenied(HANDLERS)


@root("Mutation", "transactionProcess")
def transaction_process(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    item = loads.get_transaction(args)
    ask = sessions.Ask(data=args.get("data"), customer_ip=_customer_ip(context, args.get("customerIpAddress")))
    return _answer(sessions.process(item=item, ask=ask))


def _answer(session: sessions.Session) -> dict[str, Any]:
    return {"transaction": session.item, "transaction_event": session.event, "data": session.data}

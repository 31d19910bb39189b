"""transactionCreate, transactionUpdate, transactionEventReport."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from infra.engine.payments import actions
from infra.engine.payments.actions import ByHand, Report
from infra.engine.payments.models import TransactionEvent, TransactionItem
from infra.engine.payments.resolvers import loads
from infra.engine.schema.binding import declare, requires, root
from infra.engine.schema.context import Context
from infra.engine.schema.errors import UserErrors, refuse
from infra.engine.schema.lengths import check_lengths
from infra.engine.schema.metadata_mutations import pairs_to_dict

HANDLERS = ("HANDLE_PAYMENTS",)
declare("TransactionCreate", "transaction")
declare("TransactionUpdate", "transaction")
declare("TransactionEventReport", "alreadyProcessed transaction transactionEvent")
for _input in ("TransactionCreateInput", "TransactionUpdateInput"):
    declare(_input, "name message pspReference availableActions amountAuthorized amountCharged amountRefunded")
    declare(_input, "amountCanceled metadata privateMetadata externalUrl paymentMethodDetails")
declare("TransactionEventInput", "pspReference message")
declare("PaymentMethodDetailsInput", "card other giftCard")
COLUMNS = {"name": "name", "message": "message", "pspReference": "psp_reference", "externalUrl": "external_url"}
MONEY = {
    "amountAuthorized": "authorized",
    "amountCharged": "charged",
    "amountRefunded": "refunded",
    "amountCanceled": "canceled",
}


@root("Mutation", "transactionCreate")
@requires(*HANDLERS)
def transaction_create(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    source = loads.get_source(args["id"])
    said = by_hand(args["transaction"], args.get("transactionEvent"), source.currency)
    return {"transaction": actions.create_transaction(source=source, said=said, requestor=context.requestor)}


@root("Mutation", "transactionUpdate")
@requires(*HANDLERS)
def transaction_update(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    item = loads.get_transaction(args)
    loads.check_owner(item, context.requestor)
    said = by_hand(args.get("transaction") or {}, args.get("transactionEvent"), item.currency)
    changed = actions.update_transaction(token=item.pk, said=said, requestor=context.requestor)
    return {"transaction": changed}


def by_hand(said: dict[str, Any], event: dict[str, Any] | None, currency: str) -> ByHand:
    """Return what TransactionCreateInput or -UpdateInput says. Raises UserErrors for what it may not."""
    check_lengths(TransactionItem, said, "name message pspReference externalUrl")
    check_lengths(TransactionEvent, event or {}, "pspReference")
    columns = {own: said[name] or "" for name, own in COLUMNS.items() if said.get(name) is not None}
    if said.get("availableActions") is not None:
        columns["available_actions"] = sorted(set(said["availableActions"]))
    if said.get("paymentMethodDetails"):
        columns["payment_method"] = payment_method(said["paymentMethodDetails"])
    url = columns.get("external_url")
    if url and not url.startswith(("http://", "https://")):
        raise refuse("transaction", "Invalid format of `externalUrl`.", "INVALID")
    note = {"psp_reference": event.get("pspReference"), "message": event.get("message")} if event else None
    return ByHand(
        columns=columns,
        amounts=_amounts(said, currency),
        metadata=_metadata(said.get("metadata"), "metadata"),
        private_metadata=_metadata(said.get("privateMetadata"), "privateMetadata"),
        note=note,
    )


def _amounts(said: dict[str, Any], currency: str) -> dict[str, Decimal]:
    amounts = {}
    for name, own in MONEY.items():
        money = said.get(name)
        if not money:
            continue
        if money["currency"] != currency:
            text = f"Currency needs to be the same as for order: {currency}"
            raise refuse(name, text, "INCORRECT_CURRENCY")
        amounts[own] = loads.said_amount(money["amount"], currency, name)
    return amounts


def _metadata(pairs: list[dict[str, Any]] | None, name: str) -> dict[str, str]:
    try:
        return pairs_to_dict(pairs, name)
    except UserErrors:
        raise refuse("transaction", f"{name} key cannot be empty.", "METADATA_KEY_REQUIRED") from None


def payment_method(said: dict[str, Any]) -> dict[str, Any]:
    """Return PaymentMethodDetailsInput as it is kept. Raises UserErrors(INVALID)."""
    kinds = [name for name in ("card", "other", "giftCard") if said.get(name)]
    if len(kinds) != 1:
        raise refuse("paymentMethodDetails", "One of `card`, `other`, or `giftCard` is required.", "INVALID")
    details = said[kinds[0]]
    own = {
        "brand": "brand",
        "firstDigits": "first_digits",
        "lastDigits": "last_digits",
        "lastChars": "last_digits",
        "expMonth": "exp_month",
        "expYear": "exp_year",
    }
    kind = "GIFT_CARD" if kinds[0] == "giftCard" else kinds[0].upper()
    kept = {"type": kind, "name": details["name"]}
    return kept | {column: details[name] for name, column in own.items() if details.get(name) is not None}


@root("Mutation", "transactionEventReport")
@requires(*HANDLERS)
def transaction_event_report(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    item = loads.get_transaction(args)
    loads.check_owner(item, context.requestor)
    check_lengths(TransactionEvent, args, "pspReference externalUrl")
    available = args.get("availableActions")
    details = args.get("paymentMethodDetails")
    report = Report(
        type=args["type"],
        psp_reference=args["pspReference"],
        amount=None if args.get("amount") is None else loads.said_amount(args["amount"], item.currency),
        time=args.get("time"),
        message=args.get("message") or "",
        external_url=args.get("externalUrl") or "",
        available_actions=sorted(set(available)) if available is not None else None,
        payment_method=payment_method(details) if details else None,
        metadata=pairs_to_dict(args.get("transactionMetadata")),
        private_metadata=pairs_to_dict(args.get("transactionPrivateMetadata"), "privateMetadata"),
    )
    changed, event, known = actions.report_event(token=item.pk, report=report, requestor=context.requestor)
    return {"already_processed": known, "transaction": changed, "transaction_event": event}

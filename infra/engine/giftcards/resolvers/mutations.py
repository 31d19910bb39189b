"""Issuing and changing gift cards."""

from __future__ import annotations

from typing import Any

from infra.engine.customers.models import User
from infra.engine.giftcards import issuing
from infra.engine.giftcards.resolvers.types import STAFF
from infra.engine.giftcards.types import CardChange, NewCards
from infra.engine.schema.binding import declare, requires, root
from infra.engine.schema.context import Context
from infra.engine.schema.errors import refuse
from infra.engine.schema.ids import named_pk
from infra.engine.schema.metadata_mutations import pairs_to_dict

declare("GiftCardBulkCreate", "count giftCards errors")
declare("GiftCardError", "tags")
declare("GiftCardAddNote", "giftCard event errors")
for _payload in ("Create", "Update", "Activate", "Deactivate", "Delete"):
    declare(f"GiftCard{_payload}", "giftCard errors")


def _pk(args: dict[str, Any], *, field: str = "id") -> int:
    pk = named_pk(args["id"], "GiftCard", field=field)
    if pk is None:
        raise refuse(field, f"Couldn't resolve to a node: {args['id']}", "NOT_FOUND")
    return pk


@root("Mutation", "giftCardCreate")
@requires(*STAFF)
def gift_card_create(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    said = args["input"]
    new = NewCards(
        amount=said["balance"]["amount"],
        currency=said["balance"]["currency"],
        is_active=said["isActive"],
        code=said.get("code") or None,
        tags=tuple(said.get("addTags") or ()),
        expiry_date=said.get("expiryDate"),
        assigned_to_id=_assigned(said.get("assignedTo")),
        note=said.get("note") or "",
        send_to=said.get("userEmail") or "",
        channel=said.get("channel") or "",
        metadata=pairs_to_dict(said.get("metadata")),
        private_metadata=pairs_to_dict(said.get("privateMetadata"), "privateMetadata"),
    )
    return {"gift_card": issuing.issue_cards(new=new, requestor=context.requestor)[0]}


def _assigned(gid: str | None) -> int | None:
    if not gid:
        return None
    pk = named_pk(gid, "User", field="assignedTo")
    if pk is None or not User.objects.filter(pk=pk).exists():
        raise refuse("assignedTo", f"Couldn't resolve to a node: {gid}", "NOT_FOUND")
    return pk


@root("Mutation", "giftCardBulkCreate")
@requires(*STAFF)
def gift_card_bulk_create(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    said = args["input"]
    new = NewCards(
        amount=said["balance"]["amount"],
        currency=said["balance"]["currency"],
        is_active=said["isActive"],
        count=said["count"],
        tags=tuple(said.get("tags") or ()),
        expiry_date=said.get("expiryDate"),
    )
    cards = issuing.issue_cards(new=new, requestor=context.requestor)
    return {"count": len(cards), "gift_cards": cards}


@root("Mutation", "giftCardUpdate")
@requires(*STAFF)
def gift_card_update(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    said = args["input"]
    change = CardChange(
        balance=said.get("balanceAmount"),
        expiry_date=said.get("expiryDate"),
        clear_expiry="expiryDate" in said and said["expiryDate"] is None,
        add_tags=_words(said, "addTags"),
        remove_tags=_words(said, "removeTags"),
        metadata=pairs_to_dict(said.get("metadata")),
        private_metadata=pairs_to_dict(said.get("privateMetadata"), "privateMetadata"),
    )
    return {"gift_card": issuing.change_card(pk=_pk(args), change=change, requestor=context.requestor)}


def _words(said: dict[str, Any], name: str) -> tuple[str, ...] | None:
    return tuple(said[name]) if said.get(name) is not None else None


@root("Mutation", "giftCardActivate")
@requires(*STAFF)
def gift_card_activate(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    pk = _pk(args, field="giftCardId")
    return {"gift_card": issuing.set_active(pk=pk, active=True, requestor=context.requestor)}


@root("Mutation", "giftCardDeactivate")
@requires(*STAFF)
def gift_card_deactivate(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    pk = _pk(args, field="giftCardId")
    return {"gift_card": issuing.set_active(pk=pk, active=False, requestor=context.requestor)}


@root("Mutation", "giftCardAddNote")
@requires(*STAFF)
def gift_card_add_note(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    message = args["input"]["message"]
    card, event = issuing.add_note(pk=_pk(args), message=message, requestor=context.requestor)
    return {"gift_card": card, "event": event}


@root("Mutation", "giftCardDelete")
@requires(*STAFF)
def gift_card_delete(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    return {"gift_card": issuing.delete_card(pk=_pk(args))}

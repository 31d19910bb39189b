"""promotionRuleCreate, -Update, -Delete."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from infra.engine.deliveries import emit
from infra.engine.discounts.actions import add_rule, delete_rule, note, set_columns
from infra.engine.discounts.models import Promotion, PromotionRule
from infra.engine.discounts.resolvers.rule_inputs import read_channels, read_gifts, read_new_rule
from infra.engine.discounts.rules import RuleCheck
from infra.engine.products.models import Channel
from infra.engine.schema.binding import declare, requires, root
from infra.engine.schema.context import Context
from infra.engine.schema.errors import MutationError, UserErrors, refuse
from infra.engine.schema.ids import named_uuid

for _payload in ("PromotionRuleCreate", "PromotionRuleUpdate", "PromotionRuleDelete"):
    declare(_payload, "promotionRule errors")
    declare(f"{_payload}Error", "field message code")
declare("PromotionRuleCreateError", "rulesLimit rulesLimitExceedBy giftsLimit giftsLimitExceedBy")
declare("PromotionRuleUpdateError", "channels giftsLimit giftsLimitExceedBy")


@root("Mutation", "promotionRuleCreate")
@requires("MANAGE_DISCOUNTS")
def promotion_rule_create(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    data = dict(args["input"])
    gid = data.pop("promotion")
    with transaction.atomic("engine"):
        promotion = Promotion.objects.filter(pk=named_uuid(gid, "Promotion", field="promotion")).first()
        if data.get("channels") and read_channels(data["channels"]) is None:
            raise refuse("channels", "Could not resolve to a node.", "GRAPHQL_ERROR")
        if promotion is None:
            raise refuse("promotion", f"Couldn't resolve to a node: {gid}", "NOT_FOUND")
        new = read_new_rule(data, promotion.type)
        if new.problems:
            raise UserErrors(new.problems)
        rule = add_rule(promotion=promotion, said=data, channel_ids=new.channel_ids, gift_ids=new.gift_ids)
        emit(event="PROMOTION_RULE_CREATED", obj=rule)
    return {"promotion_rule": rule}


def _find(gid: str) -> PromotionRule:
    rows = PromotionRule.objects.select_for_update(of=("self",)).select_related("promotion")
    row = rows.filter(pk=named_uuid(gid, "PromotionRule")).first()
    if row is None:
        raise refuse("id", f"Couldn't resolve to a node: {gid}", "NOT_FOUND")
    return row


@root("Mutation", "promotionRuleUpdate")
@requires("MANAGE_DISCOUNTS")
def promotion_rule_update(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    said = args["input"]
    with transaction.atomic("engine"):
        rule = _find(args["id"])
        _check_duplicates(said, "addChannels", "removeChannels", "channels")
        _check_duplicates(said, "addGifts", "removeGifts", "gifts")
        added, removed = _channels(said, "addChannels"), _channels(said, "removeChannels")
        gifts = set(rule.gifts.values_list("pk", flat=True))
        foreign: dict[str, str] = {}
        for name in ("addGifts", "removeGifts"):
            named, others = read_gifts(said, name)
            gifts = gifts | named if name == "addGifts" else gifts - named
            foreign |= others
        check = RuleCheck(
            said=said,
            promotion_type=rule.promotion.type,
            channels=_channels_after(rule, added, removed),
            gifts=gifts,
            kept=rule,
            foreign_gifts=foreign,
        )
        if check.check():
            raise UserErrors(check.problems)
        set_columns(rule, said)
        rule.is_stale = True
        rule.save()
        rule.channels.remove(*removed)
        rule.channels.add(*added)
        rule.gifts.set(sorted(gifts))
        note(rule.promotion, "RULE_UPDATED", rule_id=rule.pk)
        emit(event="PROMOTION_RULE_UPDATED", obj=rule)
    return {"promotion_rule": rule}


def _check_duplicates(said: dict[str, Any], first: str, second: str, name: str) -> None:
    both = [gid for gid in said.get(first) or () if gid in (said.get(second) or ())]
    if both:
        text = "The same object cannot be in both list for adding and removing items."
        extra = {name: both}
        raise UserErrors([MutationError(field, text, "DUPLICATED_INPUT_ITEM", extra) for field in (first, second)])


def _channels(said: dict[str, Any], name: str) -> list[Channel]:
    rows = read_channels(said.get(name) or [])
    if rows is None:
        raise refuse(name, "Could not resolve to a node.", "GRAPHQL_ERROR")
    return rows


def _channels_after(rule: PromotionRule, added: list[Channel], removed: list[Channel]) -> list[Channel]:
    """The channels after the change, without any of a currency that one is removed of, as the reference reckons."""
    gone = {channel.currency_code for channel in removed}
    return [row for row in rule.channels.all() if row.currency_code not in gone] + added


@root("Mutation", "promotionRuleDelete")
@requires("MANAGE_DISCOUNTS")
def promotion_rule_delete(context: Context, args: dict[str, Any]) -> dict[str, Any]:
    with transaction.atomic("engine"):
        rule = _find(args["id"])
        delete_rule(rule=rule, now=context.now)
    return {"promotion_rule": rule}

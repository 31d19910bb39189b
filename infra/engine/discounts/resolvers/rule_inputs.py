"""Inputs of rules, with what their ids name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from infra.engine.discounts.rules import RuleCheck, variants_exist
from infra.engine.products.models import Channel
from infra.engine.schema.errors import MutationError, refuse
from infra.engine.schema.ids import InvalidId, int_pk, parse_global_id


@dataclass(slots=True)
class NewRule:
    """A checked rule to be made; not to be made when it has `problems`."""

    said: dict[str, Any]
    channel_ids: list[int]
    gift_ids: set[int]
    problems: list[MutationError]


def read_new_rule(said: dict[str, Any], promotion_type: str, *, index: int | None = None) -> NewRule:
    """Return the rule of an input. Raises UserErrors(GRAPHQL_ERROR) for gifts that do not exist."""
    found = read_channels(said.get("channels") or [])
    gift_ids, foreign = read_gifts(said, "gifts")
    check = RuleCheck(
        said=said,
        promotion_type=promotion_type,
        channels=found or [],
        gifts=gift_ids,
        index=index,
        foreign_gifts=foreign,
        channels_failed=found is None,
    )
    problems = check.check()
    if found is None:
        problems.append(MutationError("channels", "Could not resolve to a node.", "GRAPHQL_ERROR", {"index": index}))
    return NewRule(said, [row.pk for row in found or []], gift_ids, problems)


def read_channels(gids: list[str]) -> list[Channel] | None:
    """Return the channels that the ids name, or None when one does not exist."""
    wanted = {int_pk(gid, "Channel") for gid in gids}
    rows = list(Channel.objects.filter(pk__in=[pk for pk in wanted if pk is not None]))
    return rows if len(rows) == len(wanted) else None


def read_gifts(said: dict[str, Any], name: str) -> tuple[set[int], dict[str, str]]:
    """Return the pks of the variants named, and the type of something else named among them, by `name`.

    Raises UserErrors(GRAPHQL_ERROR) on `name` for a variant that does not exist or what is no id.
    """
    wanted: set[int] = set()
    foreign: dict[str, str] = {}
    for gid in said.get(name) or []:
        try:
            kind, _ = parse_global_id(gid)
        except InvalidId as error:
            raise refuse(name, error.message, "GRAPHQL_ERROR") from None
        if kind != "ProductVariant":
            foreign.setdefault(name, kind)
        else:
            wanted.add(int_pk(gid, "ProductVariant") or 0)
    if not variants_exist(wanted):
        raise refuse(name, "Could not resolve to a node.", "GRAPHQL_ERROR")
    return wanted, foreign

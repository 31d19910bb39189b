"""What the rule of a promotion may say, with the errors of the contract."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from infra.engine.discounts.models import PromotionRule
from infra.engine.discounts.predicates import mixes_operators
from infra.engine.money import fits
from infra.engine.products.models import Channel, ProductVariant
from infra.engine.schema.errors import MutationError

#: the contract's reference settings ORDER_RULES_LIMIT and GIFTS_LIMIT_PER_RULE
ORDER_RULES_LIMIT = 100
GIFTS_LIMIT = 500
COLUMNS = {
    "name": "name",
    "description": "description",
    "cataloguePredicate": "catalogue_predicate",
    "orderPredicate": "order_predicate",
    "rewardValueType": "reward_value_type",
    "rewardValue": "reward_value",
    "rewardType": "reward_type",
}


@dataclass(slots=True)
class RuleCheck:
    """A rule as it would be: what is `said` (by the contract's names) over what is `kept` of an existing one.

    channels: those it would hold in; gifts: pks of the variants it would give; foreign_gifts: types of other things
    named as gifts by input field. `problems` is filled by `check`.
    """

    said: dict[str, Any]
    promotion_type: str
    channels: list[Channel]
    gifts: set[int]
    kept: PromotionRule | None = None
    index: int | None = None
    foreign_gifts: dict[str, str] = field(default_factory=dict)
    channels_failed: bool = False
    problems: list[MutationError] = field(default_factory=list)

    def check(self) -> list[MutationError]:
        """Return every problem of the rule."""
        if len(self.gifts) > GIFTS_LIMIT:
            over = len(self.gifts) - GIFTS_LIMIT
            text = "Number of gifts has reached the limit."
            self._refuse("gifts", text, "GIFTS_NUMBER_LIMIT", giftsLimit=GIFTS_LIMIT, giftsLimitExceedBy=over)
        if self._check_kinds():
            self._check_catalogue()
            self._check_order()
            self._check_reward()
        return self.problems

    def _value(self, name: str) -> Any:
        if name in self.said:
            return self.said[name]
        return getattr(self.kept, COLUMNS[name]) if self.kept is not None else None

    def _refuse(self, name: str, text: str, code: str, **extra: Any) -> None:
        self.problems.append(MutationError(name, text, code, {"index": self.index, **extra}))

    @property
    def _currencies(self) -> set[str]:
        return {channel.currency_code for channel in self.channels}

    def _check_kinds(self) -> bool:
        """A rule has the predicate of its promotion's type, and not the other."""
        own, other = ("catalogue", "Order") if self.promotion_type == "CATALOGUE" else ("order", "Catalogue")
        own_field, other_field = f"{own}Predicate", f"{other.lower()}Predicate"
        before = len(self.problems)
        if self._value(own_field) is None:
            text = f"For `{own}` predicate type, `{own_field}` must be provided."
            self._refuse(own_field, text, "REQUIRED")
        if self._value(other_field):
            text = f"`{other}` predicate cannot be provided for promotion rule with `{own}` predicate type."
            self._refuse(other_field, text, "INVALID")
        return len(self.problems) == before

    def _check_catalogue(self) -> None:
        predicate = self._value("cataloguePredicate")
        if not predicate:
            return
        if self._value("rewardType"):
            self._refuse("rewardType", "The rewardType can't be specified with cataloguePredicate.", "INVALID")
        elif "cataloguePredicate" in self.said and mixes_operators(predicate):
            self._refuse("cataloguePredicate", "Cannot mix operators with other filter inputs.", "INVALID")

    def _check_order(self) -> None:
        predicate = self._value("orderPredicate")
        if not predicate:
            return
        reward = self._value("rewardType")
        if not reward:
            self._refuse("rewardType", "The rewardType is required when orderPredicate is provided.", "REQUIRED")
            return
        if len(self._currencies) > 1 and any(name in str(predicate) for name in ("baseSubtotal", "baseTotal")):
            text = "For price based predicates, all channels must have the same currency."
            self._refuse(self._channels_field("orderPredicate"), text, "MULTIPLE_CURRENCIES_NOT_ALLOWED")
            return
        if PromotionRule.objects.exclude(order_predicate={}).count() >= ORDER_RULES_LIMIT:
            text = "Number of rules with orderPredicate has reached the limit."
            limits = {"rulesLimit": ORDER_RULES_LIMIT, "rulesLimitExceedBy": 1}
            self._refuse("orderPredicate", text, "RULES_NUMBER_LIMIT", **limits)
            return
        if mixes_operators(predicate):
            self._refuse("orderPredicate", "Cannot mix operators with other filter inputs.", "INVALID")
        elif reward == "GIFT":
            self._check_gift()

    def _channels_field(self, otherwise: str) -> str:
        if self.kept is None:
            return "channels"
        return "addChannels" if self.said.get("addChannels") else otherwise

    def _check_gift(self) -> None:
        for name in ("rewardValue", "rewardValueType"):
            if self._value(name):
                self._refuse(name, f"The {name} field must be empty when rewardType is set to GIFT.", "INVALID")
        if not self.gifts and not self.foreign_gifts:
            self._refuse("gifts", "The gifts field is required when rewardType is set to GIFT.", "REQUIRED")
            return
        for name, kind in self.foreign_gifts.items():
            text = f"Gift IDs must resolve to ProductVariant type, not to {kind} type."
            self._refuse(name, text, "INVALID_GIFT_TYPE")
            return

    def _check_reward(self) -> None:
        unsaid = "rewardValue" not in self.said and "rewardValueType" not in self.said
        if (self.kept is not None and unsaid) or self._value("rewardType") == "GIFT":
            return
        value, value_type = self._value("rewardValue"), self._value("rewardValueType")
        if self._value("cataloguePredicate") or self._value("orderPredicate"):
            for name, given in (("rewardValueType", value_type), ("rewardValue", value)):
                if given is None:
                    self._refuse(name, f"The {name} is required when a predicate is provided.", "REQUIRED")
        if value and value_type == "PERCENTAGE" and value > 100:
            self._refuse("rewardValue", "Invalid percentage value.", "INVALID")
        elif value and value_type == "FIXED":
            self._check_fixed(value)

    def _check_fixed(self, value: Decimal) -> None:
        if self.channels_failed:
            return
        said_type = "rewardValueType" in self.said
        currencies = self._currencies
        if not currencies:
            otherwise = "rewardValueType" if said_type else "removeChannels"
            name = "channels" if self.kept is None else otherwise
            self._refuse(name, "Channels must be specified for FIXED rewardValueType.", "MISSING_CHANNELS")
        elif len(currencies) > 1:
            name = "rewardValueType" if self.kept is None or said_type else "addChannels"
            text = "For FIXED rewardValueType, all channels must have the same currency."
            self._refuse(name, text, "MULTIPLE_CURRENCIES_NOT_ALLOWED")
        elif not fits(value, currencies.pop()):
            self._refuse("rewardValue", "Invalid amount precision.", "INVALID_PRECISION")


def variants_exist(pks: set[int]) -> bool:
    """Return whether every pk is a variant's."""
    return ProductVariant.objects.filter(pk__in=pks).count() == len(pks)

"""Commission rules by day of sale, and the arithmetic of commission. Plain Python."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from decimal import ROUND_DOWN, Decimal
from functools import cache
from pathlib import Path

from marketplace.settlement.types import CommissionRule, RuleMissing

FILE = Path(__file__).parent / "data" / "commission_rules.json"


def rule_on(*, day: date) -> CommissionRule:
    """Return the rule in force on `day`, the latest to begin. Raises `RuleMissing`."""
    found = [
        rule
        for rule in _rules()
        if rule.effective_from <= day and (rule.effective_to is None or day <= rule.effective_to)
    ]
    if not found:
        raise RuleMissing(f"no commission rule on {day}")
    return max(found, key=lambda rule: rule.effective_from)


def commission_on(yen: int, rule: CommissionRule) -> int:
    """Return the commission on one line of `yen` tax-included goods, rounded down."""
    return int((yen * rule.rate).to_integral_value(rounding=ROUND_DOWN))


def tax_on(commissions: Iterable[int], rule: CommissionRule) -> int:
    """Return the tax on a part's commissions together, rounded down once: the part is one invoice for it."""
    return int((sum(commissions) * rule.tax_rate).to_integral_value(rounding=ROUND_DOWN))


@cache
def _rules() -> tuple[CommissionRule, ...]:
    rows = json.loads(FILE.read_text("utf-8"))["rules"]
    return tuple(
        CommissionRule(
            rate=Decimal(row["rate"]),
            tax_rate=Decimal(row["tax_rate"]),
            effective_from=date.fromisoformat(row["effective_from"]),
            effective_to=date.fromisoformat(row["effective_to"]) if row["effective_to"] else None,
            status=row["status"],
            source=row["source"],
        )
        for row in rows
    )

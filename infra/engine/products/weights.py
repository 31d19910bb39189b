"""Weights from clients: a bare number is kilograms, an object says its unit."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from infra.engine.schema.errors import refuse

GRAMS = {"G": Decimal(1), "KG": Decimal(1000), "LB": Decimal("453.59237"), "OZ": Decimal("28.349523125")}
GRAMS["TONNE"] = Decimal(1_000_000)


def grams(said: Any) -> Decimal | None:
    """Return the grams of a WeightScalar. Raises UserErrors(INVALID) for a negative or unreadable one."""
    if said is None:
        return None
    value, unit = (said.get("value"), said.get("unit", "KG")) if isinstance(said, dict) else (said, "KG")
    try:
        weight = Decimal(str(value)) * GRAMS[str(unit).upper()]
    except (InvalidOperation, KeyError):
        raise refuse("weight", "Enter a valid weight.", "INVALID") from None
    if weight < 0:
        raise refuse("weight", "Product can't have negative weight.", "INVALID")
    return weight

"""The registration number of a qualified invoice issuer: `T` and 13 digits (NTA, from 2023-10-01)."""

from __future__ import annotations

import re
from typing import Literal

from stdnum.jp import cn

Verdict = Literal["valid", "format", "check_digit", "unchecked"]


def check_invoice_number(number: str, *, is_corporation: bool) -> Verdict:
    """Return what is known of `number` by its form alone; whether it is registered only the tax agency can say.

    "format": not `T` and 13 digits. "check_digit": a corporation's number whose first digit does not fit the other
    twelve. "unchecked": the digit does not fit, but sole proprietors' and associations' numbers may be built otherwise
    (confidence C), so that it is a warning and no refusal.
    """
    if not re.fullmatch(r"T[0-9]{13}", number):
        return "format"
    if cn.is_valid(number[1:]):
        return "valid"
    return "check_digit" if is_corporation else "unchecked"

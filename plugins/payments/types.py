"""Outcomes of the built-in test method."""

from __future__ import annotations

from enum import StrEnum

METHOD = "test"
PAST = "past"


class Outcome(StrEnum):
    """What the buyer chose to happen: the four cases every real provider has."""

    SUCCEED = "succeed"
    FAIL = "fail"
    ACTION = "action"
    LATE = "late"


class UnknownOutcome(ValueError):
    """The buyer's page sent an outcome that the test method does not have."""

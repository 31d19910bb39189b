"""Rows of the shared standard, read from the plugin's data files. Plain Python."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from plugins.api.types import Source, Words


@dataclass(frozen=True, slots=True)
class Allergen:
    """An ingredient that food must declare from `effective_from` on. `transition_to`: until when old labels may be
    used up; the mall asks for an answer from the first day, since its pages are not printed labels."""

    code: str
    name: Words
    effective_from: date
    effective_to: date | None
    transition_to: date | None
    source: Source

    @property
    def criterion(self) -> str:
        return f"food.allergen.{self.code}"


@dataclass(frozen=True, slots=True)
class PermitRule:
    """A licence that a merchant needs for goods of one kind ("food", "alcohol") from `effective_from` on."""

    kind: str
    applies: str
    name: Words
    effective_from: date
    effective_to: date | None
    source: Source


@dataclass(frozen=True, slots=True)
class Declaration:
    """One line of the certificate: a question of the standard with the merchant's answer, in words."""

    code: str
    label: Words
    value: Words

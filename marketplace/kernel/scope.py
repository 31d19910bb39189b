"""Fail-closed tenancy: rows of merchants cannot be read outside a scope that says whose are meant."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import models

_EVERYONE = "*"
_scope: ContextVar[str | None] = ContextVar("merchant_scope", default=None)


class ScopeMissing(Exception):
    """A query over merchants' rows ran outside `merchant_scope` and `all_merchants`."""


@contextmanager
def merchant_scope(merchant_id: int | str) -> Iterator[None]:
    """Let queries of scoped tables see the rows of one merchant only. The innermost scope counts."""
    token = _scope.set(str(merchant_id))
    try:
        yield
    finally:
        _scope.reset(token)


@contextmanager
def all_merchants(reason: str) -> Iterator[None]:
    """Let queries of scoped tables see every merchant's rows. `reason` is for the reader of the code; empty raises."""
    if not reason:
        raise ValueError("say why all merchants are meant")
    token = _scope.set(_EVERYONE)
    try:
        yield
    finally:
        _scope.reset(token)


def current_merchant() -> str | None:
    """Return the merchant in scope, None inside `all_merchants`. Raises `ScopeMissing` outside any scope."""
    value = _scope.get()
    if value is None:
        raise ScopeMissing("no merchant is in scope")
    return None if value == _EVERYONE else value


class ScopedManager(models.Manager[Any]):
    """The default manager of merchants' tables. `merchant_path` leads from the table to the merchant's id.

    Related managers (`part.lines`) are made from the class, hence an attribute and no argument.
    """

    merchant_path = "merchant_id"

    def get_queryset(self) -> models.QuerySet[Any]:
        merchant = current_merchant()
        rows = super().get_queryset()
        return rows if merchant is None else rows.filter(**{self.merchant_path: merchant})

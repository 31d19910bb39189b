"""How long texts may be: what a row's columns hold."""

from __future__ import annotations

from typing import Any

from django.db.models import Model
from graphql.pyutils import camel_to_snake

from infra.engine.schema.errors import MutationError, UserErrors


def check_lengths(model: type[Model], said: dict[str, Any], names: str) -> None:
    """Check texts of an input against the columns of the same names that are to hold them.

    Arguments: `names`, which fields of `said` are looked at, separated by spaces. What is no text, and a column
    without a limit, does not count. Raises UserErrors(INVALID) with one error for each text that is too long.
    """
    errors = []
    for name in names.split():
        text, most = said.get(name), getattr(model._meta.get_field(camel_to_snake(name)), "max_length", None)
        if isinstance(text, str) and most is not None and len(text) > most:
            message = f"Ensure this value has at most {most} characters (it has {len(text)})."
            errors.append(MutationError(name, message, "INVALID"))
    if errors:
        raise UserErrors(errors)

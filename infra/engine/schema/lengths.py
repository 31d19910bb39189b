"""How long texts may be: what a row's columns hold."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.db.models import CharField, Model
from graphql.pyutils import camel_to_snake, snake_to_camel

from infra.engine.schema.errors import EngineError, MutationError, UserErrors

#: models whose mutations have no code for it
WITHOUT_CODE = ("Group",)


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


def check_row(row: Model) -> None:
    """Check the texts of a row about to be saved: SQLite would keep longer ones than its columns say.

    Raises UserErrors(INVALID), with one error for each that is too long; EngineError where no code says that.
    """
    errors = []
    for name, most in _limits(type(row)):
        text = row.__dict__.get(name)
        if text.__class__ is str and len(text) > most:
            message = f"Ensure this value has at most {most} characters (it has {len(text)})."
            errors.append(MutationError(snake_to_camel(name, upper=False), message, "INVALID"))
    if errors and type(row).__name__ in WITHOUT_CODE:
        raise EngineError(errors[0].message, "GraphQLError")
    if errors:
        raise UserErrors(errors)


@cache
def _limits(model: type[Model]) -> list[tuple[str, int]]:
    """Return the columns of a model that hold so many characters."""
    columns = (each for each in model._meta.concrete_fields if isinstance(each, CharField))
    return [(each.attname, each.max_length) for each in columns if each.max_length is not None]

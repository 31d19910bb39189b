"""Errors as the contract shows them: problems of an input inside the payload, everything else at the top level."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLError, GraphQLSyntaxError


@dataclass(frozen=True, slots=True)
class MutationError:
    """One problem of a mutation's input: `code` is a name of the enum of the payload's error type."""

    field: str | None
    message: str
    code: str
    extra: dict[str, Any] = dataclasses.field(default_factory=dict)

    @classmethod
    def of(cls, field: str | None, message: str, code: str, **extra: Any) -> MutationError:
        return cls(field, message, code, extra)

    def __getattr__(self, name: str) -> Any:
        extra = object.__getattribute__(self, "extra")
        if name in extra:
            return extra[name]
        raise AttributeError(name)


class UserErrors(Exception):  # noqa: N818 (it is the payload's own list, not a fault)
    """Raised inside a mutation: the payload comes back with these errors and no object."""

    def __init__(self, errors: list[MutationError]) -> None:
        super().__init__("; ".join(error.message for error in errors))
        self.errors = errors


def refuse(field: str | None, message: str, code: str, **extra: Any) -> UserErrors:
    """Return the exception for a single problem, to be raised by the caller."""
    return UserErrors([MutationError(field, message, code, extra)])


class EngineError(GraphQLError):
    """A top-level error; the class name is what clients read as `extensions.exception.code`."""

    code: str = ""

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        if code or not self.code:
            self.code = code or type(self).__name__


class PermissionDenied(EngineError):  # noqa: N818 (the name is the contract's error code)
    """The requestor lacks every one of the permissions that open this path."""

    code = "PermissionDenied"

    def __init__(self, permissions: tuple[str, ...] = (), message: str = "") -> None:
        if not message:
            message = "You do not have permission to perform this action"
            if permissions:
                message = "To access this path, you need one of the following permissions: " + ", ".join(permissions)
        super().__init__(message)


def error_code(error: GraphQLError) -> str:
    """Return the code clients see for `error`: the class of the cause, as the contract does."""
    cause = error.original_error
    if isinstance(error, EngineError):
        return error.code
    if isinstance(error, GraphQLSyntaxError):
        return "GraphQLSyntaxError"
    if isinstance(cause, EngineError):
        return cause.code
    return "GraphQLError" if cause is None else type(cause).__name__


def format_error(error: GraphQLError) -> dict[str, Any]:
    """Return `error` in the shape of the contract's HTTP answer."""
    answer: dict[str, Any] = {"message": error.message}
    if error.locations:
        answer["locations"] = [{"line": place.line, "column": place.column} for place in error.locations]
    if error.path is not None:
        answer["path"] = list(error.path)
    answer["extensions"] = {**(error.extensions or {}), "exception": {"code": error_code(error)}}
    return answer

"""The contract's own scalars: how they cross the wire."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from graphql import GraphQLError, GraphQLScalarType, GraphQLSchema, ValueNode
from graphql.language import FloatValueNode, IntValueNode, StringValueNode
from graphql.utilities import value_from_ast_untyped

MIN_INT, MAX_INT = -(2**31), 2**31 - 1
#: levels of a value of JSON; text of an editor has six
MAX_DEPTH = 200
#: places of a decimal before the point; in all, and behind it, three times as many
MAX_DIGITS = 20


def install(schema: GraphQLSchema) -> None:
    """Give every scalar of `schema` that is not of GraphQL itself its serializer and parsers."""
    for name, (serialize, parse) in SCALARS.items():
        scalar = schema.type_map.get(name)
        if not isinstance(scalar, GraphQLScalarType):
            continue
        if serialize is not None:
            scalar.serialize = serialize  # type: ignore[method-assign, assignment]
        if name in ("String", "ID"):
            # In variables the contract's reference takes numbers for text; in a document it does not.
            scalar.parse_value = _parse_text  # type: ignore[method-assign]
            scalar.parse_literal = _written_text(scalar.parse_literal)  # type: ignore[method-assign]
        elif name in IN_VARIABLES:
            scalar.parse_value = IN_VARIABLES[name]  # type: ignore[method-assign, assignment]
        elif parse is not None:
            scalar.parse_value = parse  # type: ignore[method-assign, assignment]
            scalar.parse_literal = _literal(parse, only=WRITTEN.get(name))  # type: ignore[method-assign, assignment]


def _literal(parse: Callable[[Any], Any], *, only: tuple[type[ValueNode], ...] | None) -> Callable[..., Any]:
    def parse_literal(node: ValueNode, variables: dict[str, Any] | None = None) -> Any:
        if only is not None and not isinstance(node, only):
            raise GraphQLError("Value is not of the form that this scalar has in a document.")
        if isinstance(node, IntValueNode | FloatValueNode | StringValueNode):
            return parse(node.value)
        return parse(value_from_ast_untyped(node, variables))

    return parse_literal


def _text(value: Any) -> str:
    return value if value.__class__ is str else _other_text(value)


def _other_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _parse_text(value: Any) -> str:
    """Take text, or what is written as one. Not what PostgreSQL or UTF-8 cannot hold: NUL, half a surrogate pair."""
    text = _text(value)
    if not is_storable(text):
        raise GraphQLError(f"Text cannot hold NUL, nor half a surrogate pair: {text[:60]!r}")
    return text


def is_storable(text: str) -> bool:
    """Return whether every database and every answer can hold a text."""
    if "\0" in text:
        return False
    try:
        return text.isascii() or bool(text.encode())
    except UnicodeEncodeError:
        return False


def _written_text(parse: Callable[..., Any]) -> Callable[..., Any]:
    def parse_literal(node: ValueNode, variables: dict[str, Any] | None = None) -> str:
        return _parse_text(parse(node, variables))

    return parse_literal


def storable_tree(value: Any) -> Any:
    """Take a value of JSON.

    Raises GraphQLError for one with text or numbers that the databases' JSON cannot hold, or nested beyond reason.
    """
    level: list[Any] = [value]
    for _ in range(MAX_DEPTH):
        below: list[Any] = []
        for each in level:
            if isinstance(each, str):
                _parse_text(each)
            elif isinstance(each, float) and not math.isfinite(each):
                raise GraphQLError(f"JSON has no such number: {each!r}")
            elif isinstance(each, dict):
                below += (*each, *each.values())
            elif isinstance(each, list):
                below += each
        level = below
        if not level:
            return value
    raise GraphQLError(f"Value is nested more than {MAX_DEPTH} levels deep.")


def _number(value: Any) -> float:
    return value if value.__class__ is float else float(value)


def _parse_number(value: Any) -> float:
    """Take a number, or text that is one, as the contract's reference does in variables."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise GraphQLError(f"Float cannot represent non numeric value: {value!r}") from None
    if not math.isfinite(number):
        raise GraphQLError(f"Float cannot represent non numeric value: {value!r}")
    return number


def _parse_whole(value: Any) -> int:
    """Take a number, or text that is one, and drop what is behind the point, as the contract's reference does."""
    number = value if value.__class__ is int else int(_parse_number(value))
    if not MIN_INT <= number <= MAX_INT:
        raise GraphQLError(f"Int cannot represent non 32-bit signed integer value: {value!r}")
    return number


#: what the contract's reference takes in variables alone
IN_VARIABLES: dict[str, Callable[[Any], Any]] = {"Float": _parse_number, "Int": _parse_whole, "Boolean": bool}
#: and how some scalars must be written in a document, where it does not take text for numbers
WRITTEN: dict[str, tuple[type[ValueNode], ...]] = {
    "Decimal": (IntValueNode, FloatValueNode),
    "PositiveDecimal": (IntValueNode, FloatValueNode),
    "JSONString": (StringValueNode,),
    **dict.fromkeys(("Minute", "Hour", "Day"), (IntValueNode,)),
}


def _parse_span(value: Any) -> int:
    number = _parse_whole(value)
    if number < 0:
        raise GraphQLError(f"Value cannot be lower than 0: {value!r}")
    return number


def _parse_json(value: Any) -> Any:
    if not isinstance(value, dict | list):
        raise GraphQLError("Value is neither an object nor a list.")
    return storable_tree(value)


def _parse_weight(value: Any) -> Any:
    """Take what may be a weight: `grams` says how heavy it is, or that nothing is."""
    _parse_decimal(value["value"] if isinstance(value, dict) and value.get("value") is not None else _bare(value))
    return value


def _bare(value: Any) -> Any:
    return int(value) if isinstance(value, bool) else value


def _moment(value: Any) -> str:
    return value if isinstance(value, str) else value.isoformat()


def _parse_moment(value: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
        if "T" not in value and " " not in value:
            raise ValueError("a day is no moment")
    except (TypeError, ValueError):
        raise GraphQLError(f'DateTime cannot represent value: "{value}"') from None
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    try:
        moment.astimezone(UTC)
    except OverflowError:  # a day before the first, or after the last
        raise GraphQLError(f'DateTime cannot represent value: "{value}"') from None
    return moment


def _parse_date(value: Any) -> date:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise GraphQLError(f'Date cannot represent value: "{value}"') from None


def _parse_decimal(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise GraphQLError(f"Value is not a valid decimal: {value!r}")
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise GraphQLError(f"Value is not a valid decimal: {value!r}") from None
    if not number.is_finite() or not _is_moderate(number):
        raise GraphQLError(f"Value is not a valid decimal: {str(value)[:60]!r}")
    return number


def _is_moderate(number: Decimal) -> bool:
    """Return whether a number has few enough places to be reckoned with."""
    _, digits, exponent = number.as_tuple()
    return len(digits) <= 3 * MAX_DIGITS and int(exponent) >= -3 * MAX_DIGITS and number.adjusted() <= MAX_DIGITS


def _parse_positive_decimal(value: Any) -> Decimal:
    number = _parse_decimal(value)
    if number < 0:
        raise GraphQLError(f"Value cannot be lower than 0. Unsupported value: {number}")
    return number


def _parse_positive_int(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str) or not str(value).isdigit() or int(value) < 1:
        raise GraphQLError(f"Value must be a positive whole number: {value!r}")
    return int(value)


def _parse_uuid(value: Any) -> UUID:
    try:
        return UUID(str(value))
    except ValueError:
        raise GraphQLError(f"Value is not a valid UUID: {value!r}") from None


def _parse_metadata(value: Any) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(item, str) for item in value.values()):
        raise GraphQLError("Metadata must be an object of strings.")
    return dict(storable_tree(value))


def _json_text(value: Any) -> str:
    return json.dumps(value, default=str)


def _parse_json_text(value: Any) -> Any:
    try:
        return storable_tree(json.loads(value))
    except (TypeError, ValueError, RecursionError):
        raise GraphQLError("Value is not valid JSON.") from None


def _same(value: Any) -> Any:
    return value


#: name: (serialize, parse); None keeps GraphQL's own
SCALARS: dict[str, tuple[Callable[[Any], Any] | None, Callable[[Any], Any] | None]] = {
    "String": (_text, None),
    "ID": (_text, None),
    "Int": (None, None),
    "Float": (_number, None),
    "DateTime": (_moment, _parse_moment),
    "Date": (_moment, _parse_date),
    "Decimal": (_number, _parse_decimal),
    "PositiveDecimal": (_number, _parse_positive_decimal),
    "PositiveInt": (_same, _parse_positive_int),
    "UUID": (_text, _parse_uuid),
    "Metadata": (_same, _parse_metadata),
    "JSON": (_same, _parse_json),
    "JSONString": (_json_text, _parse_json_text),
    "GenericScalar": (_same, storable_tree),
    "_Any": (_same, storable_tree),
    "Upload": (_same, _same),
    "WeightScalar": (_same, _parse_weight),
    "Boolean": (None, None),
    "Minute": (None, _parse_span),
    "Hour": (None, _parse_span),
    "Day": (None, _parse_span),
}

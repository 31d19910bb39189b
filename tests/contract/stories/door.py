"""What is no question at all, and what is asked wrongly: bytes, documents, variables and scalars that do not fit."""

from __future__ import annotations

import json
from typing import Any

from tests.contract.world import World

TWO = "query A { __typename } query B { other: __typename }"
BODIES: dict[str, Any] = {
    "typename": {"query": "{ __typename }"},
    "syntax": {"query": "{ shop { name }"},
    "unknown_field": {"query": "{ shop { nothing } }"},
    "unknown_root": {"query": "{ nothing }"},
    "unknown_argument": {"query": '{ menu(slug: "x", colour: "red") { id } }'},
    "unknown_type": {"query": "query($v: Nothing) { menu(slug: $v) { id } }"},
    "unknown_directive": {"query": "{ __typename @nothing }"},
    "unknown_fragment": {"query": "{ shop { ...Nothing } }"},
    "unused_fragment": {"query": "{ __typename } fragment F on Shop { name }"},
    "fragment_of_itself": {"query": "{ shop { ...F } } fragment F on Shop { name ...F }"},
    "fragment_of_other_type": {"query": "{ shop { ... on Product { id } } }"},
    "leaf_with_fields": {"query": "{ shop { name { x } } }"},
    "object_without_fields": {"query": "{ shop }"},
    "no_argument": {"query": "{ order { id } }"},
    "fields_in_conflict": {"query": "{ shop { name: id name } }"},
    "variable_unused": {"query": "query($v: String) { __typename }"},
    "variable_undeclared": {"query": "{ menu(slug: $v) { id } }"},
    "variable_twice": {"query": "query($v: String, $v: String) { menu(slug: $v) { id } }"},
    "variable_of_other_type": {"query": "query($v: Int) { menu(slug: $v) { id } }"},
    "variable_missing": {"query": "query($v: ID!) { order(id: $v) { id } }"},
    "variable_null": {"query": "query($v: ID!) { order(id: $v) { id } }", "variables": {"v": None}},
    "variable_too_many": {"query": "{ __typename }", "variables": {"v": 1}},
    "variables_in_text": {"query": "{ __typename }", "variables": '{"v": 1}'},
    "variables_no_text": {"query": "{ __typename }", "variables": "nonsense"},
    "variables_list": {"query": "{ __typename }", "variables": [1]},
    "variables_empty": {"query": "{ __typename }", "variables": None},
    "two_unnamed": {"query": TWO},
    "two_named": {"query": TWO, "operationName": "B"},
    "two_named_otherwise": {"query": TWO, "operationName": "C"},
    "one_named_otherwise": {"query": "query A { __typename }", "operationName": "C"},
    "one_name_twice": {"query": "query A { __typename } query A { __typename }", "operationName": "A"},
    "name_empty": {"query": "query A { __typename }", "operationName": ""},
    "no_query": {"variables": {}},
    "query_empty": {"query": ""},
    "query_of_blanks": {"query": "  "},
    "query_number": {"query": 5},
    "only_fragment": {"query": "fragment F on Shop { name }"},
    "subscription": {"query": "subscription { event { issuedAt } }"},
    "batch_of_two": [{"query": "{ __typename }"}, {"query": "{ __typename }"}],
    "batch_of_one": [{"query": "{ __typename }"}],
    "batch_of_none": [],
    "batch_of_text": ["x"],
    "text": "x",
    "null": None,
    "one_type": {
        "query": '{ __type(name: "MetadataItem") { kind name fields { name type { kind ofType { name } } } } }'
    },
    "no_type": {"query": '{ __type(name: "Nothing") { name } }'},
    "roots": {"query": "{ __schema { queryType { name } mutationType { name } subscriptionType { name } } }"},
    "skipped": {"query": "{ __typename @skip(if: true) other: __typename @include(if: true) }"},
    "hundred_aliases": {"query": f"{{ {' '.join(f'a{n}: __typename' for n in range(100))} }}"},
    "too_many_aliases": {"query": f"{{ {' '.join(f'a{n}: __typename' for n in range(101))} }}"},
}
VERIFY = 'tokenVerify(token: "x") { isValid }'
BODIES["four_mutations"] = {"query": f"mutation {{ {' '.join(f'm{n}: {VERIFY}' for n in range(4))} }}"}
BODIES["five_mutations"] = {"query": f"mutation {{ {' '.join(f'm{n}: {VERIFY}' for n in range(5))} }}"}

GIFT = (
    'giftCardCreate(input: {balance: {amount: 1, currency: "JPY"}, isActive: true, expiryDate: $v}) { errors { code } }'
)
PROMOTION = 'promotionCreate(input: {name: "x", type: CATALOGUE, %s: $v}) { errors { code } }'
CHANNEL = 'channelUpdate(id: "Q2hhbm5lbDo5OTk5OTk=", input: {orderSettings: {%s: $v}}) { errors { code } }'
TYPE = 'productTypeCreate(input: {name: "x", weight: $v}) { errors { code } }'
PAY = 'transactionInitialize(id: "x", amount: $v, paymentGateway: {id: "g"}) { errors { code } }'
PLACES: dict[str, tuple[str, str]] = {
    "Int": ("query", "categories(first: $v) { pageInfo { hasPreviousPage } }"),
    "Float": (
        "query",
        'products(first: 1, channel: "jp", filter: {price: {gte: $v}}) { pageInfo { hasPreviousPage } }',
    ),
    "Boolean": ("query", "__typename @include(if: $v) other: __typename"),
    "String": ("query", "menu(slug: $v) { id }"),
    "ID": ("query", 'product(id: $v, channel: "jp") { id }'),
    "UUID": ("query", "checkout(token: $v) { id }"),
    "CountryCode": ("query", "addressValidationRules(countryCode: $v) { countryCode }"),
    "PositiveDecimal": ("mutation", PAY),
    "Date": ("mutation", GIFT),
    "DateTime": ("mutation", PROMOTION % "startDate"),
    "JSON": ("mutation", PROMOTION % "description"),
    "JSONString": ("mutation", 'categoryCreate(input: {name: "x", description: $v}) { errors { code } }'),
    "WeightScalar": ("mutation", TYPE),
    "Day": ("mutation", CHANNEL % "deleteExpiredOrdersAfter"),
    "Minute": ("mutation", CHANNEL % "expireOrdersAfter"),
    "Upload": ("mutation", "fileUpload(file: $v) { errors { code } }"),
    "[MetadataInput!]": ("mutation", 'updateMetadata(id: "x", input: $v) { errors { code } }'),
    "[ID!]": ("query", 'products(first: 1, channel: "jp", filter: {ids: $v}) { pageInfo { hasPreviousPage } }'),
}
"""By type, a field that takes it, and the sort of question it stands in."""
VALUES: dict[str, tuple[Any, ...]] = {
    "Int": (5, "5", 1.5, 5.0, 2**31, True, "x", [5]),
    "Float": (1, 1.5, "1.5", True, "x"),
    "Boolean": (True, 1, 0, "true", "x"),
    "String": ("x", 5, 1.5, True, ["x"], {}),
    "ID": ("UHJvZHVjdDo5OTk5OTk5", 5, 1.5, True, [], "", "nonsense", "T3JkZXI6NQ=="),
    "UUID": ("00000000-0000-4000-8000-000000000000", "00000000000040008000000000000000", "x", 5, ""),
    "CountryCode": ("JP", "jp", "XX", 5, ""),
    "PositiveDecimal": (1, 1.5, "1.5", 0, -1, "x", "NaN", "", True, [1]),
    "Date": ("2026-01-31", "2026-02-31", "2026-01-31T00:00:00Z", "x", 5, ""),
    "DateTime": ("2026-01-31T00:00:00Z", "2026-01-31T00:00:00+09:00", "2026-01-31", "2026-02-31T00:00:00Z", "x", 5, ""),
    "JSON": ({"a": 1}, [1], "x", 5),
    "JSONString": ('{"a": 1}', "x", 5, {"a": 1}, ""),
    "WeightScalar": (1, 1.5, "1.5", -1, "x", True, {"value": 1, "unit": "KG"}, {"value": 1}, {"unit": "KG"}),
    "Day": (1, 0, -1, "1", "x", 1.5),
    "Minute": (1, 0, -1, "1", "x", 1.5),
    "Upload": ("x", 5, None),
    "[MetadataInput!]": (
        [{"key": "a", "value": "b"}],
        {"key": "a", "value": "b"},
        [{"key": "a"}],
        [{"key": "a", "value": "b", "c": 1}],
        [None],
        "x",
    ),
    "[ID!]": (["UHJvZHVjdDo5OTk5OTk5"], "UHJvZHVjdDo5OTk5OTk5", [None], [5], [["x"]], []),
}


UPLOAD = json.dumps(
    {"query": "mutation($v: Upload!) { fileUpload(file: $v) { errors { code } } }", "variables": {"v": None}}
)
FORMS: dict[str, dict[str, str]] = {
    "plain": {"operations": json.dumps({"query": "{ __typename }"}), "map": "{}"},
    "without_map": {"operations": json.dumps({"query": "{ __typename }"})},
    "without_operations": {"map": "{}"},
    "of_query": {"query": "{ __typename }"},
    "file_unmapped": {"operations": UPLOAD, "map": "{}", "0": "x"},
}
UNLIKE = {
    "fragment_of_itself",
    "batch_of_text",
    "subscription",
    "int_4",
    "int_7",
    "uuid_3",
    "weightscalar_7",
    "weightscalar_8_written",
    "metadatainputs_1",
    "ids_2_written",
    "metadatainputs_4_written",
    "upload_2_written",
}
"""Not asked: Saleor breaks off (500, or a fault of its own as code), counts costs, or takes no written null."""


def tell(world: World) -> None:
    for name, body in BODIES.items():
        _ask(world, name, body)
    world.ask.raw("door/no_json", b"{")
    world.ask.raw("door/nothing", b"")
    plain = json.dumps({"query": "{ __typename }"}).encode()
    world.ask.raw("door/charset", plain, kind="application/json; charset=utf-8")
    world.ask.raw("door/kind_of_text", plain, kind="text/plain")
    world.ask.raw("door/kind_of_graphql", b"{ __typename }", kind="application/graphql")
    world.ask.raw("door/kind_of_form", b"query=%7B__typename%7D", kind="application/x-www-form-urlencoded")
    for name, parts in FORMS.items():
        lines = [
            f'--b\r\nContent-Disposition: form-data; name="{each}"\r\n\r\n{said}\r\n' for each, said in parts.items()
        ]
        body = f"{''.join(lines)}--b--\r\n".encode()
        world.ask.raw(f"door/form_{name}", body, kind="multipart/form-data; boundary=b")
    _scalars(world)


def _ask(world: World, name: str, body: Any) -> None:
    if name not in UNLIKE:
        world.ask.raw(f"door/{name}", json.dumps(body).encode())


def _scalars(world: World) -> None:
    for type_, (sort, field) in PLACES.items():
        name = type_.strip("[]!").lower() + ("s" if "[" in type_ else "")
        is_needed = "!" if type_ in ("Boolean", "CountryCode", "Upload", "[MetadataInput!]") else ""
        for number, value in enumerate(VALUES[type_]):
            question = {"query": f"{sort}($v: {type_}{is_needed}) {{ {field} }}", "variables": {"v": value}}
            _ask(world, f"{name}_{number}", question)
            written = {"query": f"{sort} {{ {field.replace('$v', _literal(value))} }}"}
            _ask(world, f"{name}_{number}_written", written)


def _literal(value: Any) -> str:
    """Return a value as it is written in a document."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {_literal(each)}" for name, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_literal(each) for each in value) + "]"
    return json.dumps(value)

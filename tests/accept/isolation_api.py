"""Who may ask what of the mall's own GraphQL: every field of it, tried as every role with two other merchants' ids."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.accept import documents
from tests.accept.isolation import MERCHANTS, NOBODY, WARD, World, sights
from tests.accept.runner import Check
from tests.accept.visitor import Visitor

ALL = frozenset({"everybody"})
# root field -> the roles of the ward for which every merchant's answers; ALL: nothing in it is a merchant's own
QUERIES = {"viewer": None, "merchant": WARD, "listing": ALL, "search": ALL}
MUTATIONS: dict[str, frozenset[str]] = {
    "acceptParcel": frozenset(),
    "shipParcel": frozenset(),
    "refuseLines": frozenset(),
}
ORDER = "query($code: String!, $number: String!) { merchant(code: $code) { code order(number: $number) { number } } }"
KNOWN = {"market": "jp", "language": "ja", "slug": "tokyo-yakinori-zengata", "q": "海苔"}


def ask(visitor: Visitor, query: str, variables: dict[str, Any]) -> dict[str, Any]:
    """Send as a page's script would, with the form's token."""
    headers = {"X-CSRFToken": visitor.client.cookies.get("csrftoken", ""), "Origin": visitor.base}
    headers["Referer"] = visitor.base + "/"
    body = {"query": query, "variables": variables}
    found: dict[str, Any] = visitor.client.post("/api/graphql/", json=body, headers=headers).json()
    return found


def try_fields(world: World, check: Check) -> None:
    """Try every root field with all below it; a field that is never asked, or has no expectation, fails."""
    someone = world.people[MERCHANTS[0]]
    schema = documents.read_schema(lambda query, variables: ask(someone, query, variables))
    assert schema.query_type is not None and schema.mutation_type is not None
    before = sights(world)
    asked: set[str] = set()
    for kind, fields, table in (
        ("query", schema.query_type.fields, QUERIES),
        ("mutation", schema.mutation_type.fields, MUTATIONS),
    ):
        for name in fields:
            wrong = ["no expectation"] if name not in table else list(_wrong(world, schema, kind, name, table, asked))
            check(f"api {kind} {name}", not wrong, wrong[:3])
    every = {
        f"{name}.{field}"
        for name, each in schema.type_map.items()
        if hasattr(each, "fields") and not name.startswith("__") and name not in ("Query", "Mutation")
        for field in each.fields
    }
    check.equal("every field of the api was asked", sorted(every - asked - {"Merchant.order"}), [])
    foreign = list(_foreign_orders(world))
    check("api Merchant.order", not foreign, foreign)
    check("the api's refused writes changed nothing", sights(world) == before)


def _wrong(world: World, schema: Any, kind: str, name: str, table: Any, asked: set[str]) -> Iterator[str]:
    for role, visitor in world.people.items():
        for code in MERCHANTS:
            if kind == "mutation" and role == code:
                continue  # what a merchant does with its own part comes later in the scenario
            known = {**KNOWN, "merchant": code, **world.ids[code], "page": 1}
            query, variables, seen = documents.document(schema, kind, name, lambda *_: "x", known)
            asked |= seen
            answer = ask(visitor, query, variables)
            if name == "viewer":
                yield from _wrong_viewer(role, answer)
            elif table[name] is ALL:
                if "errors" in answer or answer["data"]["answer"] is None:
                    yield f"{role}: {answer}"
            elif role == code or role in table[name]:
                if (answer["data"]["answer"] or {}).get("code") != code:
                    yield f"{role} own {code}: {answer}"
            else:
                nothing = {**known, "merchant": NOBODY["code"], **NOBODY}
                query, variables, _seen = documents.document(schema, kind, name, lambda *_: "x", nothing)
                if answer != ask(visitor, query, variables):
                    yield f"{role} {code}: {answer}"
                if _holds(answer["data"]["answer"]):
                    yield f"{role} {code} got {answer}"
            text = json.dumps(answer)
            yield from (f"{role} {name} shows {each}" for each in world.secrets if each in text)


def _holds(answer: Any) -> bool:
    return bool(answer) and (answer.get("part", answer) is not None)


def _wrong_viewer(role: str, answer: dict[str, Any]) -> Iterator[str]:
    viewer = answer["data"]["answer"]
    if role in ("anonymous", "shopper"):
        if viewer is not None:
            yield f"{role}: {viewer}"
    elif [each["code"] for each in viewer["merchants"]] != ([role] if role in MERCHANTS else []):
        yield f"{role}: {viewer['merchants']}"


def _foreign_orders(world: World) -> Iterator[str]:
    """A merchant asks its own `order` by the number of an order that it has no part in."""
    for code in MERCHANTS:
        for other in MERCHANTS:
            number = world.ids[other]["number"]
            found = ask(world.people[code], ORDER, {"code": code, "number": number})
            is_own = number == world.ids[code]["number"]
            expected = {"number": number} if is_own else None
            if found != {"data": {"merchant": {"code": code, "order": expected}}}:
                yield f"{code} asks {number}: {found}"

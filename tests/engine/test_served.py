"""Nothing is declared that is not served: every event, mutation and thing is asked for everything it declares."""

from __future__ import annotations

import re
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.utils import timezone
from graphql import GraphQLList, get_named_type, get_nullable_type

from infra.engine.apps.models import App
from infra.engine.checkout.models import Checkout
from infra.engine.checkout.pricing import price_checkouts
from infra.engine.checkout.tax_apps import taxable_checkout
from infra.engine.deliveries.events import SUBJECTS, event_kinds
from infra.engine.deliveries.payloads import build_payload
from infra.engine.schema.binding import BINDINGS
from infra.engine.schema.build import schema
from infra.engine.schema.ids import to_global_id
from tests.accept import documents
from tests.engine.asking import ask
from tests.engine.everything import select_all
from tests.engine.filled import fill_all
from tests.engine.test_everything import LISTS, question

pytestmark = pytest.mark.django_db(databases=["engine"])
FOR_PERSONS = "AUTHENTICATED_STAFF_USER"
"""What an app is never shown."""
BROKEN = "Internal Server Error"
#: subjects of events that are kept in no table
GIVEN = {
    "notifyCustomer": True,
    "action": {"actionType": "CHARGE", "action_type": "CHARGE", "amount": Decimal(1), "currency": "JPY"},
    "data": {"key": "value"},
    "merchantReference": "m",
    "idempotencyKey": "k",
    "customerIpAddress": "127.0.0.1",
    "token": "t",
    "redirectUrl": "https://example.com/",
    "amount": Decimal(1),
}


@pytest.fixture
def shop() -> Any:
    return fill_all()


def _snake(name: str) -> str:
    return re.sub(r"([A-Z])", r"_\1", name).lower()


def _snaked(values: dict[str, Any]) -> dict[str, Any]:
    return {**values, **{_snake(name): value for name, value in values.items()}}


def _is_list(kind: Any) -> bool:
    return isinstance(get_nullable_type(kind), GraphQLList)


def _subject(there: dict[str, Any], type_: Any) -> Any:
    names = [each.name for each in getattr(type_, "types", ())] or [type_.name]
    return next((there[name] for name in names if name in there), None)


def rows() -> dict[str, Any]:
    """Return the first row of every type of the contract that is kept in a table."""
    found = {}
    for model in apps.get_models():
        name = BINDINGS.typenames.get(model)
        if isinstance(name, str) and (row := model._default_manager.order_by("pk").first()) is not None:
            found[name] = row
    cart = Checkout.objects.order_by("pk").first()
    found["TaxableObject"] = taxable_checkout(price_checkouts([cart])[cart.pk])
    return found


def test_every_event_gives_its_header_and_its_subjects(shop):
    app = App.objects.first()
    there = rows()
    empty = []
    for event, names in sorted(SUBJECTS.items()):
        type_ = schema().get_type(event_kinds()[event].type_name)
        kinds = {name: type_.fields[name].type for name in names if name in type_.fields}
        values = {name: _subject(there, get_named_type(kind)) for name, kind in kinds.items()}
        values = {name: [row] if _is_list(kinds[name]) else row for name, row in values.items() if row is not None}
        query = f"subscription {{ event {{ ... on {type_.name} {select_all(type_, 1)} }} }}"
        payload = build_payload(
            webhook=SimpleNamespace(pk=0, app=app, subscription_query=query),
            event=event,
            obj=next(iter(values.values()), None),
            extra={**GIVEN, **{_snake(name): value for name, value in GIVEN.items()}, **_snaked(values)},
            issued_at=timezone.now(),
            principal=app,
        )
        if payload is None:
            empty.append(event)

    assert empty == []


def test_every_thing_that_has_an_id_gives_all_it_declares(shop):
    there = rows()
    wrong = []
    for name, field in schema().query_type.fields.items():
        type_ = get_named_type(field.type)
        if "id" in field.args and type_.name in there:
            gid = to_global_id(type_.name, there[type_.name].pk)
            more = ', channel: "jp"' if "channel" in field.args else ""
            answer = ask(f'{{ {name}(id: "{gid}"{more}) {select_all(type_, 2)} }}', token=shop.token)
            said = [error["message"] for error in answer.get("errors", [])]
            wrong += [f"{name}: {text}" for text in said if FOR_PERSONS not in text]

    assert not wrong, "\n".join(wrong)


def test_every_list_gives_all_it_declares(shop):
    wrong = []
    for name in LISTS:
        answer = ask(question(name, 2), token=shop.token)
        said = [error["message"] for error in answer.get("errors", [])]
        wrong += [f"{name}: {text}" for text in said if FOR_PERSONS not in text]

    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", sorted(schema().mutation_type.fields))
def test_a_mutation_of_what_does_not_exist_says_so_and_breaks_for_nobody(shop, name):
    query, variables, _asked = documents.document(schema(), "mutation", name, lambda *_: _gid(name), {}, depth=3)

    answer = ask(query, variables, token=shop.token)

    texts = [error["message"] for error in answer.get("errors", [])]
    assert BROKEN not in texts
    assert texts or answer["data"]["answer"] is not None


def _gid(name: str) -> str:
    kinds = {"order": "Order", "checkout": "Checkout", "product": "Product", "page": "Page", "app": "App"}
    kind = next((kind for part, kind in kinds.items() if name.lower().startswith(part)), "Product")
    uuid = kind in ("Order", "Checkout")
    return to_global_id(kind, "00000000-0000-4000-8000-000000000000" if uuid else "99999999")

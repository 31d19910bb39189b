"""What documents cost; the figures beside each document are those that Saleor 3.24 answered (2026-11-23)."""

from __future__ import annotations

import json
import time

import pytest

from infra.engine.handler import handle
from infra.engine.schema.build import documents, schema
from infra.engine.schema.costs import cost_of
from tests.engine.commerce import make_channel

DEEP = """{ products(first: 100, channel: "jp") { edges { node { category {
  products(first: 100, channel: "jp") { edges { node { collections { products(first: 100) { edges { node { id } } } }
} } } } } } } }"""
PRODUCTS = 'products(first: $n, channel: "jp") { edges { node { id category { id } collections { id } } } }'
FRAGMENTS = """fragment F on Product { category { id } collections { id } } fragment G on Product { media { id } }
  { products(first: 10, channel: "jp") { edges { node { ...F ...G ... on Product { thumbnail { url } } } } } }"""
ORDER = """mutation { orderNoteAdd(order: "x", input: {message: "x"}) {
  order { lines { id variant { product { id } } } } } }"""


def cost(text, **variables):
    return cost_of(schema(), documents().get(text), variables)


@pytest.mark.parametrize(
    ("text", "variables", "told"),
    [
        (DEEP, {}, 1_020_200),
        (f"query($n: Int) {{ {PRODUCTS} }}", {"n": 50}, 150),
        ("{ shop { name } me { id orders(first: 10) { edges { node { id lines { id variant { id } } } } } } }", {}, 31),
        ("{ attributes(first: 10) { edges { node { referenceTypes { __typename } } } } }", {}, 1010),
        (FRAGMENTS, {}, 50),
        (ORDER, {}, 3),
    ],
)
def test_a_document_costs_what_it_costs_at_saleor(text, variables, told):
    assert cost(text, **variables) == told


def test_what_a_document_says_for_want_of_a_variable_counts():
    """At Saleor it does not, so that a document may hide there what it asks for."""
    text = f"query($n: Int = 100) {{ {PRODUCTS} }}"

    assert (cost(text), cost(text, n=2), cost(text, n=None)) == (300, 6, 3)


@pytest.mark.django_db(databases=["engine"])
def test_a_document_that_costs_too_much_is_refused():
    make_channel(slug="jp")
    body = json.dumps({"query": DEEP}).encode()

    status, _, content = handle("POST", "/graphql/", {"Content-Type": "application/json"}, body)
    answer = json.loads(content)

    assert status == 400
    assert "data" not in answer
    assert answer["errors"][0]["message"] == "The query exceeds the maximum cost of 50000. Actual cost is 1020200"
    assert answer["errors"][0]["extensions"] == {
        "cost": {"requestedQueryCost": 1_020_200, "maximumAvailable": 50_000},
        "exception": {"code": "QueryCostError"},
    }


def test_fragments_within_fragments_are_counted_once_each():
    """Thirty that are each spread twice would take a thousand million steps."""
    parts = [f"fragment F{n} on Product {{ a: id ...F{n + 1} ...F{n + 1} }}" for n in range(30)]
    document = documents().get(
        " ".join(parts) + ' fragment F30 on Product { category { id } } { product(id: "x") { ...F0 } }'
    )
    started = time.monotonic()

    assert cost_of(schema(), document, {}) > 2**30
    assert time.monotonic() - started < 1


@pytest.mark.django_db(databases=["engine"])
@pytest.mark.parametrize("levels", [300, 900, 50_000])
def test_variables_that_are_nested_without_end_are_refused(levels):
    query = "query($w: ProductWhereInput) { products(first: 1, where: $w) { totalCount } }"
    nested = '{"AND": [' * levels + "{}" + "]}" * levels
    body = f'{{"query": {json.dumps(query)}, "variables": {{"w": {nested}}}}}'.encode()

    status, _, content = handle("POST", "/graphql/", {"Content-Type": "application/json"}, body)

    assert status in (200, 400)
    assert json.loads(content)["errors"] or levels == 300

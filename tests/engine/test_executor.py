"""The executor alone, on a schema and bindings of the test's own."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from graphql import build_schema

from infra.engine.schema import executor
from infra.engine.schema.binding import Batch, Bindings
from infra.engine.schema.context import Context
from infra.engine.schema.documents import DocumentCache
from infra.engine.schema.errors import EngineError, MutationError, UserErrors, format_error

SDL = """
interface Named { name: String }
type Shop implements Named {
  name: String, goods(first: Int = 2): [Goods!], top: Goods, kin: [Named], firm: Goods!, near: Int!
}
type Goods implements Named { id: ID!, name: String, price: Int!, maker: Maker, shop: Shop }
type Maker implements Named { name: String, age: Int }
type Query { shops: [Shop!]!, shop: Shop, strict: Shop! }
type Mutation { count(by: Int!): Counted, refuse: Counted }
type Counted { total: Int!, done: Boolean!, things: [Int!]!, errors: [Problem!]! }
type Problem { field: String, message: String, code: String }
"""


@dataclass
class Calls:
    """How often each bound field was called, and with how many parents."""

    seen: list[tuple[str, int]] = field(default_factory=list)


@pytest.fixture
def calls():
    return Calls()


@pytest.fixture
def run(monkeypatch, calls):
    bindings = Bindings()
    monkeypatch.setattr(executor, "BINDINGS", bindings)
    monkeypatch.setattr("infra.engine.schema.completion.type_of", lambda value: value["__typename"])
    schema = build_schema(SDL)
    documents = DocumentCache(schema)
    _bind(bindings, calls)

    def ask(text, **variables):
        document = documents.get(text)
        assert not isinstance(document, list), document
        answer = executor.execute(schema, document, context=Context(), variables=variables)
        return answer.data, [format_error(error) for error in answer.errors]

    ask.bindings, ask.documents = bindings, documents
    return ask


def _bind(bindings, calls):
    shops = [{"name": f"s{number}", "number": number} for number in range(3)]

    def goods(batch: Batch):
        calls.seen.append(("goods", len(batch.parents)))
        first = batch.args["first"]
        return [
            [{"id": f"{shop['number']}-{index}", "name": None, "price": 10 * index + 1} for index in range(first)]
            for shop in batch.parents
        ]

    def maker(batch: Batch):
        calls.seen.append(("maker", len(batch.parents)))
        return [{"__typename": "Maker", "name": f"maker of {row['id']}", "age": 60} for row in batch.parents]

    bindings.fields["Shop", "goods"] = goods
    bindings.fields["Goods", "maker"] = maker
    bindings.roots["Query", "shops"] = lambda context, args: list(shops)
    bindings.roots["Query", "shop"] = lambda context, args: {"name": "one", "number": 0, "kin": []}
    bindings.roots["Query", "strict"] = lambda context, args: {"name": "strict", "number": 0}


def test_all_parents_of_a_field_are_resolved_in_one_call(run, calls):
    data, errors = run("{ shops { name goods(first: 3) { id maker { name } } } }")

    assert errors == []
    assert calls.seen == [("goods", 3), ("maker", 9)]
    assert data["shops"][2]["goods"][1] == {"id": "2-1", "maker": {"name": "maker of 2-1"}}


def test_answer_keeps_the_order_of_the_document_and_aliases(run):
    data, _ = run("{ shops { b: name a: name goods(first: 1) { price id } } }")

    assert list(data["shops"][0]) == ["b", "a", "goods"]
    assert list(data["shops"][0]["goods"][0]) == ["price", "id"]


def test_fragments_on_interfaces_and_typename(run):
    run.bindings.fields["Shop", "kin"] = lambda batch: [
        [{"__typename": "Maker", "name": "m", "age": 7}, None, {"__typename": "Shop", "name": "s", "number": 1}]
        for _ in batch.parents
    ]

    data, errors = run(
        """query { shop { kin { __typename ...N ... on Maker { age } ... on Shop { goods(first: 1) { id } } } } }
        fragment N on Named { name }"""
    )

    assert errors == []
    assert data["shop"]["kin"] == [
        {"__typename": "Maker", "name": "m", "age": 7},
        None,
        {"__typename": "Shop", "name": "s", "goods": [{"id": "1-0"}]},
    ]


@pytest.mark.parametrize(("wanted", "keys"), [(True, ["name", "goods"]), (False, ["goods"])])
def test_skip_and_include_follow_the_variables_of_each_call(run, wanted, keys):
    text = "query($w: Boolean!) { shops { name @include(if: $w) goods(first: 1) { id @skip(if: $w) price } } }"
    run(text, w=not wanted)

    data, errors = run(text, w=wanted)

    assert errors == []
    assert list(data["shops"][0]) == keys
    assert list(data["shops"][0]["goods"][0]) == (["price"] if wanted else ["id", "price"])


def test_variables_reach_arguments_and_defaults_hold(run):
    data, _ = run("query($n: Int) { shops { a: goods(first: $n) { id } b: goods { id } } }", n=1)

    assert [len(data["shops"][0]["a"]), len(data["shops"][0]["b"])] == [1, 2]


def test_wrong_variable_is_refused_before_anything_runs(run, calls):
    data, errors = run("query($n: Int!) { shops { goods(first: $n) { id } } }", n="three")

    assert data is None
    assert errors[0]["extensions"]["exception"]["code"] == "GraphQLError"
    assert calls.seen == []


def test_one_failed_value_is_null_with_its_path(run):
    run.bindings.fields["Goods", "name"] = lambda batch: [
        EngineError("no name", "Unnamed") if row["id"] == "1-1" else "fine" for row in batch.parents
    ]

    data, errors = run("{ shops { goods { name } } }")

    assert data["shops"][1]["goods"] == [{"name": "fine"}, {"name": None}]
    assert [(e["path"], e["extensions"]["exception"]["code"]) for e in errors] == [
        (["shops", 1, "goods", 1, "name"], "Unnamed")
    ]


def test_null_in_a_required_place_climbs_to_the_nearest_that_allows_it(run):
    run.bindings.fields["Goods", "price"] = lambda batch: [None if row["id"] == "1-1" else 5 for row in batch.parents]

    data, errors = run("{ shops { name goods { price } } }")

    assert data["shops"][0]["goods"] == [{"price": 5}, {"price": 5}]
    assert data["shops"][1] == {"name": "s1", "goods": None}
    assert [e["path"] for e in errors] == [["shops", 1, "goods", 1, "price"]]


def test_of_several_failures_the_nearest_is_told(run):
    """As Saleor does: private metadata that is refused is told before what is refused in the channel of an order."""
    run.bindings.fields["Shop", "firm"] = lambda batch: [{"id": "1"} for _ in batch.parents]
    run.bindings.fields["Goods", "price"] = lambda batch: [EngineError("below") for _ in batch.parents]
    run.bindings.fields["Shop", "near"] = lambda batch: [EngineError("near") for _ in batch.parents]

    data, errors = run("{ shop { firm { price } near } }")

    assert data == {"shop": None}
    assert [error["path"] for error in errors] == [["shop", "near"]]


def test_null_climbs_through_to_data(run):
    run.bindings.fields["Shop", "firm"] = lambda batch: [EngineError("gone") for _ in batch.parents]

    data, errors = run("{ strict { firm { id } } }")

    assert data is None
    assert errors[0]["path"] == ["strict", "firm"]


def test_resolver_that_raises_fails_its_field_for_every_parent(run):
    def broken(batch):
        raise ValueError("secret detail")

    run.bindings.fields["Goods", "maker"] = broken

    data, errors = run("{ shops { goods(first: 1) { id maker { name } } } }")

    assert [shop["goods"][0]["maker"] for shop in data["shops"]] == [None, None, None]
    assert {e["message"] for e in errors} == {"Internal Server Error"}
    assert len(errors) == 3


def test_resolver_with_too_few_values_is_an_error_not_a_shift(run):
    run.bindings.fields["Goods", "maker"] = lambda batch: [None]

    data, errors = run("{ shops { goods { maker { name } } } }")

    assert data["shops"][0]["goods"][0] == {"maker": None}
    assert errors[0]["extensions"]["exception"]["code"] == "RuntimeError"


def test_mutations_run_in_order_and_refusals_fill_what_must_not_be_null(run):
    total = []

    def count(context, args):
        total.append(args["by"])
        return {"total": sum(total), "done": True, "things": total}

    def refuse(context, args):
        raise UserErrors([MutationError("by", "never", "INVALID")])

    run.bindings.roots["Mutation", "count"] = count
    run.bindings.roots["Mutation", "refuse"] = refuse

    data, errors = run(
        "mutation { a: count(by: 2) { total } b: count(by: 3) { total errors { code } } "
        "refuse { total done things errors { code } } }"
    )

    assert errors == []
    assert data["a"] == {"total": 2}
    assert data["b"] == {"total": 5, "errors": []}
    assert data["refuse"] == {"total": 0, "done": False, "things": [], "errors": [{"code": "INVALID"}]}


def test_a_resolver_may_ask_again_nested_twice(run):
    """The hardest case: what a synchronous event does, a question inside a field inside a question, of a list."""
    depths = []

    def top(batch):
        depth = len(depths)
        depths.append(depth)
        inner = "leaf"
        if depth < 2:
            data, errors = run("{ shops { name top { name } } }")
            assert errors == []
            inner = data["shops"][2]["top"]["name"]
        return [{"id": "t", "name": f"{shop['name']}({inner})", "price": 1} for shop in batch.parents]

    run.bindings.fields["Shop", "top"] = top

    data, errors = run("{ shop { name top { name } goods(first: 1) { id } } }")

    assert errors == []
    assert depths == [0, 1, 2]
    assert data == {"shop": {"name": "one", "top": {"name": "one(s2(s2(leaf)))"}, "goods": [{"id": "0-0"}]}}


def test_documents_are_parsed_once_by_their_text(run):
    text = "{ shops { name } }"

    assert run.documents.get(text) is run.documents.get(text)
    assert isinstance(run.documents.get("{ nonsense }"), list)

"""The embedded search: a tantivy index in the data folder. It is fed analysed tokens and never looks at text.

Whoever writes (the worker, `./mall reconcile`) waits for its turn; every process reads what was last committed. The
writer is opened for each batch and closed after it, and the turn ends with the process that has it, also by kill -9.
"""

from __future__ import annotations

import fcntl
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import tantivy

TEXT = (
    "whole",
    "word",
    "reading",
    "soft",
    "romaji",
    "gram",
    "reading_gram",
    "romaji_gram",
    "text_word",
    "text_reading",
    "text_romaji",
)
EXACT = ("id", "market", "merchant", "availability")
HEAP_BYTES = 30_000_000
MAX_VALUES = 60
SEPARATOR = "\u001f"


class Document(Protocol):
    """The shape of what is indexed (see the catalogue's protocols, which this module does not import)."""

    id: str
    market: str
    fields: Mapping[str, tuple[str, ...]]
    categories: tuple[str, ...]
    merchant: str
    price: int
    availability: str
    published: int


def build_schema() -> tantivy.Schema:
    """Return the schema: one whitespace-split field per kind of token, exact fields for filters and counts."""
    builder = tantivy.SchemaBuilder()
    for name in TEXT:
        builder.add_text_field(name, stored=False, tokenizer_name="whitespace", index_option="freq")
    for name in EXACT:
        builder.add_text_field(name, stored=name == "id", fast=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("category", stored=False, fast=True, tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("price", indexed=True, fast=True)
    builder.add_integer_field("published", indexed=False, fast=True)
    return builder.build()


class TantivyBackend:
    """Implements `marketplace.catalog.protocols.SearchBackend` over a folder.

    Arguments: `folder`, made when it is not there; `make_hits`, builds the answer from ids, total and facets.
    """

    def __init__(self, *, folder: Path, make_hits: Any) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._make_hits = make_hits
        self._schema = build_schema()
        self._index = tantivy.Index(self._schema, path=str(folder))
        self._index.config_reader(reload_policy="manual")
        self._writing = threading.Lock()
        self._turn = folder / "turn.lock"
        self._meta = folder / "meta.json"
        self._seen = -1

    def index(self, documents: Iterable[Document]) -> None:
        with self._writer() as writer:
            for document in documents:
                writer.delete_documents_by_term("id", document.id)
                writer.add_document(_to_tantivy(document, self._schema))

    def delete(self, ids: Iterable[str]) -> None:
        gone = list(ids)
        if not gone:
            return
        with self._writer() as writer:
            for each in gone:
                writer.delete_documents_by_term("id", each)

    def clear(self) -> None:
        with self._writer() as writer:
            writer.delete_all_documents()

    def count(self) -> int:
        return int(self._searcher().num_docs)

    def present(self, ids: Iterable[str]) -> set[str]:
        wanted = list(ids)
        return self._found(tantivy.Query.term_set_query(self._schema, "id", wanted), len(wanted))

    def ids(self) -> set[str]:
        return self._found(tantivy.Query.all_query(), self._searcher().num_docs)

    def _found(self, query: tantivy.Query, limit: int) -> set[str]:
        if not limit:
            return set()
        searcher = self._searcher()
        return {searcher.doc(address)["id"][0] for _, address in searcher.search(query, limit=limit, count=False).hits}

    def query(self, query: Any) -> Any:
        searcher = self._searcher()
        asked = _filtered(query, self._schema, skip="")
        order = {} if query.order == "relevance" else _order(query.order)
        found = searcher.search(asked, limit=max(1, query.limit), offset=query.offset, count=True, **order)
        ids = tuple(searcher.doc(address)["id"][0] for _, address in found.hits)
        total = int(found.count or 0)  # type: ignore[attr-defined]
        return self._make_hits(ids=ids, total=total, facets=self._facets(searcher, query))

    def _facets(self, searcher: tantivy.Searcher, query: Any) -> dict[str, dict[str, int]]:
        """Count each facet over what the other facets leave, so that a chosen value's neighbours keep their counts."""
        plain = [code for code in query.facets if not _is_chosen(query, code)]
        counts = self._count(searcher, query, plain, skip="") if plain else {}
        for code in query.facets:
            if code not in plain:
                counts |= self._count(searcher, query, [code], skip=code)
        return counts

    def _count(self, searcher: tantivy.Searcher, query: Any, codes: Sequence[str], skip: str) -> dict[str, Any]:
        wanted = {code: _aggregation(code, query) for code in codes}
        answer = searcher.aggregate(_filtered(query, self._schema, skip=skip), wanted)
        return {code: _buckets(code, answer[code]["buckets"]) for code in codes}

    def _searcher(self) -> tantivy.Searcher:
        stamp = self._meta.stat().st_mtime_ns if self._meta.exists() else 0
        if stamp != self._seen:
            self._index.reload()
            self._seen = stamp
        return self._index.searcher()

    @contextmanager
    def _writer(self) -> Iterator[tantivy.IndexWriter]:
        """Wait for the index, let the caller write, and commit. tantivy itself would refuse a second writer at once."""
        with self._writing, self._turn.open("ab") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            writer = self._index.writer(heap_size=HEAP_BYTES, num_threads=1)
            yield writer
            writer.commit()
            writer.wait_merging_threads()
            self._index.reload()


def _to_tantivy(document: Document, schema: tantivy.Schema) -> tantivy.Document:
    made = tantivy.Document()
    for name in TEXT:
        made.add_text(name, " ".join(document.fields.get(name, ())))
    for name in EXACT:
        made.add_text(name, getattr(document, name))
    for category in document.categories:
        made.add_text("category", category)
    made.add_integer("price", document.price)
    made.add_integer("published", document.published)
    return made


def _order(code: str) -> dict[str, Any]:
    rising = code == "price"
    return {"order_by_field": code.lstrip("-"), "order": tantivy.Order.Asc if rising else tantivy.Order.Desc}


def _term(schema: tantivy.Schema, field: str, value: str) -> tantivy.Query:
    return tantivy.Query.term_query(schema, field, value)


def _all(parts: Sequence[tantivy.Query]) -> tantivy.Query:
    return parts[0] if len(parts) == 1 else tantivy.Query.boolean_query([(tantivy.Occur.Must, part) for part in parts])


def _any(parts: Sequence[tantivy.Query]) -> tantivy.Query:
    if len(parts) == 1:
        return parts[0]
    return tantivy.Query.boolean_query([(tantivy.Occur.Should, part) for part in parts])


def _clause(clause: Any, schema: tantivy.Schema) -> tantivy.Query:
    terms = [_term(schema, clause.field, term) for term in clause.terms]
    if clause.at_least and clause.at_least < len(terms):
        asked = tantivy.Query.boolean_query(
            [(tantivy.Occur.Should, term) for term in terms], minimum_number_should_match=clause.at_least
        )
    else:
        asked = _all(terms)
    return tantivy.Query.boost_query(asked, clause.boost)


def _words(query: Any, schema: tantivy.Schema) -> tantivy.Query:
    ways = []
    for way in query.ways:
        ways.append(_all([_any([_clause(clause, schema) for clause in group]) for group in way]))
    return _any(ways) if ways else tantivy.Query.all_query()


def _filtered(query: Any, schema: tantivy.Schema, *, skip: str) -> tantivy.Query:
    narrowing = [_term(schema, "market", query.market)]
    for code, values in query.filters.items():
        if code != skip and values:
            narrowing.append(_any([_term(schema, code, value) for value in values]))
    if skip != "price" and _is_chosen(query, "price"):
        narrowing.append(_any([_range(schema, low, high) for low, high in query.prices]))
    parts = [_words(query, schema)] + [tantivy.Query.const_score_query(part, 0.0) for part in narrowing]
    return _all(parts)


def _range(schema: tantivy.Schema, low: int, high: int | None) -> tantivy.Query:
    top = high if high is not None else 2**62
    return tantivy.Query.range_query(schema, "price", tantivy.FieldType.Integer, low, top, True, False)


def _is_chosen(query: Any, code: str) -> bool:
    return bool(query.prices) if code == "price" else bool(query.filters.get(code))


def _aggregation(code: str, query: Any) -> dict[str, Any]:
    if code == "price":
        steps = query.price_steps
        tops = (*steps[1:], None)
        ranges = [
            {"key": str(low), "from": low} | ({"to": high} if high is not None else {})
            for low, high in zip(steps, tops, strict=True)
        ]
        return {"range": {"field": "price", "ranges": ranges}}
    return {"terms": {"field": code, "size": MAX_VALUES}}


def _buckets(code: str, buckets: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    wanted = [bucket for bucket in buckets if bucket["doc_count"]]
    if code == "price":
        return {str(int(float(bucket["from"]))): bucket["doc_count"] for bucket in wanted if "from" in bucket}
    return {str(bucket["key"]): bucket["doc_count"] for bucket in wanted}

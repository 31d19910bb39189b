"""Measures Japanese search: relevance on a benchmark folder, and the time of a query among many listings.

`python tests/bench/search.py FOLDER [--documents N]`: FOLDER holds corpus.csv, queries.csv and qrels.csv.gz (see its
own SOURCE.md; it stays outside the product). Prints one line per kind, then times in milliseconds.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import math
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from infra.search.tantivy_backend import TantivyBackend  # noqa: E402
from marketplace.catalog import analysis, relevance  # noqa: E402
from marketplace.catalog.protocols import SearchDocument, SearchHits, SearchQuery  # noqa: E402

FACETS = ("category", "merchant", "price", "availability")


def read_folder(folder: Path):
    with open(folder / "corpus.csv", encoding="utf-8") as file:
        corpus = {row["doc_id"]: row["title_ja"] for row in csv.DictReader(file)}
    with open(folder / "queries.csv", encoding="utf-8") as file:
        queries = {row["qid"]: (row["kind"], row["query"]) for row in csv.DictReader(file)}
    grades = defaultdict(dict)
    with gzip.open(folder / "qrels.csv.gz", "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            grades[row["qid"]][row["doc_id"]] = int(row["grade"])
    return corpus, queries, grades


def document(key: str, title: str, number: int = 0) -> SearchDocument:
    return SearchDocument(
        id=key,
        market="jp",
        fields=analysis.analyse(names=[title]),
        categories=(f"c{number % 6}", f"c{number % 6}-{number % 5}"),
        merchant=f"m{number % 200}",
        price=500 + number * 37 % 20_000,
        availability="in_stock",
        published=number,
    )


def ndcg(found, grades, depth=10):
    gain = sum((2 ** grades.get(key, 0) - 1) / math.log2(place + 2) for place, key in enumerate(found[:depth]))
    ideal = sorted(grades.values(), reverse=True)[:depth]
    best = sum((2**grade - 1) / math.log2(place + 2) for place, grade in enumerate(ideal))
    return gain / best if best else 0.0


def measure_relevance(backend, queries, grades, show=0):
    scores = defaultdict(list)
    failures = []
    for qid, (kind, text) in queries.items():
        hits = relevance.ask(backend=backend, text=text, query=SearchQuery(market="jp", ways=(), limit=10))
        score = ndcg(hits.ids, grades[qid])
        scores[kind].append(score)
        if score < 0.5:
            failures.append((kind, text, round(score, 2), list(grades[qid])[:2], list(hits.ids[:3])))
    return {kind: (statistics.mean(found), len(found)) for kind, found in scores.items()}, failures


def measure_time(backend, texts):
    times = []
    for text in texts:
        relevance.query_ways.cache_clear()
        started = time.perf_counter()
        relevance.ask(
            backend=backend,
            text=text,
            query=SearchQuery(market="jp", ways=(), facets=FACETS, price_steps=(0, 1000, 3000, 10000)),
        )
        times.append((time.perf_counter() - started) * 1000)
    times.sort()
    return times[len(times) // 2], times[int(len(times) * 0.95)], times[-1]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--documents", type=int, default=0)
    parser.add_argument("--failures", type=int, default=0)
    options = parser.parse_args()
    corpus, queries, grades = read_folder(options.folder)
    results = []
    with tempfile.TemporaryDirectory() as folder:
        backend = TantivyBackend(folder=Path(folder), make_hits=SearchHits)
        backend.index(document(key, title) for key, title in corpus.items())
        relevance, failures = measure_relevance(backend, queries, grades)
        results += [
            {"case": f"ndcg10.{kind}", "value": round(v, 3), "unit": "", "n": n} for kind, (v, n) in relevance.items()
        ]
        for kind, text, score, wanted, got in (
            failures[:: max(1, len(failures) // options.failures)] if options.failures else ()
        ):
            print(kind, text, score, [corpus[k] for k in wanted], [corpus[k] for k in got])
    if options.documents:
        results += time_at(options.documents, list(corpus.values()), [text for _, text in queries.values()])
    print(json.dumps(results, ensure_ascii=False, indent=1))


def time_at(count: int, titles: list[str], texts: list[str]) -> list[dict]:
    """Time queries among `count` documents: two titles of the corpus joined, so that words are as common as in it."""
    with tempfile.TemporaryDirectory() as folder:
        backend = TantivyBackend(folder=Path(folder), make_hits=SearchHits)
        size = len(titles)
        made = (document(str(n), f"{titles[n % size]} {titles[(n * 7 + n // size) % size]}", n) for n in range(count))
        started = time.perf_counter()
        backend.index(made)
        built = time.perf_counter() - started
        measure_time(backend, texts[:50])
        p50, p95, top = measure_time(backend, texts)
        rows = {"p50": p50, "p95": p95, "max": top}
        return [
            {"case": f"query.{key}@{count}", "value": round(value, 2), "unit": "ms"} for key, value in rows.items()
        ] + [{"case": f"build@{count}", "value": round(built, 1), "unit": "s"}]


if __name__ == "__main__":
    main()

"""Attacks on the pool: each is carried out against what was published, and the same attack succeeds on a pool with
its protection taken away, so that a test that cannot fail is seen."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.actions import record_fact
from analytics.calendar import period_of, week_of
from analytics.compute.audit import audit
from analytics.compute.rules import Figures, primary_reasons, reason_to_hide
from analytics.compute.space import Space
from analytics.compute.suppress import Suppression
from analytics.models import Fact
from analytics.types import UnableToRecord
from tests.accept.oracle import Figure, RawSale, check_pool
from tests.analytics.factories import AREAS, MONDAY, make_fact, make_market

WEEKS = 5


def make_figures(facts, *, weeks=WEEKS, kind="sale"):
    categories = sorted({fact.category for fact in facts})
    space = Space(weeks, len(categories), len(AREAS), has_period=True)
    facts = [fact for fact in facts if fact.kind == kind]
    owners = sorted({fact.owner_key for fact in facts})
    shares = np.zeros((len(owners), space.base), dtype=np.int64)
    orders = defaultdict(set)
    for fact in facts:
        week = (fact.day - MONDAY).days // 7
        base = space.index[week, categories.index(fact.category), AREAS.index(fact.area)]
        shares[owners.index(fact.owner_key), base] += fact.yen
        for cell in np.flatnonzero(space.matrix[:, base]):
            orders[cell].add(fact.order_token)
    cells = len(space.addresses)
    nothing = np.zeros(cells, dtype=bool)
    counted = np.array([len(orders[cell]) for cell in range(cells)])
    return Figures(space, shares, counted, nothing, nothing), categories


def as_published(figures, reasons, categories):
    weeks = [week_of(MONDAY + timedelta(weeks=number)) for number in range(figures.space.weeks)]
    names = ([*weeks, period_of(weeks[0])], [*categories, "all"], [*AREAS, "all"])
    values = figures.values
    return [
        Figure(
            "sales",
            *(axis[part] for axis, part in zip(names, address, strict=True)),
            None if reasons[cell] else int(values[cell]),
            reasons[cell],
        )
        for cell, address in enumerate(figures.space.addresses)
    ]


def as_sold(facts):
    return [RawSale(f.kind, f.order_token, f.day, f.owner_key, f.category, f.area, f.yen) for f in facts]


@pytest.fixture(scope="module")
def block():
    facts = make_market(seed=7, weeks=WEEKS, refund_share=0)
    figures, categories = make_figures(facts)
    return facts, figures, categories, Suppression(figures).run()


def test_1_to_8_the_oracle_finds_no_way_in(block):
    facts, figures, categories, reasons = block

    report = check_pool(as_sold(facts), as_published(figures, reasons, categories))

    assert report.doubts == []
    assert report.bounds > 1000
    assert {"few_owners", "few_orders", "protects_neighbour"} <= set(report.reasons)
    assert audit(figures, reasons).findings == ()


def test_1_margins_give_cells_away_when_neighbours_are_shown(block):
    """The mutant: primary rules only, as threshold services do."""
    facts, figures, categories, _reasons = block
    mutant = primary_reasons(figures)

    report = check_pool(as_sold(facts), as_published(figures, mutant, categories))

    assert any("an outsider bounds" in doubt for doubt in report.doubts)
    assert any(finding.rule == "bound" for finding in audit(figures, mutant).findings)


def test_5_a_neighbour_shown_again_is_noticed(block):
    """The audit, which knows nothing of how cells were chosen, sees every one; the oracle, whose rules for sums of
    hidden cells are weaker, most of them."""
    facts, figures, categories, reasons = block
    protecting = [cell for cell, reason in enumerate(reasons) if reason == "protects_neighbour"]
    chosen = protecting[:: max(1, len(protecting) // 6)]

    by_oracle = 0
    for cell in chosen:
        mutant = list(reasons)
        mutant[cell] = ""
        assert audit(figures, mutant).findings
        by_oracle += bool(check_pool(as_sold(facts), as_published(figures, mutant, categories)).doubts)

    assert len(chosen) >= 6
    assert by_oracle >= len(chosen) // 2


def test_6_a_rival_with_its_books_gets_in_where_an_outsider_does_not():
    """Protection made for outsiders alone leaves cells open to owners; the oracle and the audit both say so."""
    found = 0
    for seed in range(7, 10):
        facts = make_market(seed=seed, weeks=WEEKS, refund_share=0, sigma=0.9)
        figures, categories = make_figures(facts)
        weak = Suppression(figures)
        weak.views.owed[1:] = False
        weak._protect_owners = lambda: None
        weak._protect_owner = lambda owner, frozen=False: True
        reasons = weak.run()
        doubts = check_pool(as_sold(facts), as_published(figures, reasons, categories)).doubts
        assert not [doubt for doubt in doubts if "an outsider" in doubt]
        found += len(doubts)
        assert bool(doubts) <= bool(audit(figures, reasons).findings)
    assert found > 0


def test_3_five_shops_of_one_owner_are_one():
    five_shops = np.array([5000])
    five_owners = np.array([1000] * 5)

    assert reason_to_hide(five_shops, 50) == "few_owners"
    assert reason_to_hide(five_owners, 50) == ""
    assert reason_to_hide(np.append(five_owners[:4], 0), 50) == "few_owners"
    assert reason_to_hide(five_owners, 9) == "few_orders"


def test_4_the_second_largest_must_not_estimate_the_largest():
    just_safe = np.array([10_000, 5_000, 500, 500, 500])
    just_not = np.array([10_000, 5_000, 500, 500, 499])

    assert reason_to_hide(just_safe, 50) == ""
    assert reason_to_hide(just_not, 50) == "dominance"


def test_7_sums_of_hidden_cells_obey_the_rules(block):
    _facts, figures, _categories, reasons = block
    hidden = np.array([bool(reason) for reason in reasons])
    spread = figures.shares @ figures.space.matrix.T

    sums = 0
    for total, parts in figures.space.families:
        union = parts[hidden[parts]]
        if not hidden[total] and len(union):
            assert reason_to_hide(spread[:, union].sum(axis=1), figures.orders_at_least(union)) == ""
            sums += 1
    assert sums > 10


def test_10_one_newcomer_in_a_quiet_cell_is_hidden(block):
    facts, *_rest = block
    quiet = [fact for fact in facts if (fact.category, fact.area) != ("pantry", "overseas")]
    newcomer = make_fact(id="new", category="pantry", area="overseas", yen=80_000, owner_key="new", order_token="new")
    figures, categories = make_figures([*quiet, newcomer])

    reasons = Suppression(figures).run()

    cell = figures.space.index[0, categories.index("pantry"), AREAS.index("overseas")]
    assert reasons[cell] == "few_owners"
    assert check_pool(as_sold([*quiet, newcomer]), as_published(figures, reasons, categories)).doubts == []


def test_14_an_empty_cell_looks_like_a_hidden_one(block):
    _facts, figures, _categories, reasons = block
    empty = np.flatnonzero(figures.values == 0)
    thin = [c for c in range(len(reasons)) if figures.values[c] > 0 and reasons[c] == "few_owners"]

    assert len(empty) > 0
    assert len(thin) > 0
    assert {reasons[cell] for cell in empty} == {"few_owners"}


@pytest.mark.parametrize(
    "spoilt",
    [
        {"owner_key": "田中太郎"},
        {"owner_key": "taro@example.com"},
        {"category": "gift for Tanaka"},
        {"category": "tea; DROP TABLE"},
        {"merchant_id": "03-1234-5678 "},
        {"market": "ｊｐ"},
        {"area": "sumida"},
        {"kind": "gift"},
        {"yen": -1},
        {"id": "order 12 for Mr Tanaka"},
        {"order_token": "墨田区吾妻橋1-1-1"},
    ],
)
def test_17_no_text_that_could_be_a_person_enters(db, spoilt):
    with pytest.raises(UnableToRecord):
        record_fact(fact=replace(make_fact(), **spoilt))

    assert not Fact.objects.exists()


sale = st.tuples(
    st.integers(0, 1),
    st.integers(0, 2),
    st.integers(0, 1),
    st.integers(0, 11),
    st.integers(1, 60_000),
    st.integers(0, 60),
)


@given(st.lists(sale, min_size=1, max_size=160))
@settings(max_examples=25, deadline=None)
def test_whatever_is_sold_the_oracle_finds_no_way_in(rows):
    facts = []
    for number, (week, category, area, owner, yen, order) in enumerate(rows):
        facts.append(
            make_fact(
                id=str(number),
                day=MONDAY + timedelta(weeks=week),
                category=("crafts", "sweets", "tea")[category],
                area=("ward", "tokyo")[order % 2 if area else area],
                owner_key=f"owner-{owner}",
                yen=yen,
                order_token=f"{week} {order}",
            )
        )
    figures, categories = make_figures(facts, weeks=2)

    reasons = Suppression(figures).run()

    assert audit(figures, reasons).findings == ()
    doubts = check_pool(as_sold(facts), as_published(figures, reasons, categories)).doubts
    assert [doubt for doubt in doubts if "no cell" not in doubt] == []


@given(st.lists(st.lists(st.integers(0, 10_000), min_size=6, max_size=6), min_size=2, max_size=4))
@settings(max_examples=60, deadline=None)
def test_a_union_of_safe_cells_is_safe(cells):
    """The dominance rule is subadditive, so that a reader who adds published cells learns nothing new."""
    spread = np.array(cells)
    if all(reason_to_hide(row, 99) == "" for row in spread):
        assert reason_to_hide(spread.sum(axis=0), 99) == ""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from analytics import actions, queries, tasks
from analytics.calendar import period_of, week_of
from analytics.models import Build, Fact, PublishedCell
from analytics.types import UnableToRecord
from plugins.api import Money
from plugins.api.pool import PoolQuestion, PoolRefusal
from tests.analytics.conftest import AFTER_13_WEEKS
from tests.analytics.factories import MONDAY, make_fact, make_market


def test_a_market_of_thirteen_weeks_is_published_with_every_value_right(publish, market):
    build = publish(market)

    assert build.state == Build.State.PUBLISHED
    assert len(build.weeks) == 13
    assert build.periods == ["2026-P09", "2026-P10", "2026-P11"]
    truth: Counter = Counter()
    for fact in market:
        for time in (week_of(fact.day), period_of(week_of(fact.day))):
            for category in (fact.category, "all"):
                for area in (fact.area, "all"):
                    truth["sales" if fact.kind == "sale" else "refunds", time, category, area] += fact.yen
    shown = PublishedCell.objects.exclude(value=None)
    assert shown.count() > 100
    for cell in shown:
        assert cell.value == truth[cell.measure, cell.time, cell.category, cell.area]


def test_the_cells_themselves_show_enough_yen(publish, market):
    publish(market)

    shares = {}
    for grain in ("week", "period"):
        cells = PublishedCell.objects.filter(measure="sales", grain=grain).exclude(category="all").exclude(area="all")
        times = set(cells.values_list("time", flat=True))
        name = week_of if grain == "week" else lambda day: period_of(week_of(day))
        every = sum(fact.yen for fact in market if fact.kind == "sale" and name(fact.day) in times)
        shares[grain] = sum(cell.value or 0 for cell in cells) / every
    assert shares["period"] >= 0.5
    assert shares["week"] >= 0.25


def test_tokens_are_destroyed_when_their_period_is_out_and_the_job_folder_with_them(publish, data_folder):
    facts = make_market(seed=3, weeks=6)

    publish(facts, now=datetime(2026, 10, 5, 19, 30, tzinfo=UTC))

    closed = Fact.objects.filter(day__lt=MONDAY + timedelta(weeks=5))
    assert set(closed.values_list("order_token", flat=True)) == {""}
    assert "" not in set(
        Fact.objects.filter(day__gte=MONDAY + timedelta(weeks=5)).values_list("order_token", flat=True)
    )
    assert list((data_folder / "pool").iterdir()) == []


def test_a_fact_given_twice_counts_once_and_a_changed_one_is_refused(db):
    fact = make_fact()

    assert actions.record_fact(fact=fact) is True
    assert actions.record_fact(fact=fact) is False
    with pytest.raises(UnableToRecord):
        actions.record_fact(fact=make_fact(yen=2000))

    assert Fact.objects.get().yen == 1000


def test_what_is_published_stays_when_late_facts_and_later_weeks_come(publish):
    facts = make_market(seed=2, weeks=5)
    first = [fact for fact in facts if fact.day < MONDAY + timedelta(weeks=3)]
    later = [fact for fact in facts if fact.day >= MONDAY + timedelta(weeks=3)]
    publish(first, now=datetime(2026, 9, 13, 19, 30, tzinfo=UTC))
    before = list(PublishedCell.objects.order_by("pk").values())
    late = make_fact(id="late", day=MONDAY, yen=999_999)

    build = publish([late, *later], now=datetime(2026, 9, 27, 19, 30, tzinfo=UTC))

    assert build.weeks == ["2026-W38", "2026-W39"]
    assert build.periods == ["2026-P09"]
    assert (
        list(
            PublishedCell.objects.filter(
                pk__in=[row["pk"] for row in before] if before and "pk" in before[0] else [row["id"] for row in before]
            )
            .order_by("pk")
            .values()
        )
        == before
    )
    assert Fact.objects.get(fact_id="late").counted_in is None
    total = PublishedCell.objects.get(measure="sales", time="2026-P09", category="all", area="all")
    assert total.value == sum(fact.yen for fact in facts if fact.kind == "sale")


def test_nothing_is_built_before_everything_was_handed_over(db, data_folder):
    actions.record_fact(fact=make_fact())

    assert tasks.build_due(now=AFTER_13_WEEKS, settled=False, wait=True) is None
    assert not Build.objects.exists()


def test_a_week_waits_four_hours_unless_its_sales_are_simulated(db):
    sunday = datetime(2026, 8, 30, 15, 0, tzinfo=UTC)
    actions.record_fact(fact=make_fact(simulated=True))

    assert queries.due_weeks(now=sunday - timedelta(seconds=1)) == []
    assert queries.due_weeks(now=sunday) == ["2026-W35"]

    actions.record_fact(fact=make_fact(id="real"))
    assert queries.due_weeks(now=sunday + timedelta(hours=3, minutes=59)) == []
    assert queries.due_weeks(now=sunday + timedelta(hours=4)) == ["2026-W35"]


def test_a_build_that_fails_publishes_nothing_and_frees_its_facts(db, data_folder, monkeypatch):
    actions.record_fact(fact=make_fact())
    start = actions.start_build

    def spoil(**given):
        build = start(**given)
        (tasks.folder_of(build) / "job.json").write_text("{")
        return build

    monkeypatch.setattr(actions, "start_build", spoil)
    with pytest.raises(tasks.BuildFailed, match="JSONDecodeError"):
        tasks.build_due(now=AFTER_13_WEEKS, wait=True)

    assert not PublishedCell.objects.exists()
    assert Fact.objects.get().counted_in is None
    assert tasks.build_due(now=AFTER_13_WEEKS + timedelta(minutes=1)) is None


def test_a_build_whose_process_died_with_its_worker_is_given_up(db, data_folder):
    actions.record_fact(fact=make_fact())
    build = actions.start_build(now=AFTER_13_WEEKS, weeks=["2026-W35"])
    actions.note_process(build=build, pid=2**22 - 1)

    stored = tasks.build_due(now=AFTER_13_WEEKS)

    assert stored.state == Build.State.FAILED
    assert Fact.objects.get().counted_in is None


def test_every_question_of_the_closed_set_is_answered_and_no_other(publish):
    publish(make_market(seed=3, weeks=5), now=datetime(2026, 9, 27, 19, 30, tzinfo=UTC))
    axes = ("time", "category", "area")

    for measure in ("sales", "refunds"):
        for grain in ("week", "period"):
            for rows in axes:
                for columns in axes:
                    table = queries.ask(question=PoolQuestion(measure=measure, grain=grain, rows=rows, columns=columns))
                    assert isinstance(table, PoolRefusal) == (rows == columns)
    for wrong in (
        {"measure": "yen; drop table"},
        {"grain": "month"},
        {"rows": "owner_key"},
        {"area": "ward' OR 1=1"},
        {"category": "tea", "columns": "category"},
        {"columns": "area", "category": "no-such"},
        {"rows": "category", "columns": "area", "time": "2026-P09"},
    ):
        assert isinstance(queries.ask(question=PoolQuestion(**wrong)), PoolRefusal)


def test_answers_cost_the_same_statements_for_one_week_and_many(publish, django_assert_num_queries):
    publish(make_market(seed=3, weeks=5), now=datetime(2026, 9, 27, 19, 30, tzinfo=UTC))

    with django_assert_num_queries(5):
        table = queries.ask(question=PoolQuestion())
    with django_assert_num_queries(5):
        queries.ask(question=PoolQuestion(rows="category", columns="area"))

    assert table.rows == ("2026-W35", "2026-W36", "2026-W37", "2026-W38", "2026-W39")
    whole = table.cells[0][-1]
    assert whole.value == Money(
        PublishedCell.objects.get(measure="sales", time="2026-W35", category="all", area="all").value, "JPY"
    )

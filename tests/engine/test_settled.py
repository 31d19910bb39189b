"""What is kept of the settings: every change is seen, by whatever statement, and also one that is undone."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
from django.db import connections, transaction

from infra.engine.checkout.taxes import taxes_of
from infra.engine.products.models import Channel, TaxClassRate
from infra.engine.schema.steady import STEADY
from infra.engine.settled import kept, triggers
from infra.engine.settled.models import SettingsMark
from infra.engine.settled.triggers import install, tables

pytestmark = pytest.mark.django_db(databases=["engine"])


def channel(slug: str = "jp") -> Channel:
    return Channel.objects.create(name=slug, slug=slug, currency_code="JPY", default_country="JP")


def by_statement(sql: str) -> Callable[[], None]:
    def change() -> None:
        with connections["engine"].cursor() as cursor:
            cursor.execute(sql)

    return change


@pytest.mark.parametrize(
    "change",
    [
        lambda: channel("us"),
        lambda: Channel.objects.bulk_create([Channel(name="us", slug="us", currency_code="USD", default_country="US")]),
        lambda: Channel.objects.update(name="another"),
        lambda: Channel.objects.all().delete(),
        by_statement("UPDATE engine_products_channel SET name = 'another'"),
        by_statement("DELETE FROM engine_products_channel"),
    ],
)
def test_a_change_moves_the_revision_by_whatever_statement(change: Callable[[], object]) -> None:
    channel()
    before = kept.revision()

    change()

    assert kept.revision() != before
    assert kept.revision() == kept.revision()


def test_every_table_of_settings_is_watched_and_a_second_install_is_harmless() -> None:
    install()
    connection = connections["engine"]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT tbl_name, COUNT(*) FROM sqlite_master WHERE type = 'trigger' GROUP BY 1")
            assert {name: count for name, count in cursor.fetchall() if name in tables()} == dict.fromkeys(tables(), 3)
        else:
            cursor.execute("SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal")
            assert {name for (name,) in cursor.fetchall()} >= set(tables())


def test_tables_that_are_not_there_yet_or_any_more_are_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(triggers, "tables", lambda: ["engine_products_channel", "engine_nowhere"])
    before = kept.revision()

    install()
    monkeypatch.setattr(triggers, "MARKS", "engine_nowhere")
    install()

    assert kept.revision() != before


def test_a_rate_that_is_changed_counts_at_once_and_not_when_it_is_undone() -> None:
    pair = (channel().pk, "JP")
    rate = TaxClassRate.objects.create(country="JP", rate=10)
    assert taxes_of({pair})[pair].rate(None) == 10

    with pytest.raises(RuntimeError), transaction.atomic("engine"):
        TaxClassRate.objects.filter(pk=rate.pk).update(rate=8)
        assert taxes_of({pair})[pair].rate(None) == 8
        raise RuntimeError

    assert taxes_of({pair})[pair].rate(None) == 10


def test_nothing_is_read_anew_while_nothing_changes() -> None:
    numbers = itertools.count(1)
    value = kept.Kept(lambda: next(numbers))
    channel()

    assert [value(), value()] == [1, 1]
    channel("us")
    assert [value(), value()] == [2, 2]


def test_a_steady_operation_looks_once_and_others_each_time() -> None:
    channel()
    for steady, sees in ((True, False), (False, True)):
        token = kept.look_once(steady)
        before = kept.revision()
        Channel.objects.update(name=f"another {steady}")
        assert (kept.revision() != before) is sees
        kept.look_again()
        assert kept.revision() != before
        kept.stop(token)


def test_old_marks_go_and_the_revision_is_none_there_was() -> None:
    seen = set()
    for number in range(kept.MOST_MARKS + 3):
        SettingsMark.objects.create()
        if number % 50 == 0:
            seen.add(kept.revision())
    seen.add(kept.revision())

    assert kept.forget_old_marks() > 0
    assert SettingsMark.objects.count() == 2
    assert kept.revision() not in seen


def test_a_copy_shares_its_columns_and_nothing_that_hangs_on_the_row() -> None:
    row = channel()
    row._state.fields_cache["something"] = row
    copy = kept.copy_of(row)

    assert (copy.pk, copy.slug, copy._state.adding) == (row.pk, row.slug, False)
    assert not copy._state.fields_cache


def test_steady_mutations_are_none_of_those_that_set_something() -> None:
    assert not [name for name in STEADY if "Settings" in name or name.startswith(("channel", "tax", "app", "webhook"))]

"""Statements that repeat give what a cursor gives, fail as with a cursor, and outlive what is undone."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, OperationalError, connections, transaction

from infra.engine import wire
from infra.engine.orders.models import OrderNumber
from infra.engine.products.models import Category, Channel, TaxClassRate
from infra.engine.settled.models import SettingsMark

pytestmark = [pytest.mark.django_db(databases=["engine"], transaction=True), pytest.mark.postgres]
BY_NAME = "SELECT id, name, updated_at, metadata FROM engine_products_category WHERE slug = %s AND id > %s"
RATE = "INSERT INTO engine_products_taxclassrate (tax_class_id, country, rate) VALUES (%s, %s, %s)"
ONCE = "INSERT INTO engine_products_category (slug) VALUES (%s)"


@pytest.fixture(autouse=True)
def _server() -> None:
    if connections["engine"].vendor != "postgresql":
        pytest.skip("the engine's database is not on PostgreSQL here")


def names() -> dict[str, bytes]:
    found: dict[str, bytes] = connections["engine"].__dict__.get("engine_statements", (None, {}))[1]
    return found


def test_rows_are_those_of_a_cursor_and_the_statement_is_prepared_once() -> None:
    made = Category.objects.create(name="器'\"%", slug="vessels", metadata={"a": ["é", 1]})
    connection = connections["engine"]
    with connection.cursor() as cursor:
        cursor.execute(BY_NAME, ["vessels", 0])
        expected = cursor.fetchall()

    assert [wire.run(connection, BY_NAME, ["vessels", 0]) for _ in range(3)] == [(expected, 1)] * 3
    assert wire.run(connection, BY_NAME, ["none", 0]) == ([], 0)
    assert list(names()).count(BY_NAME) == 1
    assert expected[0][0] == made.pk


def test_each_kind_of_value_arrives() -> None:
    connection = connections["engine"]
    row = Channel.objects.create(name="jp", slug="jp", currency_code="JPY", default_country="JP")
    moment = datetime(2026, 11, 23, 3, 4, 5, 600, tzinfo=UTC)
    Category.objects.create(name="c", slug="c")

    wire.run(connection, RATE, [None, "JP", Decimal("10.5")])
    wire.run(connection, "UPDATE engine_products_category SET updated_at = %s", [moment])
    wire.run(connection, "UPDATE engine_products_channel SET is_active = %s WHERE id = %s", [False, row.pk])

    assert TaxClassRate.objects.get().rate == Decimal("10.5")
    assert Category.objects.get().updated_at == moment
    assert Channel.objects.get().is_active is False


def test_a_refusal_is_django_s_and_ends_the_transaction_alone() -> None:
    connection = connections["engine"]
    with pytest.raises(IntegrityError), transaction.atomic("engine"):
        wire.run(connection, ONCE, ["no name"])
    with pytest.raises(DatabaseError), transaction.atomic("engine"):
        wire.run(connection, "SELECT nothing FROM nowhere WHERE 1 = %s", [1])

    assert wire.run(connection, BY_NAME, ["x", 0]) == ([], 0)


def test_a_transaction_is_opened_and_what_is_undone_leaves_statements_standing() -> None:
    connection = connections["engine"]
    for _ in range(2):
        with pytest.raises(RuntimeError), transaction.atomic("engine"):
            OrderNumber.objects.create()
            SettingsMark.objects.create()
            raise RuntimeError
    assert OrderNumber.objects.count() == 0
    with transaction.atomic("engine"):
        OrderNumber.objects.create()
        with pytest.raises(RuntimeError), transaction.atomic("engine"):
            OrderNumber.objects.create()
            raise RuntimeError
    assert OrderNumber.objects.count() == 1
    assert wire.run(connection, BY_NAME, ["x", 0]) == ([], 0)


def test_what_the_server_forgot_is_prepared_again() -> None:
    connection = connections["engine"]
    wire.run(connection, BY_NAME, ["x", 0])
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")

    assert wire.run(connection, BY_NAME, ["x", 0]) == ([], 0)
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
    with pytest.raises(DatabaseError), transaction.atomic("engine"):
        OrderNumber.objects.create()
        wire.run(connection, BY_NAME, ["x", 0])
    assert wire.run(connection, BY_NAME, ["x", 0]) == ([], 0)
    assert OrderNumber.objects.count() == 0


def test_a_column_that_became_another_is_read_anew_and_nothing_is_done_twice() -> None:
    connection = connections["engine"]
    Category.objects.create(name="器", slug="vessels")
    before = wire.run(connection, BY_NAME, ["vessels", 0])
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE engine_products_category ALTER name TYPE text")
    try:
        assert wire.run(connection, BY_NAME, ["vessels", 0]) == before
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE engine_products_category ALTER name TYPE varchar(250)")


def test_a_connection_that_is_lost_is_lost_as_with_a_cursor_and_the_next_one_serves() -> None:
    connection = connections["engine"]
    other = connections.create_connection("engine")
    other.settings_dict = connection.settings_dict
    for in_transaction in (False, True):
        wire.run(connection, BY_NAME, ["x", 0])
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [connection.connection.info.backend_pid])
        begun = transaction.atomic("engine") if in_transaction else contextlib.nullcontext()
        with pytest.raises(OperationalError), begun:
            wire.run(connection, BY_NAME, ["x", 0])
        connection.close_if_unusable_or_obsolete()
        assert wire.run(connection, BY_NAME, ["x", 0]) == ([], 0)
    other.close()


@pytest.mark.parametrize("value", ["a\0b", 1.5])
def test_what_it_does_not_know_to_write_goes_by_the_cursor(value: Any) -> None:
    connection = connections["engine"]
    assert wire._texts(connection, BY_NAME, [value]) is None


def test_who_listens_to_the_connection_hears_of_every_statement() -> None:
    heard: list[str] = []

    def listen(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        heard.append(sql)
        return execute(sql, params, many, context)

    with connections["engine"].execute_wrapper(listen):
        wire.run(connections["engine"], BY_NAME, ["x", 0])

    assert heard == [BY_NAME]

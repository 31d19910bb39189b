from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from marketplace.kernel import clock


def test_the_day_is_japans():
    assert clock.day_of(datetime(2026, 11, 21, 15, 0, tzinfo=UTC)) == date(2026, 11, 22)
    assert clock.day_of(datetime(2026, 11, 21, 14, 59, tzinfo=UTC)) == date(2026, 11, 21)


def test_a_naive_moment_has_no_day():
    with pytest.raises(ValueError):
        clock.day_of(datetime(2026, 11, 21))


def test_the_clock_answers_the_given_moment_inside_the_block_only(db):
    moment = datetime(2030, 1, 1, tzinfo=UTC)

    with clock.at(moment):
        assert clock.now() == moment
        assert clock.today() == date(2030, 1, 1)
    assert clock.now() < moment


@pytest.mark.django_db
def test_a_day_that_the_demo_let_pass_has_passed():
    clock.let_time_pass(by=timedelta(days=1))

    try:
        ahead = clock.now() - clock.real_now()
        assert timedelta(hours=23, minutes=59) < ahead <= timedelta(days=1)
        with pytest.raises(ValueError):
            clock.let_time_pass(by=timedelta(days=-1))
    finally:
        clock._offset = None

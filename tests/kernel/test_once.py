from __future__ import annotations

import pytest

from marketplace.kernel.activation import is_active, switch_plugin
from marketplace.kernel.once import forget, read_once, reading_once


def test_inside_a_block_a_question_is_read_once_and_after_it_anew():
    answers = iter(range(9))

    def ask(key="a"):
        return read_once(("test", key), lambda: next(answers))

    outside = [ask(), ask()]
    with reading_once():
        inside = [ask(), ask(), ask("b")]
        with reading_once():
            nested = [ask()]
        inside.append(ask())
        forget(("test", "a"))
        inside.append(ask())

    assert (outside, inside, nested, ask()) == ([0, 1], [2, 2, 3, 2, 4], [2], 5)


def test_a_block_that_fails_forgets_too():
    with pytest.raises(ZeroDivisionError), reading_once():
        read_once(("test",), lambda: 1)
        _ = 1 / 0

    assert read_once(("test",), lambda: 2) == 2


@pytest.mark.django_db
def test_a_switch_turned_inside_a_block_counts_at_once(django_assert_num_queries):
    def story():
        return is_active(plugin="story", scope="mall", merchant_id=None)

    with reading_once():
        with django_assert_num_queries(1):
            assert [story(), story()] == [True, True]
        switch_plugin(plugin="story", is_on=False, actor="system:test")
        assert not story()

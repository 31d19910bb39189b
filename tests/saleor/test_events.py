from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from marketplace.saleor import events
from marketplace.saleor.events import answers, dispatch, find_answer, on_event, read_event
from marketplace.saleor.types import Event


@pytest.fixture(autouse=True)
def empty_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "_listeners", {})
    monkeypatch.setattr(events, "_hinters", {})
    monkeypatch.setattr(events, "_answers", {})


def test_everybody_who_hears_an_event_is_given_it_once() -> None:
    heard: list[tuple[str, Event]] = []

    @on_event("ORDER_UPDATED", "ORDER_PAID")
    def first(event: Event) -> None:
        heard.append(("first", event))

    @on_event("ORDER_UPDATED")
    def second(event: Event) -> None:
        heard.append(("second", event))

    on_event("ORDER_UPDATED")(first)
    body = json.dumps({"issuedAt": "2026-11-22T09:00:00+09:00", "order": {"id": "o"}}).encode()

    assert dispatch("ORDER_UPDATED", body) == 2
    assert dispatch("ORDER_CREATED", body) == 0
    assert [who for who, _ in heard] == ["first", "second"]
    assert heard[0][1].object_id == "o"
    assert heard[0][1].occurred_at == datetime(2026, 11, 22, tzinfo=UTC)


def test_a_listener_that_fails_is_heard_of() -> None:
    @on_event("PAGE_UPDATED")
    def broken(event: Event) -> None:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        dispatch("PAGE_UPDATED", b'{"page": {"id": "p"}}')


@pytest.mark.parametrize(
    ("payload", "object_id"),
    [
        ({"fulfillment": {"id": "f"}, "order": {"id": "o"}}, "o"),
        ({"productVariant": {"id": "v", "product": {"id": "p"}}}, "p"),
        ({"productVariant": {"id": "v", "product": None}}, "v"),
        ({"productMedia": {"id": "m", "productId": "p"}}, "p"),
        ({"category": {"id": "c"}}, "c"),
        ({"page": None}, ""),
        ({"translation": {"translatableContent": {"productId": "p"}}}, "p"),
        ({"translation": {"__typename": "AttributeTranslation"}}, ""),
        ({"user": {"id": "u"}, "token": "t"}, "u"),
    ],
)
def test_an_event_is_about_one_object(payload: dict[str, object], object_id: str) -> None:
    event = read_event("ANY", json.dumps(payload).encode())

    assert event.object_id == object_id
    assert event.occurred_at == datetime.fromtimestamp(0, UTC)


def test_one_question_has_one_answer() -> None:
    @answers("TRANSACTION_PROCESS_SESSION")
    def ours(payload: dict[str, object]) -> dict[str, object]:
        return payload

    with pytest.raises(ValueError, match="answered twice"):
        answers("TRANSACTION_PROCESS_SESSION")(len)

    assert find_answer("TRANSACTION_PROCESS_SESSION") is ours
    assert find_answer("TRANSACTION_INITIALIZE_SESSION") is None

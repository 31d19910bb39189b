"""What the anonymous page cache keeps, and for whom."""

from __future__ import annotations

from typing import Any

import pytest

from infra import page_cache


class Shop:
    """An application that counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.headers = [("Content-Type", "text/html"), ("Cache-Control", "public, no-cache")]

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        self.asked += 1
        start_response("200 OK", list(self.headers))
        return [f"page {self.asked}".encode()]


def get(cache: page_cache.PageCache, path: str = "/jp/ja/", **environ: Any) -> bytes:
    asked = {"REQUEST_METHOD": "GET", "PATH_INFO": path, "HTTP_HOST": "localhost", **environ}
    return b"".join(cache(asked, lambda status, headers: None))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(page_cache.time, "monotonic", lambda: now[0])
    return now


def test_a_page_is_computed_once_until_something_changes(clock: list[float]) -> None:
    shop, revision = Shop(), [1]
    cache = page_cache.PageCache(shop, lambda: revision[0])

    assert [get(cache), get(cache)] == [b"page 1", b"page 1"]

    revision[0] = 2
    clock[0] += 1
    assert [get(cache), get(cache)] == [b"page 2", b"page 2"]


@pytest.mark.parametrize(
    "environ",
    [{"HTTP_COOKIE": "sessionid=x"}, {"HTTP_COOKIE": "cart_items=2"}, {"REQUEST_METHOD": "POST"}],
)
def test_a_reader_with_a_cart_or_session_gets_a_page_of_his_own(clock: list[float], environ: dict[str, str]) -> None:
    shop = Shop()
    cache = page_cache.PageCache(shop, lambda: 1)

    get(cache)
    assert get(cache, **environ) == b"page 2"
    assert get(cache) == b"page 1"


@pytest.mark.parametrize(
    "headers",
    [[("Cache-Control", "private, no-store")], [], [("Cache-Control", "public"), ("Set-Cookie", "a=b")]],
)
def test_what_is_not_said_to_be_public_is_never_kept(clock: list[float], headers: list[tuple[str, str]]) -> None:
    shop = Shop()
    shop.headers = headers
    cache = page_cache.PageCache(shop, lambda: 1)

    assert [get(cache), get(cache)] == [b"page 1", b"page 2"]


def test_a_page_computed_across_a_change_is_not_kept(clock: list[float]) -> None:
    revision = [1]
    cache: page_cache.PageCache

    class Slow(Shop):
        def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
            answer = super().__call__(environ, start_response)
            if self.asked == 1:
                revision[0] = 2
                clock[0] += 1
                get(cache, path="/jp/ja/c/food/")
            return answer

    cache = page_cache.PageCache(Slow(), lambda: revision[0])

    assert get(cache) == b"page 1"
    assert get(cache) == b"page 3"


def test_the_oldest_pages_leave_when_there_is_no_room(clock: list[float]) -> None:
    shop = Shop()
    cache = page_cache.PageCache(shop, lambda: 1, limit_bytes=12)

    get(cache, path="/a")
    get(cache, path="/b")
    get(cache, path="/c")
    assert get(cache, path="/a") == b"page 4"

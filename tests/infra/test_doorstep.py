from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import httpx
import pytest

from infra import doorstep
from infra.postgres import free_port


def answer_hello(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
    start("200 OK", [("Content-Type", "text/plain")])
    return [b"hello"]


@pytest.mark.parametrize(
    ("path", "status"), [("/saleor/manifest", 200), ("/", 503), ("/saleorx", 503), ("/ward/", 503)]
)
def test_nothing_but_saleors_addresses_is_there(path: str, status: int) -> None:
    told: list[str] = []

    list(doorstep.only_saleor(answer_hello)({"PATH_INFO": path}, lambda line, headers: told.append(line)))

    assert int(told[0][:3]) == status


def test_a_saleor_of_its_own_finds_the_manifest_while_the_mall_is_prepared(settings: Any) -> None:
    settings.SALEOR_API_URL = "http://saleor.invalid/graphql/"
    port = free_port()

    with doorstep.open_for_saleor(host="127.0.0.1", port=port):
        manifest = httpx.get(f"http://127.0.0.1:{port}/saleor/manifest", headers={"Host": "localhost"})
        page = httpx.get(f"http://127.0.0.1:{port}/", headers={"Host": "localhost"})

    assert (manifest.status_code, manifest.json()["id"]) == (200, "machiichi.mall")
    assert page.status_code == 503
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{port}/saleor/manifest")


def test_the_embedded_engine_needs_no_doorstep(settings: Any) -> None:
    settings.SALEOR_API_URL = ""
    port = free_port()

    with doorstep.open_for_saleor(host="127.0.0.1", port=port), pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{port}/saleor/manifest")

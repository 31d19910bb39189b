"""How a line is called."""

from __future__ import annotations

from marketplace.orders.types import label


def test_an_only_variant_named_by_its_sku_adds_nothing() -> None:
    assert label("江戸切子 ぐい呑み", "ochoko-1", "ochoko-1") == "江戸切子 ぐい呑み"
    assert label("江戸切子 ぐい呑み", "", "ochoko-1") == "江戸切子 ぐい呑み"


def test_a_variant_that_says_more_is_named() -> None:
    assert label("江戸切子 ぐい呑み", "茜", "ochoko-1") == "江戸切子 ぐい呑み 茜"

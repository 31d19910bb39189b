"""Stock codes are spread over merchants and products by the stated rule."""

from __future__ import annotations

import csv
import gzip
import zlib
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from infra.replay.goods import MERCHANTS, PRODUCTS, merchant_number, product_number
from infra.replay.rows import DEFAULT


def test_the_stated_rule_by_hand():
    article = zlib.crc32(b"85123")

    assert {merchant_number(code) for code in ("85123", "85123A", "85123b", "85123BB")} == {article % 12 + 1}
    assert {product_number(code) for code in ("85123", "85123A")} == {article // 12 % 16 + 1}
    assert merchant_number("POST") == zlib.crc32(b"POST") % 12 + 1  # nothing but letters: the code itself


@given(st.text(min_size=1, max_size=20))
def test_any_code_has_a_place(code):
    assert 1 <= merchant_number(code) <= MERCHANTS
    assert 1 <= product_number(code) <= PRODUCTS


def test_the_codes_of_the_file_fill_every_merchant_and_no_product_too_much():
    with gzip.open(DEFAULT, "rt", encoding="utf-8-sig", newline="") as text:
        codes = {each["StockCode"] for each in csv.DictReader(text)}

    per_product = Counter((merchant_number(code), product_number(code)) for code in codes)

    assert {merchant for merchant, _ in per_product} == set(range(1, MERCHANTS + 1))
    assert max(per_product.values()) < 50

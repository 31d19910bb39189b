"""The demo ward's pictures show the goods that they stand beside."""

from __future__ import annotations

import io

import pytest
from PIL import Image, ImageChops

from infra.demo import drawing, pictures, ward
from infra.demo.pictures.catalogue import listing_form


@pytest.mark.parametrize(
    ("slug", "form"),
    [
        ("neri-yokan-ogura", "yokan"),
        ("dorayaki-koge", "dorayaki"),
        ("monaka-usagi", "rabbit"),
        ("sakekasu", "lees"),
        ("zakkoku-juroku", "grains"),
        ("miso-dama", "ball"),
        ("kumihimo-obijime", "obijime pale"),
        ("konpeito-bonbonniere", "bonbon"),
        ("soba-boro", "biscuit"),
    ],
)
def test_the_slug_says_what_a_picture_shows(slug: str, form: str) -> None:
    assert listing_form(slug) == form


def test_every_listing_has_a_picture_of_its_own_kind() -> None:
    assert [each.slug for each in ward.listings() if not listing_form(each.slug)] == []


def test_a_listing_is_given_the_picture_of_its_slug(monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(drawing, "SIZE", (96, 120))
    monkeypatch.setattr(drawing, "folder", lambda: tmp_path)
    yokan = next(each for each in ward.listings() if each.slug == "neri-yokan-ogura")

    given = Image.open(io.BytesIO(drawing.draw_picture(yokan)))

    wanted = pictures.draw_listing("wagashi", "neri-yokan-ogura", (96, 120))
    off = ImageChops.difference(given, wanted).resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
    assert max(off) < 8  # what is left of JPEG

"""Pictures of the demo ward: always the same for one seed, never two alike."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from PIL import Image

from infra.demo.pictures import CRAFTS, draw, draw_listing
from infra.demo.pictures.catalogue import FORM_WORDS
from tests.storefront.sample import rows

SMALL = (96, 120)
GRID = 17


def fingerprint(picture: Image.Image) -> np.ndarray:
    """Difference hashes of the three colours: which of two neighbours is lighter, 816 bits."""
    bits = []
    for band in picture.split():
        small = np.asarray(band.resize((GRID, GRID - 1), Image.Resampling.BOX), dtype=np.int16)
        bits.append(small[:, 1:] > small[:, :-1])
    return np.concatenate([plane.ravel() for plane in bits])


def test_a_seed_gives_the_same_picture_again() -> None:
    assert draw("kiriko", 7, SMALL).tobytes() == draw("kiriko", 7, SMALL).tobytes()
    assert draw("kiriko", 7, SMALL).tobytes() != draw("kiriko", 13, SMALL).tobytes()


def test_no_two_of_two_hundred_pictures_are_alike() -> None:
    crafts = list(CRAFTS)
    drawn = [draw(crafts[number % len(crafts)], number // len(crafts), SMALL) for number in range(200)]
    prints = [fingerprint(picture) for picture in drawn]
    tones = [np.asarray(picture.resize((8, 10), Image.Resampling.BOX), dtype=np.float32) for picture in drawn]

    alike = [
        (one, other)
        for one, other in combinations(range(200), 2)
        if (prints[one] != prints[other]).sum() < 16 and np.abs(tones[one] - tones[other]).mean() < 3
    ]

    assert alike == []


def test_every_listing_of_the_ward_has_a_craft_and_a_form_of_its_own() -> None:
    unknown = [row["slug"] for row in rows() if row["picture"] not in CRAFTS]
    formless = [row["slug"] for row in rows() if not any(word in row["slug"] for word in FORM_WORDS)]

    assert unknown == []
    assert formless == []


def test_a_picture_has_the_shops_one_ratio() -> None:
    picture = draw_listing("tea", "sencha-asamushi", (480, 600))

    assert (picture.size, picture.mode) == ((480, 600), "RGB")


def test_an_unknown_craft_is_refused() -> None:
    with pytest.raises(KeyError):
        draw("plastic", 1, SMALL)

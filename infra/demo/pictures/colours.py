"""Traditional colours of Japan (names and approximate sRGB), and still-life grounds that go with them."""

from __future__ import annotations

import numpy as np

from infra.demo.pictures.canvas import Colour


def rgb(code: str) -> Colour:
    """Return a colour of "rrggbb" as three floats from 0 to 1."""
    return np.array([int(code[i : i + 2], 16) / 255 for i in (0, 2, 4)], dtype=np.float32)


WASHI, KINARI, SHIRO = rgb("f3eee2"), rgb("e9dfca"), rgb("f7f4ee")
SUMI, KURO, AKA_KURO = rgb("2b2826"), rgb("191715"), rgb("2a1512")
RURI, AI, ASAGI, KON, HANADA = rgb("1d4a93"), rgb("24507c"), rgb("3b8a99"), rgb("22335a"), rgb("4778a8")
AKANE, SHU, BENI, ENJI, TAMA = rgb("a5271f"), rgb("c9402a"), rgb("b8324f"), rgb("7c1f2e"), rgb("5a1717")
MATSU, MOEGI, WAKAKUSA, MATCHA, UGUISU = rgb("2f5a40"), rgb("6f8f3c"), rgb("a8b94a"), rgb("8b9a46"), rgb("77743a")
MURASAKI, FUJI, KIKYO = rgb("5b3a73"), rgb("9a8bb8"), rgb("5a5398")
KIN, YAMABUKI, KARASHI, KOHAKU = rgb("c9a24a"), rgb("e0a227"), rgb("c39a3c"), rgb("bd7b2a")
KURI, CHA, SUSU, HINOKI, KIRI, TAKE = (
    rgb(code) for code in ("5b3a28", "7d5433", "4a3526", "dcb98a", "cfae83", "b9a467")
)
SAKURA, TOKI, UME = rgb("eec9c5"), rgb("e3a393"), rgb("c98a97")
NEZU, GIN, TETSU, NAMARI = rgb("8f8d88"), rgb("dcdddc"), rgb("39393a"), rgb("5f6266")
HAIYU, SEIJI, HAKUJI, KAYU = rgb("b9b59a"), rgb("a9bfae"), rgb("fbfaf6"), rgb("8a7a55")

# Wall and table of a still life, from light to dark.
GROUNDS = tuple(
    (rgb(wall), rgb(table))
    for wall, table in (
        ("e9e3d6", "d8cfbd"),
        ("dfe0da", "cbccc3"),
        ("e7dcd2", "d3c2b2"),
        ("d8dcde", "c2c7c9"),
        ("e4ddc8", "cdc19f"),
        ("d9d2c6", "a9937a"),
        ("cfd3c8", "8f8468"),
        ("e3d8d3", "b9a296"),
        ("c9c9c4", "7f7a72"),
        ("d5d0c2", "6d5b49"),
    )
)
DARK_GROUNDS = tuple(
    (rgb(wall), rgb(table))
    for wall, table in (("57534c", "3d3a35"), ("4a5250", "333835"), ("5c4f48", "40352f"), ("474b55", "30333b"))
)

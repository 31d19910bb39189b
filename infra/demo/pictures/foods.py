"""Still lifes of food: bowls, jars, bottles, sweets, sheets and bundles."""

from __future__ import annotations

from typing import Any

import numpy as np

from infra.demo.pictures import colours as k
from infra.demo.pictures.canvas import Canvas, Colour, mix, noise, smooth
from infra.demo.pictures.lathe import FILL, lit, stand, turn
from infra.demo.pictures.pieces import blob, box_points, cut_out, heap, sheet, strand, turned
from infra.demo.pictures.tableware import flat_ground, ground
from infra.demo.pictures.vessels import glazed, lacquer, rise, scaled, wooden

DISH = [(0, 150), (8, 170), (30, 300), (66, 352), (74, 354)]
DEEP = [(0, 120), (10, 130), (60, 230), (150, 300), (200, 312), (206, 312)]


def dish(c: Canvas, deep: bool = False) -> tuple[float, float, float, float]:
    """A plate or bowl seen from well above; returns the middle and the reach of what lies in it."""
    if c.chance(0.5):
        flat_ground(c)
    else:
        wall, table = c.pick(*k.GROUNDS)  # type: ignore[misc]
        c.still_life(wall, table, 0.2)
    profile = DEEP if deep else DISH
    kind = int(c.between(0, 4))
    at = (480, 800 if deep else 760)
    glaze = c.pick(k.HAIYU, k.SEIJI, k.rgb("4a5357"), k.HAKUJI, k.rgb("6a5a48"), k.rgb("31343a"), k.KAYU)
    if kind == 0:
        lacquer(c, scaled(profile, 1, 1.08), at, 0.86, k.KURO, c.pick(k.AKANE, k.KURO, k.TAMA))
    else:
        glazed(c, scaled(profile, 1, 1.08), at, 0.86, glaze, c.pick(k.CHA, k.KURI, k.rgb("a08466")))
    return (480, 705, 225, 160) if not deep else (480, 690, 236, 165)


def jar(
    c: Canvas,
    at: tuple[float, float],
    size: float,
    inside: Colour,
    lid: Colour | None,
    *,
    thick: float = 0.0,
    clear: float = 0.0,
) -> None:
    """A glass jar with something in it and a lid of cloth or metal."""
    profile = scaled([(0, 150), (14, 164), (40, 170), (300, 170), (350, 150), (366, 140), (400, 140)], size, size)
    body = turn(c, profile, at=at, tilt=0.3)
    up = rise(body)
    full = smooth(0.80, 0.79, up)
    cloud = noise(c.rng, *up.shape, 26 * c.scale, 3) * thick
    light = 0.75 + 0.5 * np.clip(body.normal[..., 2], 0, 1) - 0.25 * up * (1 - clear)
    stuff = inside * (light + cloud)[..., None]
    if clear:
        stuff = mix(stuff, inside * 1.5 + 0.12, np.clip(clear * (body.normal[..., 0] * 0.6 + 0.25), 0, 1))
    air = mix(np.ones((*up.shape, 3), np.float32) * 0.86, np.broadcast_to(inside, (*up.shape, 3)), 0.12)
    colours = mix(air, stuff.astype(np.float32), full)
    stand(c, body, lit(colours.astype(np.float32), body.normal, gloss=0.75, sharp=26, low=0.72), shadow=0.36)
    y = at[1] - 240 * size
    cut_out(
        c,
        [turned(box_points(210 * size, 150 * size), (at[0] - 6, y + 60 * size), 0)],
        k.WASHI,
        round_off=2,
        shadow=0.1,
        lift=2,
    )
    strand(c, [(at[0] - 60 * size, y + 40 * size), (at[0] + 50 * size, y + 40 * size)], 7 * size, k.SUMI, shadow=0)
    strand(c, [(at[0] - 60 * size, y + 66 * size), (at[0] + 30 * size, y + 66 * size)], 4 * size, k.NEZU, shadow=0)
    if lid is not None:
        _jar_first(c, lid, size, at)


def _jar_first(c: Canvas, lid: Any, size: float, at: Any) -> None:
    wooden(
        c,
        scaled([(0, 150), (46, 152), (54, 146), (58, 4)], size, size),
        (at[0], at[1] - 386 * size * 0.955),
        0.3,
        lid,
        opened=False,
    )


def bottle(
    c: Canvas, at: tuple[float, float], tall: float, wide: float, tone: Colour, label: Colour, cap: Colour
) -> None:
    profile = [(0, 88), (10, 96), (330, 96), (440, 76), (510, 36), (620, 32), (640, 34)]
    body = turn(c, scaled(profile, tall, wide), at=at, tilt=0.2)
    light = 0.6 + 0.5 * np.clip(body.normal[..., 0] * 0.8 + 0.3, 0, 1)
    stand(c, body, lit((tone * light[..., None]).astype(np.float32), body.normal, gloss=0.85, sharp=30, low=0.6))
    w, h = 150 * wide, 190 * tall
    y = at[1] - 190 * tall
    cut_out(c, [turned(box_points(w, h), (at[0] - 4, y), 0)], label, round_off=3, shadow=0.1, lift=2)
    for line in range(3):
        strand(
            c,
            [
                (at[0] - 4 + (line - 1) * w * 0.24, y - h * 0.34),
                (at[0] - 4 + (line - 1) * w * 0.24, y + h * (0.30 - 0.1 * line)),
            ],
            8 if line != 1 else 15,
            k.SUMI if line != 2 else k.AKANE,
            shadow=0,
        )
    wooden(
        c,
        scaled([(0, 37), (60, 38), (66, 34), (68, 3)], tall, wide),
        (at[0], at[1] - 618 * tall * 0.98),
        0.2,
        cap,
        opened=False,
    )


def vary(c: Canvas, tone: Colour, by: float = 0.12) -> Colour:
    return tone * c.between(1 - by, 1 + by)


def miso(c: Canvas, form: str) -> None:
    tone = c.pick(k.rgb("a8652c"), k.rgb("8a4a24"))
    if "barley" in form:
        tone = k.rgb("b98442")
    if "yuzu" in form:
        tone = k.rgb("cf9a3e")
    if "ball" in form:
        flat_ground(c)
        heap(
            c,
            (480, 620),
            (270, 300),
            8,
            lambda x, y: blob(c, x, y, 92, 80, k.rgb("e3c48d"), flat=0.5, gloss=0.06, edge=k.rgb("c99a5a")),
        )
        return
    if c.chance(0.4):
        ground(c, 0.15)
        wooden(
            c,
            [(0, 200), (6, 204), (260, 240), (320, 246)],
            (480, 1010),
            0.5,
            k.HINOKI,
            staves=24,
            hoops=(0.2, 0.75),
            hoop=k.rgb("b87a3d"),
        )
        heap(c, (480, 760), (170, 70), 46, lambda x, y: blob(c, x, y, 54, 36, vary(c, tone), wrinkle=0.35, gloss=0.22))
    else:
        x, y, rx, ry = dish(c, True)
        heap(
            c,
            (x, y),
            (rx * 0.92, ry * 0.85),
            70,
            lambda px, py: blob(c, px, py, 62, 44, vary(c, tone), wrinkle=0.4, gloss=0.25, shadow=0.3),
        )
        strand(c, [(560, 640), (760, 380), (880, 220)], 34, k.HINOKI * 0.9, lift=26)


def soy(c: Canvas, form: str) -> None:
    ground(c, 0.12)
    tone = k.rgb("2b1712")
    if "ponzu" in form:
        tone = k.rgb("6b3d18")
    if "glaze" in form:
        tone = k.rgb("5d3214")
    size = 0.95 if "small" in form else 1.25
    bottle(
        c, (400, 1000), size, size * 1.02, tone, c.pick(k.WASHI, k.SHIRO, k.KINARI), c.pick(k.AKANE, k.KURO, k.MATSU)
    )
    little = turn(c, [(0, 70), (6, 80), (24, 128), (34, 130)], at=(690, 1030), tilt=0.55, wall=8, fill=20)
    colours = np.where((little.part == FILL)[..., None], tone * 0.8, k.HAKUJI * np.ones((*little.h.shape, 3)))
    stand(c, little, lit(colours.astype(np.float32), little.normal, gloss=0.6, sharp=9))
    if "ponzu" in form:
        for x, y in ((700, 850), (800, 900)):
            blob(c, x, y, 66, 62, k.rgb("5f8a2f"), gloss=0.3, wrinkle=0.05)


def sake(c: Canvas, form: str) -> None:
    if "lees" in form:
        x, y, rx, ry = dish(c)
        for step in range(5):
            sheet(
                c,
                (x - 90 + step * 44, y - 40 + step * 20),
                (260, 170),
                c.between(-0.3, 0.3),
                lambda u, v: k.rgb("efe6d0") * (1 + 0.05 * noise(c.rng, *u.shape, 12 * c.scale, 3))[..., None],
                lift=7,
                corner=14,
            )
        return
    ground(c, 0.35)
    tone = c.pick(k.rgb("2f4a3a"), k.rgb("27405c"), k.rgb("5a3a20"), k.rgb("b9cdc6"))
    if "amazake" in form:
        tone = k.rgb("e6dcc4")
    bottle(
        c,
        (400, 1000),
        1.3,
        1.1,
        tone,
        c.pick(k.WASHI, k.SHIRO, k.rgb("20242c") if False else k.KINARI),
        c.pick(k.AKANE, k.KURO, k.KIN),
    )
    cup = [(0, 60), (8, 66), (60, 92), (110, 98), (116, 98)]
    glazed(c, cup, (680, 1030), 0.5, c.pick(k.HAKUJI, k.SEIJI, k.HAIYU), k.CHA, fill=(86, k.rgb("e7e6dc")))


def pickles(c: Canvas, form: str) -> None:
    x, y, rx, ry = dish(c)
    if "shiba" in form:
        heap(
            c,
            (x, y),
            (rx * 0.8, ry * 0.8),
            90,
            lambda px, py: blob(
                c,
                px,
                py,
                42,
                22,
                vary(c, c.pick(k.rgb("7b2455"), k.rgb("94305f"), k.rgb("5d6b3a")), 0.2),
                angle=c.between(0, 3),
                wrinkle=0.4,
                gloss=0.3,
            ),
        )  # type: ignore[arg-type]
        return
    tone, rim = k.rgb("e2b93b"), k.rgb("c48f22")
    if "turnip" in form:
        tone, rim = k.rgb("f2efe2"), k.rgb("d9d6bd")
    if "bettara" in form:
        tone, rim = k.rgb("f0e8cf"), k.rgb("d8c894")
    for row in range(2):
        for step in range(9):
            px, py = x - rx * 0.85 + step * rx * 0.2, y - 40 + row * 96 - step * 5
            blob(c, px, py, 74, 82, vary(c, tone, 0.05), flat=0.14, gloss=0.3, edge=rim, angle=0.2)
    if "turnip" in form:
        for step in range(5):
            strand(
                c,
                [(620 + step * 8, 620), (700 + step * 10, 540 - step * 12), (770, 500 - step * 20)],
                13,
                k.rgb("5f8a3a"),
                shadow=0.3,
            )

"""Still lifes of nori, fish and plums."""

from __future__ import annotations

import numpy as np

from infra.demo.pictures import colours as k
from infra.demo.pictures.canvas import Array, Canvas, mix, noise, smooth
from infra.demo.pictures.cloths import any_print
from infra.demo.pictures.foods import dish, jar, vary
from infra.demo.pictures.pieces import arc, blob, box_points, cube, cut_out, heap, rounded, sheet, strand, turned
from infra.demo.pictures.tableware import flat_ground, ground
from infra.demo.pictures.vessels import wooden


def nori(c: Canvas, form: str) -> None:
    tone = k.rgb("1c2a20")

    def sea(u: Array, v: Array) -> Array:
        cloud = noise(c.rng, *u.shape, 14 * c.scale, 4)
        fibre = noise(c.rng, *u.shape, 5 * c.scale, 2)
        gleam = 0.5 + 0.5 * np.sin((u + v) / 210 + 1)
        return (tone * (1 + 0.30 * cloud + 0.16 * fibre)[..., None]) + np.array([0.02, 0.035, 0.03]) * gleam[..., None]

    if "tin" in form:
        ground(c, 0.1)
        texture, dye = any_print(c)
        wooden(c, [(0, 190), (8, 196), (470, 196), (480, 192), (482, 4)], (520, 1000), 0.26, dye * 0.8, opened=False)
        cut_out(c, [turned(box_points(300, 330), (520, 800), 0)], texture, round_off=3, shadow=0.1)
        for step in range(3):
            sheet(c, (240 + step * 26, 900 + step * 20), (190, 210), -0.2 + step * 0.1, sea, lift=6)
    elif "dried" in form:
        x, y, rx, ry = dish(c)
        heap(
            c,
            (x, y),
            (rx, ry),
            150,
            lambda px, py: cut_out(
                c,
                [[(px + c.between(-34, 34), py + c.between(-24, 24)) for _ in range(5)]],
                vary(c, k.rgb("3d5a35"), 0.4),
                round_off=4,
                shadow=0.25,
                lift=3,
            ),
        )
    elif "jar" in form:
        ground(c, 0.2)
        jar(c, (490, 1000), 1.2, k.rgb("22201a"), k.KINARI, thick=0.25)
    else:
        flat_ground(c)
        for step in range(6):
            sheet(c, (440 + step * 18, 560 + step * 16), (560, 620), -0.16 + step * 0.05, sea, lift=7, folds=0.5)


def dried_fish(c: Canvas, form: str) -> None:
    if "salt" in form:
        _dried_fish_salt(c)
    elif "flakes" in form:
        _dried_fish_flakes(c)
    elif "sachet" in form:
        _dried_fish_sachet(c)
    else:
        flat_ground(c)
        for step, y in enumerate((330, 620, 910)):
            _fish(c, 480, y, 0.06 * (-1) ** step)


def _dried_fish_salt(c: Canvas) -> None:
    x, y, rx, ry = dish(c, True)
    heap(
        c,
        (x, y),
        (rx * 0.9, ry * 0.85),
        380,
        lambda px, py: blob(
            c,
            px,
            py,
            c.between(9, 20),
            c.between(8, 15),
            vary(c, k.rgb("f7f5f0"), 0.05),
            gloss=0.5,
            flat=0.6,
            angle=c.between(0, 3),
            shadow=0.25,
        ),
    )


def _dried_fish_flakes(c: Canvas) -> None:
    x, y, rx, ry = dish(c, True)

    def flake(px: float, py: float) -> None:
        bend = c.between(0, 6.28)
        path = [
            (px, py),
            (px + 44 * np.cos(bend), py + 34 * np.sin(bend)),
            (px + 64 * np.cos(bend + 0.9), py + 60 * np.sin(bend + 0.9)),
        ]
        strand(c, path, c.between(22, 46), vary(c, k.rgb("d3a184"), 0.22), gloss=0.2, shadow=0.28, lift=7)

    heap(c, (x, y), (rx * 0.9, ry * 0.85), 100, flake)


def _dried_fish_sachet(c: Canvas) -> None:
    flat_ground(c)
    for step in range(6):
        sheet(
            c,
            (300 + (step % 2) * 340, 340 + (step // 2) * 270),
            (270, 220),
            c.between(-0.2, 0.2),
            lambda u, v: mix(
                np.broadcast_to(k.rgb("efe7d6"), (*u.shape, 3)),
                np.broadcast_to(k.rgb("9a6a42"), (*u.shape, 3)),
                np.clip(0.45 + 0.4 * noise(c.rng, *u.shape, 16 * c.scale, 3), 0, 1) * smooth(130, 90, np.abs(u)),
            ),
            lift=9,
            corner=6,
        )


def _fish(c: Canvas, x: float, y: float, lean: float) -> None:
    """A fish opened flat and dried: skin, flesh and the line of the bone."""
    upper = [(-370, 0), (-280, -92), (-60, -128), (180, -86), (300, -26), (392, -86), (410, 0)]
    outline = [*upper, *[(px, -py) for px, py in upper[::-1]]]

    def flesh(u: Array, v: Array) -> Array:
        a = (u - x) * np.cos(lean) + (v - y) * np.sin(lean)
        b = -(u - x) * np.sin(lean) + (v - y) * np.cos(lean)
        rim = smooth(60, 120, np.abs(b) + np.abs(a) * 0.08)
        ribs = 0.06 * np.sin(a / 11 - np.abs(b) / 14)
        out = mix(np.broadcast_to(k.rgb("e3b99a"), (*u.shape, 3)), np.broadcast_to(k.rgb("77828a"), (*u.shape, 3)), rim)
        return (
            mix(out, np.broadcast_to(k.rgb("f0dcc0"), out.shape), np.exp(-((b / 9) ** 2)) * 0.8) * (1 + ribs)[..., None]
        )

    cut_out(c, [rounded(turned(outline, (x, y), lean))], flesh, round_off=18, gloss=0.25, lift=12)
    for side in (-1, 1):
        px, py = turned([(-300, side * 34)], (x, y), lean)[0]
        blob(c, px, py, 15, 15, k.SHIRO, gloss=0.4, shadow=0.1)
        blob(c, px, py, 8, 8, k.SUMI, gloss=0.4, shadow=0)


def umeboshi(c: Canvas, form: str) -> None:
    if "jelly" in form:
        ground(c, 0.1)
        for x, y, tone in ((330, 900, k.rgb("e8b9a0")), (610, 900, k.rgb("d98a86")), (470, 1030, k.rgb("cbd29a"))):
            cube(c, x, y, 220, 200, 150, tone, gloss=0.6)
            blob(c, x, y - 70, 46, 44, tone * 0.72, gloss=0.2, shadow=0)
        return
    if "wine" in form:
        ground(c, 0.2)
        jar(c, (470, 1000), 1.3, k.rgb("d9963a"), c.pick(k.AKANE, k.KINARI), clear=0.9)
        for index in range(5):
            blob(c, 360 + index * 52, 930 - (index % 2) * 34, 46, 42, k.rgb("a8842f"), gloss=0.3, shadow=0.1)
        return
    x, y, rx, ry = dish(c)
    tone = k.rgb("c9734f") if "honey" in form else k.rgb("a83236")
    heap(
        c,
        (x, y),
        (rx * 0.75, ry * 0.7),
        11,
        lambda px, py: blob(c, px, py, 76, 70, vary(c, tone, 0.12), wrinkle=0.3, gloss=0.35, angle=c.between(0, 3)),
    )
    for index in range(3):
        cut_out(
            c,
            [arc(x + 120 - index * 30, y - 90, 60, 0.2 + index, 2.6 + index, 20)],
            k.rgb("5b1f3a"),
            round_off=14,
            shadow=0.25,
        )

"""Still lifes of iron, tin and wood."""

from __future__ import annotations

import numpy as np

from infra.demo.pictures import colours as k
from infra.demo.pictures.canvas import Canvas, Colour, mix
from infra.demo.pictures.pieces import arc, blob, box_points, cube, cut_out, strand, turned
from infra.demo.pictures.tableware import CUP, flat_ground, ground, near
from infra.demo.pictures.vessels import metal, scaled, wooden


def iron(c: Canvas, form: str) -> None:
    ground(c, 0.22)
    x, y = near(c)
    tone: Colour = k.TETSU * c.between(0.75, 1.25)
    studs = c.between(34, 46) if c.chance(0.7) else 0.0
    if "pan" in form:
        strand(c, [(x + 210, y - 190), (x + 330, y - 330), (x + 400, y - 440)], 54, tone)
        metal(c, [(0, 240), (10, 262), (84, 300), (92, 302)], (x - 40, y - 60), 0.62, tone, rough=0.9)
    elif "trivet" in form:
        flat_ground(c)
        for turn in np.linspace(0, 2 * np.pi, 12, endpoint=False) + c.between(0, 1):
            far = 250
            px, py = 480 + far * np.cos(turn), 640 + far * np.sin(turn)
            strand(c, [(480 + 40 * np.cos(turn), 640 + 40 * np.sin(turn)), (px, py)], 20, tone, gloss=0.3)
        cut_out(c, [arc(480, 640, 318, 0, 6.29, 90)], tone, holes=[arc(480, 640, 286, 0, 6.29, 90)], gloss=0.3, lift=14)
        cut_out(c, [arc(480, 640, 66, 0, 6.29, 60)], tone, holes=[arc(480, 640, 34, 0, 6.29, 60)], gloss=0.3, lift=14)
    elif "bell" in form:
        strand(c, [(480, -10), (480, 330)], 6, k.ENJI, lift=24)
        bell = [(0, 178), (14, 182), (60, 160), (220, 138), (300, 100), (330, 30), (338, 22), (380, 22), (384, 4)]
        metal(c, bell, (480, 720), 0.12, tone, rough=0.8, dots=studs, opened=False)
        strand(c, [(480, 728), (480, 880)], 5, k.ENJI, lift=24)
        cut_out(c, [turned(box_points(100, 260), (482, 1000), c.between(-0.08, 0.08))], k.WASHI, round_off=2, lift=28)
    else:
        kettle = [(0, 150), (20, 190), (120, 262), (230, 250), (310, 150), (330, 112), (346, 108)]
        strand(
            c, [(x - 170, y - 300), (x - 150, y - 520), (x, y - 590), (x + 150, y - 520), (x + 170, y - 300)], 24, tone
        )
        strand(c, [(x + 225, y - 210), (x + 300, y - 260), (x + 345, y - 330)], 58, tone, gloss=0.25)
        metal(c, kettle, (x, y), 0.34, tone, rough=0.85, dots=studs, opened=False)
        metal(
            c,
            [(0, 106), (14, 102), (40, 60), (50, 26), (66, 30), (76, 4)],
            (x, y - 330),
            0.34,
            tone,
            rough=0.6,
            opened=False,
        )


def tin(c: Canvas, form: str) -> None:
    ground(c, 0.4)
    x, y = near(c)
    tone = k.GIN if c.chance(0.8) else k.KIN
    if "bookmark" in form:
        _tin_bookmark(c)
    elif "plates" in form:
        _tin_plates(c, tone, x, y)
    elif "basket" in form:
        _tin_basket(c, tone)
    elif "bonbon" in form:
        _tin_bonbon(c, tone, x, y)
    else:
        metal(c, scaled(CUP, 1.1, 1.15), (x - 160, y - 150), 0.42, tone, rough=0.2)
        metal(c, scaled(CUP, 1.4, 1.45), (x + 90, y), 0.42, tone, rough=0.2)


def _tin_bookmark(c: Canvas) -> None:
    flat_ground(c)
    for shift in (-90, 90):
        cx, lean = 480 + shift, c.between(-0.3, 0.3)
        leaf = [
            (0, 210),
            (8, 60),
            (130, -20),
            (150, -120),
            (70, -190),
            (10, -120),
            (-60, -196),
            (-150, -110),
            (-120, -14),
            (-8, 60),
        ]
        cut_out(c, [turned(leaf, (cx, 560 + shift), lean)], k.KIN, gloss=0.7, round_off=8)


def _tin_plates(c: Canvas, tone: Colour, x: float, y: float) -> None:
    for step in range(5):
        metal(
            c,
            [(0, 120), (6, 150), (24, 208), (30, 210)],
            (x + 14 * (step % 2), y - step * 46),
            0.5,
            tone,
            rough=0.15,
        )


def _tin_basket(c: Canvas, tone: Colour) -> None:
    flat_ground(c)
    for row in range(9):
        bend = [
            (170 + 40 * abs(row - 4) ** 1.1 * 0.3, 350 + row * 62),
            (480, 390 + row * 62),
            (790 - 12 * abs(row - 4), 350 + row * 62),
        ]
        strand(c, bend, 13, tone, gloss=0.7, lift=18)
    for column in range(7):
        bx = 220 + column * 87
        strand(c, [(bx, 345), (bx + 12, 620), (bx, 855)], 13, tone, gloss=0.7, lift=18)


def _tin_bonbon(c: Canvas, tone: Colour, x: float, y: float) -> None:
    box = [(0, 110), (10, 130), (60, 150), (150, 158), (160, 156)]
    metal(c, scaled(box, 1.2, 1.4), (x, y), 0.4, tone, rough=0.12, opened=False)
    lid = [(0, 160), (20, 156), (70, 90), (84, 30), (110, 34), (120, 4)]
    metal(c, scaled(lid, 1.2, 1.4), (x, y - 176), 0.4, tone, rough=0.12, opened=False)
    sweets = (k.SAKURA, k.SHIRO, k.WAKAKUSA, k.YAMABUKI, k.FUJI)
    for index in range(7):
        blob(c, x - 320 + index * 96, y + 60 + 26 * (index % 3), 25, 25, sweets[index % 5], bumps=9, gloss=0.2)


def wood(c: Canvas, form: str) -> None:
    ground(c, 0.1)
    x, y = near(c)
    tone = c.pick(k.HINOKI, k.HINOKI * 0.94, k.KIRI)
    if "masu" in form:
        cube(c, x - 140, y - 210, 260, 260, 190, tone)
        cube(c, x + 60, y, 320, 320, 230, tone * 0.98, top_texture=_masu_top(x + 60, y, tone))
    elif "board" in form:
        _wood_board(c, tone)
    elif "candle" in form:
        _wood_candle(c, y, x)
    else:
        _wood_other(c, form, tone, x, y)


def _wood_board(c: Canvas, tone: Colour) -> None:
    wall, table = k.GROUNDS[int(c.between(0, 5))]
    c.table_top(table, "stone")
    grain = c.between(0, 9)

    def rings(u: np.ndarray, v: np.ndarray) -> np.ndarray:
        wave = np.sin(u * 0.05 + np.sin(v * 0.008 + grain) * 2.6) + 0.4 * np.sin(u * 0.21 + np.sin(v * 0.01) * 2)
        return tone[None, None, :] * (1 + 0.05 * wave)[..., None]

    board = turned(box_points(520, 800), (480, 610), c.between(-0.12, 0.12))
    cut_out(c, [board], rings, round_off=12, lift=22)
    blob(c, 400, 720, 70, 64, k.rgb("d9d0b0"), gloss=0.2)
    for step in range(6):
        blob(c, 520 + step * 30, 560 - step * 26, 50, 48, k.rgb("f0ead2"), flat=0.3, gloss=0.1, edge=k.MOEGI)


def _wood_candle(c: Canvas, y: float, x: float) -> None:
    for dx, tall, dy in ((-130, 0.8, -120), (90, 1.15, 0)):
        candle = [(0, 74), (8, 80), (300, 86), (312, 80), (316, 4)]
        wooden(c, scaled(candle, tall, 1.1), (x + dx, y + dy), 0.36, k.rgb("d9a441"), opened=False)
        top = y + dy - 300 * tall
        strand(c, [(x + dx, top), (x + dx + 3, top - 40)], 7, k.SUMI, shadow=0)
        if tall > 1:
            for rx, ry, tint in ((26, 58, k.rgb("f6b04a")), (15, 36, k.rgb("fff3c4"))):
                blob(c, x + dx + 3, top - 72, rx, ry, tint * 1.15, gloss=0, shadow=0)


def _wood_other(c: Canvas, form: str, tone: Colour, x: float, y: float) -> None:
    tall, wide = (0.85, 1.35) if "pail" in form else (1.15, 1.2)
    tub = [(0, 200), (6, 204), (240, 232), (300, 238)]
    if "pail" not in form:
        cover = [(0, 246), (4, 250), (30, 250), (34, 248), (36, 3)]
        wooden(
            c,
            scaled(tub, tall, wide),
            (x, y),
            0.42,
            tone,
            staves=24,
            hoops=(0.2, 0.68),
            hoop=k.rgb("b87a3d"),
            opened=False,
        )
        wooden(c, scaled(cover, 1, wide), (x, y - 300 * tall * 0.92), 0.42, tone, opened=False)
    else:
        wooden(c, scaled(tub, tall, wide), (x, y), 0.46, tone, staves=26, hoops=(0.22, 0.7), hoop=k.rgb("b87a3d"))


def _masu_top(x: float, y: float, tone: Colour):  # noqa: ANN202
    def top(u: np.ndarray, v: np.ndarray) -> np.ndarray:
        across = (v - (y - 230)) / -160
        centre = u - x - across * 90
        inside = (np.abs(centre) < 125) & (np.abs(across - 0.5) < 0.38)
        return mix(tone[None, None, :] * np.ones((*u.shape, 1)), tone * 0.5, inside.astype(np.float32))

    return top

"""Still lifes of lattice, paper, cord and little bags."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from infra.demo.pictures import colours as k
from infra.demo.pictures import patterns
from infra.demo.pictures.canvas import Array, Canvas, Colour, mix, noise, smooth
from infra.demo.pictures.cloths import DYES, LIGHTS, any_print
from infra.demo.pictures.pieces import arc, blob, box_points, cube, cut_out, heap, rounded, sheet, strand, turned
from infra.demo.pictures.tableware import flat_ground, ground
from infra.demo.pictures.vessels import wooden


def kumiko(c: Canvas, form: str) -> None:
    tone = c.pick(k.HINOKI, k.KIRI, k.KURI * 1.3)
    name = "asanoha" if "asanoha" in form else str(c.pick("asanoha", "kikko", "kagome", "shippo", "sayagata", "higaki"))
    draw = patterns.CLOTH[name]
    cell = c.between(120, 170)
    if "lantern" in form:
        c.still_life(*c.pick(*k.DARK_GROUNDS), 0.66)  # type: ignore[misc]
        _panel(c, draw, (480, 600), (470, 640), 0, tone * 0.6, cell * 0.9, lamp=True)
        cube(c, 480, 1000, 520, 120, 46, k.KURI)
        return
    flat_ground(c)
    if "coaster" in form:
        for x, y, lean in ((370, 430, 0.1), (610, 640, -0.3), (360, 850, 0.5)):
            _panel(c, draw, (x, y), (300, 300), lean, tone, 100, hexagon=True)
    elif "box" in form:
        cube(c, 470, 960, 560, 420, 240, tone)
        _panel(c, draw, (529, 615), (540, 190), 0, tone, 80)
    else:
        _panel(c, draw, (480, 600), (600, 760), c.between(-0.06, 0.06), tone, cell)


def _panel(
    c: Canvas,
    draw: patterns.Pattern,
    at: tuple[float, float],
    size: tuple[float, float],
    angle: float,
    tone: Colour,
    cell: float,
    *,
    hexagon: bool = False,
    lamp: bool = False,
) -> None:  # noqa: E501
    """A lattice of slats in a frame: each slat has a lit and a shaded side, and throws its shadow on what is behind."""
    s = c.scale
    reach = (np.hypot(*size) / 2) + 8
    left, top = int((at[0] - reach) * s), int((at[1] - reach) * s)
    y, x = np.mgrid[0 : int(2 * reach * s), 0 : int(2 * reach * s)].astype(np.float32) / s
    dx, dy = x + left / s - at[0], y + top / s - at[1]
    u, v = dx * np.cos(angle) + dy * np.sin(angle), -dx * np.sin(angle) + dy * np.cos(angle)
    if hexagon:
        gap = np.maximum(np.abs(u), np.abs(u) / 2 + np.abs(v) * 0.866) - size[0] / 2
    else:
        gap = np.maximum(np.abs(u) - size[0] / 2, np.abs(v) - size[1] / 2)
    inside = np.clip(0.5 - gap * s, 0, 1)
    frame = np.clip((gap + 26) * s + 0.5, 0, 1) * inside
    pixel = 1.5 / cell
    slats = (
        np.maximum(draw(u / cell, v / cell, pixel * 0.7), draw(u / cell + 0.02, v / cell + 0.02, pixel * 0.7)) * inside
    )
    grain = 1 + 0.06 * np.sin(u * 0.3 + v * 0.02) + 0.04 * np.sin(v * 0.37)
    if lamp:
        _panel_first(c, u, size, v, at, inside, left, top)
    else:
        c.cast(np.maximum(frame, slats), left, top, shift=(20, 26), soft=7, dark=0.42)
    wood = tone[None, None, :] * grain[..., None]
    gy, gx = np.gradient(np.maximum(slats, frame))
    relief = np.clip(1 - (gx + gy) * 0.55, 0.55, 1.45)
    c.put((wood * relief[..., None]).astype(np.float32), np.maximum(slats, frame), left, top)


def _panel_first(c: Canvas, u: Any, size: float, v: Any, at: Any, inside: Any, left: Any, top: Any) -> None:
    glow = np.exp(-((u / size[0]) ** 2 + ((v - 40) / size[1]) ** 2) * 3.2)
    warm = mix(
        np.broadcast_to(k.rgb("c98a3a"), (*u.shape, 3)),
        np.broadcast_to(k.rgb("fff1cf"), (*u.shape, 3)),
        np.clip(glow * 1.25, 0, 1),
    )
    c.pixels += 0.22 * np.array([1.0, 0.75, 0.4]) * _halo(c, at, 480)[..., None]
    c.put(warm.astype(np.float32), inside, left, top)


def _halo(c: Canvas, at: tuple[float, float], radius: float) -> Array:
    y = (np.arange(c.height, dtype=np.float32)[:, None] / c.scale - at[1]) / radius
    x = (np.arange(c.width, dtype=np.float32)[None, :] / c.scale - at[0]) / radius
    return np.exp(-(x * x + y * y) * 1.2)


def washi(c: Canvas, form: str) -> None:
    if "lantern" in form:
        c.still_life(*c.pick(*k.DARK_GROUNDS), 0.7)  # type: ignore[misc]
        c.pixels += 0.24 * np.array([1.0, 0.75, 0.42]) * _halo(c, (480, 660), 470)[..., None]
        body = [(0, 120), (20, 190), (150, 262), (330, 268), (480, 196), (505, 120)]
        wooden(c, body, (480, 930), 0.2, k.rgb("ffdf9f") * 1.12, opened=False)
        for ring in range(13):
            at = 930 - 24 - ring * 36
            wide = np.interp(24 + ring * 36, [h for h, _ in body], [r for _, r in body])
            strand(c, [(480 - wide, at), (480, at + wide * 0.2), (480 + wide, at)], 4, k.rgb("c99a55"), shadow=0)
        for y in (925, 432):
            wooden(c, [(0, 122), (26, 122), (28, 4)], (480, y), 0.2, k.KURO, opened=False)
        return
    flat_ground(c)
    fibres = _fibres(c)
    if "letter" in form:
        for step in range(3):
            sheet(c, (420 + step * 22, 560 + step * 18), (440, 620), -0.12 + step * 0.05, fibres, lift=6)
        sheet(c, (600, 820), (420, 260), 0.16, _fibres(c, c.pick(*LIGHTS, k.FUJI, k.TOKI)), lift=10)
        sheet(c, (600, 820), (420, 3), 0.16, lambda u, v: k.NEZU * np.ones((*u.shape, 1)), shadow=0)
    else:
        cover, dye = any_print(c)
        sheet(c, (498, 622), (500, 690), 0.05, fibres, lift=18, corner=4)
        sheet(c, (480, 606), (500, 690), 0.05, cover if "goshuin" in form else _crumpled(c, dye), lift=4, corner=5)
        if "goshuin" in form:
            sheet(c, (400, 480), (84, 330), 0.05, fibres, lift=1, shadow=0.15)
        else:
            for step in range(4):
                strand(c, [(262, 330 + step * 180), (300, 332 + step * 180)], 6, k.WASHI, shadow=0.2)
            strand(c, [(296, 270), (286, 605), (262, 945)], 5, k.WASHI, shadow=0.2)


def _fibres(c: Canvas, tone: Colour = k.SHIRO) -> Callable[[Array, Array], Array]:
    def texture(u: Array, v: Array) -> Array:
        cloud = noise(c.rng, *u.shape, 70 * c.scale, 4)
        thread = noise(c.rng, *u.shape, 7 * c.scale, 2)
        return tone * (1 + 0.02 * cloud - 0.05 * np.clip(thread - 0.75, 0, 1))[..., None]

    return texture


def _crumpled(c: Canvas, tone: Colour) -> Callable[[Array, Array], Array]:
    def texture(u: Array, v: Array) -> Array:
        fold = np.abs(noise(c.rng, *u.shape, 46 * c.scale, 3))
        return (tone * 0.8 + 0.15) * (0.92 + 0.32 * np.clip(0.3 - fold, 0, 0.3) * 2)[..., None]

    return texture


def paper_box(c: Canvas, form: str) -> None:
    if "envelope" in form or "origami" in form:
        flat_ground(c)
        wide, tall = (170, 300) if "envelope" in form else (330, 330)
        for step in range(6 if "envelope" in form else 8):
            texture, _ = any_print(c)
            at = (
                (170 + step * 124, 600 + 40 * (-1) ** step)
                if "envelope" in form
                else (320 + step * 44, 380 + step * 60)
            )
            sheet(c, at, (wide, tall), c.between(-0.22, 0.22), texture, lift=8)
        if "origami" in form:
            crane(c, 700, 330)
        return
    ground(c, 0.15)
    texture, dye = any_print(c)
    if "chest" in form:
        cube(c, 460, 1000, 520, 340, 560, dye * 0.8 + 0.1, top_texture=texture)
        for step in range(3):
            y = 540 + step * 178
            cut_out(c, [turned(box_points(470, 152), (460, y), 0)], any_print(c)[0], round_off=4, shadow=0.2, lift=3)
            blob(c, 460, y, 17, 17, k.KIN, gloss=0.7)
    else:
        cube(c, 450, 990, 500, 420, 260, dye * 0.75 + 0.1, top_texture=texture)
        cut_out(c, [turned(box_points(500, 110), (450, 800), 0)], texture, round_off=4, shadow=0.25, lift=4)


def crane(c: Canvas, x: float, y: float) -> None:
    """A folded paper crane."""
    tone = c.pick(k.AKANE, k.AI, k.KARASHI, k.SHIRO)
    cut_out(c, [[(x - 20, y + 60), (x - 190, y + 20), (x - 50, y - 10)]], tone * 0.72, round_off=2, lift=16)
    cut_out(c, [[(x - 60, y + 70), (x - 30, y - 190), (x + 40, y + 50)]], tone * 0.88, round_off=2, lift=16)
    cut_out(c, [[(x - 40, y + 80), (x + 110, y - 160), (x + 70, y + 60)]], tone, round_off=2, lift=12)
    cut_out(
        c,
        [[(x + 20, y + 70), (x + 150, y - 40), (x + 190, y - 20), (x + 152, y - 14), (x + 60, y + 84)]],
        tone * 0.8,
        round_off=2,
    )


def braid(c: Canvas, form: str) -> None:
    flat_ground(c)
    tones = (c.pick(*DYES), c.pick(*LIGHTS), c.pick(*DYES))
    if "pale" in form:
        tones = (k.SAKURA, k.SHIRO, k.TOKI)
    width = 46 if "obijime" in form else 26 if "bookmark" in form else 34

    def plait(u: Array, v: Array) -> Array:
        turn = (u * 0.6 + v) / 19
        strands = np.sin(turn * 3.1) * np.sin((u - v * 0.6) / 13)
        out = mix(
            np.broadcast_to(tones[0], (*u.shape, 3)),
            np.broadcast_to(tones[1], (*u.shape, 3)),
            smooth(-0.2, 0.2, strands),
        )
        return (
            mix(out, np.broadcast_to(tones[2], out.shape), 0.6 * smooth(0.55, 0.7, np.sin(turn)))
            * (0.88 + 0.16 * np.abs(strands))[..., None]
        )

    if "bracelet" in form:
        cut_out(
            c,
            [arc(480, 600, 270, 0, 6.29, 90)],
            plait,
            holes=[arc(480, 600, 222, 0, 6.29, 90)],
            round_off=18,
            lift=16,
            depth=1.5,
        )
        blob(c, 480, 848, 40, 34, k.KIN, gloss=0.7)
        return
    runs = [[(110, 250), (560, 190), (820, 420), (430, 560), (180, 760), (520, 930), (860, 860)]]
    if "glasses" in form or "bookmark" in form:
        runs = [[(200, 220), (420, 420), (330, 700), (480, 980)], [(480, 180), (640, 420), (560, 700), (690, 980)]]
    for run in runs:
        strand(c, [(x + c.between(-30, 30), y + c.between(-30, 30)) for x, y in run], width, plait, lift=10)
        _tassel(c, run[-1], tones[0])


def _tassel(c: Canvas, at: tuple[float, float], tone: Colour) -> None:
    x, y = at
    for _ in range(16):
        strand(
            c,
            [
                (x, y),
                (x + c.between(10, 60), y + c.between(10, 40)),
                (x + c.between(40, 120), y + c.between(40, 120)),
            ],
            4,
            tone,
            lift=3,
            shadow=0.2,
        )


def sachets(c: Canvas) -> None:
    """Scent sachets: little drawn bags of chirimen."""
    flat_ground(c)

    def bag(x: float, y: float) -> None:
        texture, dye = any_print(c)
        cut_out(
            c,
            [
                rounded(
                    [
                        (x - 130, y + 120),
                        (x - 120, y - 40),
                        (x - 40, y - 90),
                        (x + 40, y - 90),
                        (x + 120, y - 40),
                        (x + 130, y + 120),
                    ]
                )
            ],
            texture,
            round_off=50,
            lift=16,
            depth=1.5,
        )
        cut_out(
            c,
            [rounded([(x - 38, y - 84), (x - 90, y - 170), (x, y - 150), (x + 90, y - 170), (x + 38, y - 84)])],
            texture,
            round_off=14,
            lift=6,
        )
        strand(c, [(x - 70, y - 30), (x - 20, y - 92), (x + 20, y - 92), (x + 80, y - 10)], 10, dye * 0.6 + 0.3)

    heap(c, (480, 640), (190, 240), 3, bag)

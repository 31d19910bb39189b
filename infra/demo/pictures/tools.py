"""Still lifes of tools and toys: knives, combs, brushes, fans, bamboo, incense, kokeshi, hagoita."""

from __future__ import annotations

from typing import Any

import numpy as np

from infra.demo.pictures import colours as k
from infra.demo.pictures import patterns
from infra.demo.pictures.canvas import Array, Canvas, Colour, mix, smooth
from infra.demo.pictures.cloths import any_print
from infra.demo.pictures.pieces import arc, blob, box_points, cut_out, rounded, sheet, strand, turned
from infra.demo.pictures.tableware import flat_ground, ground
from infra.demo.pictures.vessels import wooden


def steel(c: Canvas, edge_at: float, angle: float, at: tuple[float, float]):  # noqa: ANN201
    """Forged steel: dark skin above, bright edge below a wavy line, fine brush marks."""
    phase = c.between(0, 6)

    def texture(x: Array, y: Array) -> Array:
        u = (x - at[0]) * np.cos(angle) + (y - at[1]) * np.sin(angle)
        v = -(x - at[0]) * np.sin(angle) + (y - at[1]) * np.cos(angle)
        line = edge_at + 5 * np.sin(u / 26 + phase) + 3 * np.sin(u / 9)
        bright = smooth(-4, 4, v - line)
        skin = mix(np.broadcast_to(k.NAMARI * 0.75, (*u.shape, 3)), np.broadcast_to(k.GIN, (*u.shape, 3)), bright)
        wave = 1 + 0.05 * np.sin(u * 0.9) * 0.5 + 0.10 * np.sin(u / 130 + v / 60)
        return skin * wave[..., None]

    return texture


def knife(c: Canvas, form: str) -> None:
    flat_ground(c)
    lean = c.between(-1.25, -0.85)
    handle: Colour = c.pick(k.HINOKI, k.KURI, k.SUSU)  # type: ignore[assignment]
    if "snips" in form:
        for side in (-1, 1):
            strand(c, [(480 + side * 6, 300), (480 + side * 130, 420), (480 + side * 96, 700)], 44, k.NAMARI, gloss=0.6)
            blade = [(480 + side * 112, 690), (480 + side * 60, 690), (480 - side * 8, 1030)]
            cut_out(c, [blade], k.GIN, gloss=0.6, round_off=7)
        return
    if "clippers" in form:
        body = turned(box_points(150, 560), (480, 600), 0.4)
        cut_out(c, [rounded(body)], k.NAMARI * 0.8, gloss=0.6, round_off=16, lift=18)
        cut_out(c, [rounded(turned(box_points(96, 500), (496, 566), 0.46))], k.GIN, gloss=0.7, round_off=14, lift=16)
        blob(c, 566, 420, 26, 26, k.GIN * 0.9, gloss=0.8)
        return
    long = 300 if "paring" in form else 440
    tall = 62 if "paring" in form else 100
    at = (500, 560)
    blade = [
        (-long, -tall),
        (long * 0.6, -tall),
        (long * 0.92, -tall * 0.4),
        (long, tall * 0.7),
        (long * 0.8, tall * 0.95),
        (-long, tall),
    ]
    cut_out(c, [turned(blade, at, lean)], steel(c, tall * 0.42, lean, at), gloss=0.35, round_off=7, lift=16)
    strand(
        c,
        turned([(-long - 330, -tall * 0.1), (-long - 160, -tall * 0.14), (-long + 14, -tall * 0.1)], at, lean),
        66,
        handle,
        gloss=0.2,
        lift=16,
    )
    strand(c, turned([(-long - 20, -tall * 0.1), (-long + 22, -tall * 0.1)], at, lean), 74, k.KURO, gloss=0.5, lift=12)


def comb(c: Canvas, form: str) -> None:
    flat_ground(c)
    tone = c.pick(k.rgb("d9b15c"), k.rgb("c89a4b"), k.rgb("e0bf78"))

    def boxwood(x: Array, y: Array) -> Array:
        wave = np.sin(x * 0.10 + np.sin(y * 0.012) * 3) * 0.03 + np.sin(y * 0.7) * 0.012
        return tone * (1 + wave)[..., None]

    if "hairpin" in form:
        for shift in (-26, 26):
            strand(c, [(400 + shift, 420), (520 + shift, 760), (640 + shift * 0.4, 1080)], 20, boxwood, gloss=0.5)
        cut_out(
            c,
            [arc(410, 340, 150, 0, 6.29, 80)],
            boxwood,
            holes=[arc(444, 316, 118, 0, 6.29, 70)],
            gloss=0.5,
            round_off=12,
        )
    elif "pouch" in form:
        texture, dye = any_print(c)
        cut_out(c, [rounded([(250, 380), (720, 350), (770, 880), (220, 900)])], texture, round_off=40, lift=20)
        strand(c, [(280, 470), (480, 440), (730, 450)], 12, dye * 0.6 + 0.3)
    else:
        wide, tall = (360, 300) if "fringe" in form else (620, 250)
        lean = c.between(-0.5, 0.5)
        at = (480, 600)
        top = [(x, -tall / 2 - 70 * np.cos(x / wide * np.pi)) for x in np.linspace(-wide / 2, wide / 2, 30)]
        body = [*top, (wide / 2, tall / 2), (-wide / 2, tall / 2)]
        teeth = int(wide / 15)
        gaps = []
        for index in range(1, teeth):
            x = -wide / 2 + 26 + index * (wide - 52) / teeth
            gaps.append(
                turned([(x - 3.4, -tall * 0.10), (x + 3.4, -tall * 0.10), (x + 4.2, tall), (x - 4.2, tall)], at, lean)
            )
        cut_out(c, [turned(body, at, lean)], boxwood, holes=gaps, gloss=0.45, round_off=12, lift=14)


def brush(c: Canvas, form: str) -> None:
    flat_ground(c)
    hair = c.pick(k.rgb("efe6d4"), k.rgb("4b3528"), k.rgb("8a5d3b"))
    if "scrub" in form:
        _brush_scrub(c)
        return
    if "clothes" in form:
        _brush_clothes(c, hair)
        return
    count = 1 if "writing" in form else 3
    for index in range(count):
        x = 480 + (index - (count - 1) / 2) * 190
        stem_tone = c.pick(k.TAKE, k.KURO, k.AKANE, k.KURI)
        lean = c.between(-60, 60)
        thick = 34 if count == 1 else 44 - index * 8
        strand(c, [(x + lean, 120), (x + lean * 0.3, 560), (x, 720)], thick, stem_tone, gloss=0.4, lift=14)
        strand(c, [(x + lean * 0.05, 690), (x, 740)], thick * 1.2, k.KURO, gloss=0.6, lift=12)
        tip = [
            (x - thick * 0.55, 735),
            (x - thick * 0.85, 840),
            (x, 1010 if count == 1 else 930),
            (x + thick * 0.85, 840),
            (x + thick * 0.55, 735),
        ]
        cut_out(
            c,
            [rounded(tip)],
            lambda u, v, x=x: hair * (1 + 0.12 * np.sin((u - x) * 1.1))[..., None],
            round_off=22,
            lift=12,
        )
    if count == 1:
        sheet(c, (720, 900), (300, 400), 0.2, lambda u, v: k.WASHI * np.ones((*u.shape, 1)), lift=4)
        cut_out(c, [arc(720, 880, 90, 0.4, 5.9, 60) + arc(720, 880, 70, 5.9, 0.4, 60)], k.SUMI, shadow=0, round_off=2)


def _brush_scrub(c: Canvas) -> None:
    for turn in np.linspace(0, 2 * np.pi, 240):
        far = c.between(225, 285)
        x, y = 480 + 1.15 * far * np.cos(turn), 620 + far * np.sin(turn)
        strand(
            c,
            [(480 + 120 * np.cos(turn), 620 + 100 * np.sin(turn)), (x, y)],
            7,
            k.rgb("7d5434") * c.between(0.7, 1.25),
            shadow=0.1,
            lift=3,
        )
    blob(c, 480, 620, 150, 120, k.rgb("6b4529"), wrinkle=0.5, gloss=0.05)
    strand(c, [(480, 380), (520, 250), (450, 180), (430, 330), (480, 390)], 14, k.KINARI)


def _brush_clothes(c: Canvas, hair: Colour) -> None:
    cut_out(
        c,
        [rounded(turned([(-150, -360), (150, -360), (160, 360), (-160, 360)], (480, 600), 0.35))],
        k.rgb("3a2a22"),
        round_off=30,
        lift=30,
    )
    for index in range(150):
        u, v = c.between(-135, 135), -330 + index * 4.4
        x, y = turned([(u, v)], (480, 600), 0.35)[0]
        strand(c, [(x, y), (x + 14, y - 26)], 6, hair * c.between(0.8, 1.1), shadow=0.1, lift=3)


def bamboo(c: Canvas, form: str) -> None:
    tone = k.SUSU * 1.3 if "smoked" in form else c.pick(k.TAKE, k.rgb("c8ad6e"), k.rgb("a8935a"))
    if "whisk" in form:
        _bamboo_whisk(c, tone)
        return
    flat_ground(c)
    if "lunch" in form:
        at, size = (480, 610), (620, 460)
    else:
        at, size = (480, 610), (700, 700)

    def weave(u: Array, v: Array) -> Array:
        cell = 34
        a, b = u / cell, v / cell
        over = (np.floor(a) + np.floor(b)) % 2
        bend = np.where(over == 0, np.cos(np.pi * patterns.wrap(a - 0.5)), np.cos(np.pi * patterns.wrap(b - 0.5)))
        across = np.where(over == 0, patterns.wrap(b - 0.5), patterns.wrap(a - 0.5))
        gap = smooth(0.40, 0.47, np.abs(across))
        fibre = 1 + 0.06 * np.sin(np.where(over == 0, v, u) * 1.3) + 0.05 * np.sin(np.floor(a) * 7 + np.floor(b) * 13)
        return tone * ((0.62 + 0.45 * bend) * fibre * (1 - 0.75 * gap))[..., None]

    if "lunch" in form or "basket" in form:
        _bamboo_lunch(c, weave, at, size, tone, form)
        return
    cut_out(
        c, [arc(*at, 350, 0, 6.29, 120)], lambda x, y: weave(x - at[0], y - at[1]), round_off=60, lift=22, depth=1.2
    )
    cut_out(c, [arc(*at, 358, 0, 6.29, 120)], tone * 0.85, holes=[arc(*at, 326, 0, 6.29, 110)], round_off=12, lift=8)
    for index in range(30):
        angle = index * 0.2094
        strand(
            c,
            [
                (at[0] + 322 * np.cos(angle), at[1] + 322 * np.sin(angle)),
                (at[0] + 362 * np.cos(angle + 0.05), at[1] + 362 * np.sin(angle + 0.05)),
            ],
            9,
            k.SUSU,
            shadow=0.1,
        )


def _bamboo_whisk(c: Canvas, tone: Colour) -> None:
    ground(c, 0.1)
    for index in range(70):
        x = -1 + 2 * index / 69
        strand(
            c,
            [(480 + x * 62, 760), (480 + x * 190, 860), (480 + x * 150, 985), (480 + x * 60, 1010)],
            6,
            tone * c.between(0.95, 1.2) + 0.1,
            shadow=0.15,
            lift=6,
        )
    wooden(c, [(0, 62), (300, 62), (306, 60)], (480, 765), 0.3, tone * 1.1, opened=False)
    strand(c, [(418, 752), (480, 768), (542, 752)], 12, k.SUMI)


def _bamboo_lunch(c: Canvas, weave: Any, at: Any, size: float, tone: Colour, form: str) -> None:
    sheet(c, (at[0], at[1] + 30), (size[0], size[1] * 0.9), 0.06, weave, lift=30, corner=60)
    sheet(c, at, (size[0] * 0.98, size[1] * 0.86), 0.06, weave, lift=10, corner=60)
    rim = [turned(box_points(size[0], size[1] * 0.88), at, 0.06)]
    cut_out(
        c,
        [rounded(rim[0])],
        tone * 0.9,
        holes=[rounded(turned(box_points(size[0] - 54, size[1] * 0.88 - 54), at, 0.06))],
        round_off=10,
        lift=6,
    )
    if "basket" in form:
        strand(c, [(200, 560), (300, 240), (480, 150), (660, 240), (760, 560)], 26, tone * 0.85, lift=30)

"""Still lifes of sweets, tea, grains, beans and noodles."""

from __future__ import annotations

from typing import Any

import numpy as np

from infra.demo.pictures import colours as k
from infra.demo.pictures.canvas import Array, Canvas, Colour
from infra.demo.pictures.foods import dish, jar, vary
from infra.demo.pictures.pieces import blob, cube, cut_out, heap, sheet, strand
from infra.demo.pictures.tableware import flat_ground, ground
from infra.demo.pictures.vessels import glazed, scaled, wooden


def senbei(c: Canvas, form: str) -> None:
    tone, edge = k.rgb("c98a46"), k.rgb("6d3a18")
    if "shrimp" in form:
        tone, edge = k.rgb("e8b490"), k.rgb("c97a58")
    if "soft" in form:
        tone, edge = k.rgb("8a4f25"), k.rgb("4d2812")
    if "walnut" in form:
        x, y, rx, ry = dish(c, True)
        heap(
            c,
            (x, y),
            (rx, ry),
            46,
            lambda px, py: blob(
                c, px, py, 48, 40, vary(c, c.pick(tone, k.rgb("a97442"))), flat=0.7, wrinkle=0.25, edge=edge
            ),
        )  # type: ignore[arg-type]
        return
    if c.chance(0.5):
        flat_ground(c)
        heap(
            c,
            (480, 620),
            (220, 300),
            8,
            lambda x, y: blob(c, x, y, 190, 186, vary(c, tone, 0.08), flat=0.16, gloss=0.3, edge=edge, wrinkle=0.05),
        )
    else:
        x, y, rx, ry = dish(c)
        heap(
            c,
            (x, y),
            (rx * 0.8, ry * 0.75),
            14,
            lambda px, py: blob(c, px, py, 112, 96, vary(c, tone, 0.08), flat=0.16, gloss=0.3, edge=edge),
        )


def wagashi(c: Canvas, form: str) -> None:
    soft = (k.SAKURA, k.SHIRO, k.WAKAKUSA * 1.05, k.YAMABUKI, k.FUJI, k.rgb("a9cfd6"))
    if "konpeito" in form:
        _wagashi_konpeito(c, soft, form)
    elif "amber" in form:
        _wagashi_amber(c)
    elif "yokan" in form:
        ground(c, 0.1)
        cube(c, 380, 960, 300, 240, 170, k.rgb("3a1718"), gloss=0.5)
        for step in range(3):
            cube(c, 600 + step * 84, 985 + step * 8, 62, 240, 168, k.rgb("421b1b"), gloss=0.5)
    elif "rabbit" in form:
        _wagashi_rabbit(c)
    elif "dorayaki" in form:
        _wagashi_dorayaki(c)
    else:
        _wagashi_other(c, soft)


def _wagashi_konpeito(c: Canvas, soft: Any, form: str) -> None:
    tones = (k.YAMABUKI * 1.05, k.SHIRO, k.WAKAKUSA) if "yuzu" in form else soft
    x, y, rx, ry = dish(c, c.chance(0.5))
    heap(
        c,
        (x, y),
        (rx, ry),
        130,
        lambda px, py: blob(c, px, py, 25, 25, c.pick(*tones), bumps=9, gloss=0.25, angle=c.between(0, 1), shadow=0.3),
    )  # type: ignore[arg-type]


def _wagashi_amber(c: Canvas) -> None:
    flat_ground(c)
    dawn = (k.rgb("f0b79a"), k.rgb("b9a3c9"), k.rgb("8fb2d6"), k.rgb("f3d6b3"), k.rgb("d98fa0"))
    heap(
        c,
        (480, 640),
        (280, 320),
        24,
        lambda x, y: cut_out(
            c,
            [
                [
                    (x + r * np.cos(t), y + r * np.sin(t))
                    for t, r in zip(np.linspace(0, 5.6, 6), c.rng.uniform(52, 92, 6), strict=True)
                ]
            ],
            c.pick(*dawn),
            round_off=16,
            gloss=0.6,
            lift=12,
            shadow=0.3,
        ),
    )  # type: ignore[arg-type]


def _wagashi_rabbit(c: Canvas) -> None:
    flat_ground(c)
    for x, y in ((310, 420), (640, 480), (330, 770), (660, 830)):
        blob(c, x, y, 132, 108, k.rgb("e2bd83"), gloss=0.08, flat=0.8, edge=k.rgb("c2904f"))
        for lean in (-1.25, -0.85):
            blob(c, x + 50 + lean * 20, y - 96, 66, 20, k.rgb("dcb377"), angle=lean, gloss=0.05)
        blob(c, x + 82, y - 22, 8, 8, k.KURI, shadow=0)


def _wagashi_dorayaki(c: Canvas) -> None:
    ground(c, 0.1)
    for x, y in ((400, 960), (560, 985), (480, 860)):
        for dy, tone in ((0, k.rgb("8a4a1f")), (-34, k.rgb("3b1c16")), (-64, k.rgb("9a5524"))):
            wooden(
                c,
                [(0, 110), (14, 168), (40, 176), (60, 150), (72, 80), (76, 4)]
                if dy != -34
                else [(0, 160), (40, 166), (44, 4)],
                (x, y + dy),
                0.4,
                tone,
                opened=False,
            )


def _wagashi_other(c: Canvas, soft: Any) -> None:
    x, y, rx, ry = dish(c)
    shapes = int(c.between(9, 13))
    for index in range(shapes):
        px, py = x - rx + (index % 4) * rx * 0.66, y - ry * 0.8 + (index // 4) * ry * 0.85
        tone = soft[index % 6]
        for turn_at in np.linspace(0, 2 * np.pi, 5, endpoint=False):
            blob(c, px + 26 * np.cos(turn_at), py + 22 * np.sin(turn_at), 28, 24, tone, gloss=0.05, shadow=0.2)
        blob(c, px, py, 13, 11, k.YAMABUKI, gloss=0.1, shadow=0.1)


def tea(c: Canvas, form: str) -> None:
    leaf = k.rgb("3f5a2c")
    if "roast" in form:
        leaf = k.rgb("6b4426")
    if "matcha" in form:
        _tea_matcha(c)
        return
    x, y, rx, ry = dish(c)

    def one(px: float, py: float) -> None:
        turn_by, long = c.between(0, 3.14), c.between(16, 32)
        strand(
            c,
            [
                (px - long * np.cos(turn_by), py - long * np.sin(turn_by)),
                (px + c.between(-5, 5), py + c.between(-5, 5)),
                (px + long * np.cos(turn_by), py + long * np.sin(turn_by)),
            ],
            c.between(6, 10),
            vary(c, leaf, 0.3),
            shadow=0.25,
            lift=3,
        )

    heap(c, (x, y), (rx * 0.9, ry * 0.85), 210, one)
    if "rice" in form:
        _tea_rice(c, x, y, rx, ry)


def _tea_matcha(c: Canvas) -> None:
    ground(c, 0.25)
    bowl = [(0, 110), (20, 124), (40, 190), (140, 244), (270, 252), (280, 250)]
    glazed(
        c,
        scaled(bowl, 1.12, 1.1),
        (480, 1000),
        0.5,
        c.pick(k.rgb("33302c"), k.HAIYU, k.rgb("8b4d33"), k.SEIJI),
        k.KURI,
        fill=(170, k.rgb("8fae4a")),
    )


def _tea_rice(c: Canvas, x: float, y: float, rx: float, ry: float) -> None:
    heap(
        c,
        (x, y),
        (rx * 0.9, ry * 0.85),
        50,
        lambda px, py: blob(c, px, py - 12, 13, 9, vary(c, k.rgb("d9b06b")), angle=c.between(0, 3), wrinkle=0.2),
    )


def honey(c: Canvas, form: str) -> None:
    if "drops" in form:
        x, y, rx, ry = dish(c, True)
        heap(
            c,
            (x, y),
            (rx * 0.9, ry * 0.9),
            34,
            lambda px, py: blob(c, px, py, 46, 42, vary(c, k.rgb("e09a2c"), 0.16), gloss=0.7, shadow=0.3),
        )
        return
    ground(c, 0.12)
    tone = k.rgb("e8b04a") if "spring" in form else k.rgb("b8681c")
    jar(c, (440, 990), 1.25, tone, c.pick(k.KINARI, k.KIN, k.SHIRO), clear=0.8)
    strand(c, [(720, 1040), (800, 800), (880, 610)], 20, k.HINOKI, lift=18)
    for step in range(5):
        blob(c, 716 - step * 2, 1040 - step * 24, 50 - 4 * abs(step - 2), 15, k.HINOKI * 0.95, gloss=0.2, shadow=0.2)


def rice(c: Canvas, form: str) -> None:
    if "mochi" in form:
        ground(c, 0.1)
        for x, y in ((330, 900), (560, 900), (440, 780), (330, 1030), (580, 1030)):
            cube(c, x, y, 190, 190, 82, k.rgb("f6f2e8"))
        return
    if "biscuit" in form:
        _rice_biscuit(c)
        return
    tones: tuple[Colour, ...] = (k.rgb("f4f0e4"), k.rgb("fbf8ee"))
    if "grains" in form:
        tones = (k.rgb("d9b06b"), k.rgb("7b3a2a"), k.rgb("3a2a2a"), k.rgb("e9d9b0"), k.rgb("a5682f"), k.rgb("8f9a4a"))
    if c.chance(0.5):
        x, y, rx, ry = dish(c, True)
    else:
        ground(c, 0.1)
        wooden(
            c,
            [(0, 250), (8, 254), (120, 262), (160, 266)],
            (480, 980),
            0.7,
            k.HINOKI,
            staves=26,
            hoops=(0.3,),
            hoop=k.rgb("b87a3d"),
        )
        x, y, rx, ry = 480, 850, 205, 130
    heap(
        c,
        (x, y),
        (rx, ry),
        420,
        lambda px, py: blob(
            c, px, py, 19, 9, vary(c, c.pick(*tones), 0.06), angle=c.between(0, 3.1), gloss=0.35, shadow=0.25
        ),
    )  # type: ignore[arg-type]


def _rice_biscuit(c: Canvas) -> None:
    flat_ground(c)
    heap(
        c,
        (480, 620),
        (250, 300),
        16,
        lambda x, y: blob(c, x, y, 100, 96, vary(c, k.rgb("e6c894"), 0.08), flat=0.2, gloss=0.06, edge=k.rgb("bf8a4a")),
    )


def noodles(c: Canvas, form: str) -> None:
    if "biscuit" in form:
        rice(c, "biscuit")
        return
    flat_ground(c)
    tone = k.rgb("8d7a5e") if "soba" in form else k.rgb("f1e8d2")
    fine = 5.0 if "fine" in form else 8.0 if "soba" in form else 13.0
    for bundle, x in enumerate((270, 480, 690)):
        lean = c.between(-0.05, 0.05)

        def threads(u: Array, v: Array, bundle: int = bundle) -> Array:
            bend = u + 3 * np.sin(v / 90 + bundle)
            wave = np.sin(bend / fine * 2 * np.pi)
            body = np.sqrt(np.clip(1 - (u / 88) ** 2, 0.05, 1))
            return tone * ((0.80 + 0.20 * wave) * (0.6 + 0.45 * body))[..., None]

        sheet(c, (x, 600 + 24 * (-1) ** bundle), (172, 780), lean, threads, lift=18, corner=10)
        band = c.pick(k.AKANE, k.AI, k.MATSU, k.KURO, k.WASHI)
        sheet(
            c,
            (x, 600 + 24 * (-1) ** bundle),
            (178, 96),
            lean,
            lambda u, v, band=band: band * (0.65 + 0.4 * np.sqrt(np.clip(1 - (u / 90) ** 2, 0.05, 1)))[..., None],
            lift=3,
        )


def beans(c: Canvas, form: str) -> None:
    if "flour" in form:
        x, y, rx, ry = dish(c, True)
        heap(
            c,
            (x, y),
            (rx, ry),
            260,
            lambda px, py: blob(c, px, py, 30, 20, vary(c, k.rgb("d8b878"), 0.04), gloss=0.02, shadow=0.10),
        )
        strand(c, [(540, 650), (740, 420), (850, 300)], 30, k.HINOKI, lift=22)
        return
    tone, size, gloss = k.rgb("211b1d"), 30.0, 0.5
    if "simmered" in form:
        tone, size = k.rgb("7a3550"), 48.0
    if "peanut" in form:
        tone, size, gloss = k.rgb("cfa26a"), 34.0, 0.15
    x, y, rx, ry = dish(c, c.chance(0.6))

    def how(px: float, py: float) -> None:
        shade, lean = vary(c, tone, 0.2), c.between(0, 3.1)
        blob(c, px, py, size, size * 0.74, shade, angle=lean, gloss=gloss, wrinkle=0.08)

    heap(c, (x, y), (rx * 0.92, ry * 0.9), int(4200 / size), how)

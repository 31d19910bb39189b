"""Still lifes of glass, lacquer, pottery, iron, tin and wood. Every function draws one form on a canvas."""

from __future__ import annotations

from typing import Any

import numpy as np

from infra.demo.pictures import colours as k
from infra.demo.pictures import patterns
from infra.demo.pictures.canvas import Canvas, Colour
from infra.demo.pictures.pieces import blob, box_points, cube, cut_out, strand, turned
from infra.demo.pictures.vessels import Profile, clear_glass, cut_glass, glazed, lacquer, scaled, wooden

GLASS_TONES = (k.RURI, k.AKANE, k.MURASAKI, k.MATSU, k.KON, k.KOHAKU, k.BENI, k.ASAGI)
TUMBLER: Profile = [(0, 128), (20, 134), (80, 142), (260, 158), (420, 172), (432, 172)]
ROCKS: Profile = [(0, 168), (20, 178), (60, 184), (200, 198), (300, 206), (310, 206)]
CUP: Profile = [(0, 86), (16, 92), (40, 104), (120, 132), (200, 150), (208, 150)]
BOWL: Profile = [(0, 104), (18, 112), (34, 108), (60, 170), (130, 258), (220, 318), (300, 336), (308, 336)]
JAR: Profile = [(0, 150), (16, 160), (120, 196), (260, 214), (380, 186), (440, 128), (470, 120), (486, 126)]


def ground(c: Canvas, dark: float = 0.18) -> None:
    """A wall and a table that suit still life; sometimes a dark one."""
    wall, table = c.pick(*(k.DARK_GROUNDS if c.chance(dark) else k.GROUNDS))  # type: ignore[misc]
    c.still_life(wall, table, c.between(0.56, 0.66))
    if c.chance(0.5):
        c.window_light(0.07)


def flat_ground(c: Canvas) -> None:
    """A surface seen from above for things that lie."""
    kind = str(c.pick("linen", "wood", "stone", "paper", "linen"))
    tone = (
        c.pick(k.SUSU * 1.15, k.CHA * 1.1, k.KIRI, k.rgb("8d7a62"))
        if kind == "wood"
        else c.pick(*k.GROUNDS)[int(c.chance(0.5))]
    )  # type: ignore[index]
    c.table_top(tone, kind)


def near(c: Canvas) -> tuple[float, float]:
    """Where the main thing stands: near the middle, a hand to either side."""
    return 480 + c.between(-40, 40), 985 + c.between(-50, 20)


def kiriko(c: Canvas, form: str) -> None:
    ground(c, 0.3)
    tone = c.pick(*GLASS_TONES)
    cut = str(c.pick(*patterns.CUTS))
    cell = {"nanako": 44, "kikutsunagi": 84, "yarai": 66, "asanoha": 96, "kagome": 76, "shippo": 80}[cut]
    cell *= c.between(0.85, 1.15)
    for name in patterns.CUTS:
        cut = name if name in form else cut
    tilt = c.between(0.34, 0.44)
    x, y = near(c)
    if "akane" in form:
        tone = k.AKANE
    if "pendant" in form:
        strand(c, [(300, -20), (330, 260), (480, 520), (630, 260), (660, -20)], 7, k.KIN, lift=16, gloss=0.8)
        cut_glass(c, [(0, 6), (60, 90), (150, 120), (240, 90), (300, 8)], (480, 860), 0.3, tone, "asanoha", 60)
    elif "hashioki" in form:
        for bx, by, shade in ((380, 790, tone), (590, 960, c.pick(*GLASS_TONES))):
            cut_glass(c, [(0, 150), (12, 156), (46, 150), (60, 120)], (bx, by), 0.6, shade, "kikutsunagi", 60)
    elif "bowl" in form:
        cut_glass(c, scaled(BOWL, 1.0, 1.02), (x, y), tilt + 0.06, tone, cut, cell)
    elif "small" in form:
        cut_glass(c, scaled(CUP, 1.1, 1.1), (x - 150, y - 120), tilt, c.pick(*GLASS_TONES), cut, cell * 0.8)
        cut_glass(c, scaled(CUP, 1.35, 1.35), (x + 100, y), tilt, tone, cut, cell * 0.9)
    else:
        profile = ROCKS if "rocks" in form else TUMBLER
        if c.chance(0.35):
            cut_glass(c, scaled(profile, 0.94, 0.94), (x - 190, y - 170), tilt, c.pick(*GLASS_TONES), cut, cell)
            cut_glass(c, scaled(profile, 1.2, 1.15), (x + 110, y), tilt, tone, cut, cell)
        else:
            cut_glass(c, scaled(profile, 1.38, 1.38), (x, y), tilt, tone, cut, cell)


def glass(c: Canvas, form: str) -> None:
    ground(c, 0.3)
    tone = c.pick(k.rgb("c9e4df"), k.rgb("cfe0ee"), k.rgb("e7e3cf"), k.rgb("d3e6cb"), k.rgb("e3d0dc"), k.rgb("bcd7e6"))
    x, y = near(c)
    if "plate" in form:
        clear_glass(c, [(0, 170), (10, 210), (40, 330), (66, 372), (72, 374)], (x, y - 90), 0.62, tone)
    elif "chime" in form:
        strand(c, [(480, -10), (480, 360)], 5, k.AKANE, lift=20)
        clear_glass(c, [(0, 196), (40, 212), (150, 222), (290, 150), (346, 30), (350, 6)], (480, 800), 0.16, tone)
        strand(c, [(480, 770), (480, 900)], 4, k.AKANE, lift=20)
        cut_out(c, [turned(box_points(92, 240), (480, 1010), c.between(-0.1, 0.1))], k.WASHI, round_off=2, lift=26)
    elif "vase" in form:
        vase = [(0, 110), (30, 150), (130, 168), (240, 110), (330, 42), (420, 36), (434, 48)]
        bend = c.between(-90, 90)
        clear_glass(c, scaled(vase, 1.2, 1.25), (x, y), 0.3, tone)
        stem(c, (x, y - 480), (x + bend, y - 860))
    else:
        clear_glass(c, scaled(ROCKS, 1.0, 0.86), (x - 150, y - 150), 0.38, c.pick(tone, k.rgb("d9e4ea")))
        clear_glass(c, scaled(ROCKS, 1.15, 1.0), (x + 90, y), 0.38, tone)


def stem(c: Canvas, foot: tuple[float, float], tip: tuple[float, float]) -> None:
    """One wild flower: a bent stem, leaves and a few blossoms."""
    mid = ((foot[0] + tip[0]) / 2 + 22, (foot[1] + tip[1]) / 2)
    strand(c, [foot, mid, tip], 7, k.MATSU, lift=14, shadow=0.2)
    bloom = c.pick(k.SAKURA, k.SHIRO, k.FUJI, k.AKANE, k.YAMABUKI)
    for at, side in ((0.35, -1), (0.55, 1), (0.72, -1)):
        px, py = foot[0] + (tip[0] - foot[0]) * at + 12, foot[1] + (tip[1] - foot[1]) * at
        blob(c, px + side * 52, py - 26, 62, 20, k.MOEGI * 0.85, angle=-side * 0.5, gloss=0.1, shadow=0.15)
    for px, py, size in ((0, 0, 1.0), (-56, 52, 0.7), (50, 70, 0.6)):
        for turn in np.linspace(0, 2 * np.pi, 5, endpoint=False) + 0.3:
            far = 30 * size
            x, y = tip[0] + px + far * np.cos(turn), tip[1] + py + far * np.sin(turn)
            blob(c, x, y, 26 * size, 19 * size, bloom, angle=turn, gloss=0.05, shadow=0.12)
        blob(c, tip[0] + px, tip[1] + py, 10 * size, 10 * size, k.YAMABUKI, gloss=0.1, shadow=0.1)


def lacquerware(c: Canvas, form: str) -> None:
    ground(c, 0.12)
    x, y = near(c)
    outer, inner = c.pick((k.AKANE, k.KURO), (k.KURO, k.AKANE), (k.TAMA, k.KURO), (k.SHU * 0.85, k.SHU * 0.8))  # type: ignore[misc]
    if "natsume" in form:
        caddy = [(0, 150), (10, 172), (90, 190), (200, 196), (292, 190), (330, 168), (346, 100), (352, 4)]
        lacquer(c, scaled(caddy, 1.35, 1.35), (x, y), 0.32, k.KURO, k.KURO, gold=True, opened=False)
    elif "chopsticks" in form:
        _lacquerware_chopsticks(c)
    elif "plate" in form or "tray" in form:
        _lacquerware_plate(c, outer, form)
    elif "bento" in form:
        box = [(0, 300), (10, 304), (150, 304), (158, 300)]
        wooden(c, box, (x, y), 0.5, k.KURI, opened=False)
        wooden(c, [(0, 306), (6, 310), (70, 310), (80, 300), (84, 4)], (x, y - 128), 0.5, k.CHA, opened=False)
    elif "spoon" in form:
        flat_ground(c)
        for cx, tone in ((400, k.SHU), (580, k.KURO)):
            strand(c, [(cx + 60, 980), (cx + 10, 700), (cx, 470)], 30, tone, gloss=0.7)
            blob(c, cx, 390, 78, 112, tone, gloss=0.75)
            blob(c, cx + 4, 400, 56, 86, tone * 0.72, gloss=0.5, shadow=0)
    elif "mirror" in form:
        _lacquerware_mirror(c)
    else:
        if c.chance(0.5):
            lacquer(c, scaled(BOWL, 0.82, 0.8), (x - 170, y - 190), 0.42, inner, outer)
        lacquer(c, scaled(BOWL, 1.1, 1.06), (x + 20, y), 0.42, outer, inner, gold=c.chance(0.3))


def _lacquerware_chopsticks(c: Canvas) -> None:
    flat_ground(c)
    for shift, tone in ((0, k.AKANE), (64, k.KURO)):
        for step in (0, 24):
            cx = 470 + shift + step
            path = [(cx - 210, 230), (cx + 120, 1010)]
            strand(c, path, 17 - step * 0.1, tone, gloss=0.7, lift=9)
    cube(c, 350, 400, 150, 40, 26, k.HINOKI)


def _lacquerware_plate(c: Canvas, outer: Colour, form: str) -> None:
    flat = [(0, 300), (8, 330), (30, 372), (44, 384), (48, 384)]
    lacquer(c, scaled(flat, 1.0, 1.03), (480, 800), 0.66, outer, outer if "tray" in form else k.KURI)
    if "plate" in form:
        for dx, tone in ((-90, k.SAKURA), (70, k.MATCHA)):
            blob(c, 480 + dx, 740 + abs(dx) * 0.3, 84, 70, tone, gloss=0.12)
    else:
        lacquer(c, scaled(BOWL, 0.55, 0.5), (470, 790), 0.6, k.KURO, k.AKANE)


def _lacquerware_mirror(c: Canvas) -> None:
    flat_ground(c)
    strand(c, [(590, 1120), (520, 820)], 66, k.KURO, gloss=0.6, lift=14)
    blob(c, 470, 560, 330, 330, k.KURO * 1.25, flat=0.16, gloss=0.35)
    for turn in range(5):
        cx, cy = 330 + 70 * turn, 480 + 62 * (turn % 3)
        blob(c, cx, cy, 40, 19, k.KIN, angle=-0.4, gloss=0.6, shadow=0)
        blob(c, cx + 40, cy - 14, 13, 12, k.KIN, gloss=0.6, shadow=0)
        cut_out(c, [[(cx - 6, cy), (cx - 48, cy - 54), (cx + 20, cy - 14)]], k.KIN, shadow=0, gloss=0.5)
    for step in range(6):
        strand(
            c,
            [(210 + step * 6, 700 + step * 18), (460, 680 + step * 18), (720 - step * 8, 705 + step * 18)],
            4,
            k.KIN,
            shadow=0,
        )


def pottery(c: Canvas, form: str) -> None:
    ground(c, 0.12)
    x, y = near(c)
    glaze = c.pick(k.HAIYU, k.SEIJI, k.KAYU, k.rgb("9db0b5"), k.rgb("cbb891"), k.rgb("6d7f78"))
    clay = c.pick(k.rgb("8a6a50"), k.rgb("6d4f3c"), k.rgb("a08466"))
    painted = str(c.pick("seigaiha", "asanoha", "shippo", "kikko", "tatewaku", "nami"))
    if "plate" in form:
        dish = [(0, 190), (8, 210), (40, 320), (70, 356), (76, 358)]
        glazed(c, dish, (480, 830), 0.72, k.HAKUJI, k.rgb("d9d2c6"))
        _rabbit(c, 480, 790)
    elif "teapot" in form:
        glazed(c, _teapot(), (x, y), 0.36, k.HAKUJI if "white" in form else glaze, clay, opened=False)
        strand(c, [(x + 215, y - 200), (x + 300, y - 250), (x + 350, y - 330)], 52, k.HAKUJI * 0.97, gloss=0.4)
        strand(c, [(x - 200, y - 190), (x - 300, y - 230), (x - 370, y - 270)], 42, k.HAKUJI * 0.94, gloss=0.4)
    elif "donabe" in form:
        _pottery_donabe(c, clay, x, y)
    elif "vase" in form:
        tall = [(0, 120), (20, 140), (180, 196), (320, 170), (440, 92), (540, 66), (580, 84), (588, 88)]
        stem(c, (x, y - 520), (x + c.between(-110, 110), y - 850))
        glazed(c, scaled(tall, 0.95, 1.0), (x, y), 0.3, glaze, clay)
    elif "pourer" in form:
        body = glazed(c, scaled(BOWL, 0.9, 0.86), (x, y), 0.44, glaze, clay, fill=(215, k.rgb("d8d3bd")))
        rim = body.top / c.scale + 110
        blob(c, x + 290, rim + 30, 62, 30, glaze * 0.92, angle=-0.4, gloss=0.3)
    elif "ricebowl" in form:
        _pottery_ricebowl(c, x, y, painted)
    elif "soba" in form:
        chuck = [(0, 130), (16, 138), (150, 158), (280, 186), (290, 186)]
        glazed(c, chuck, (x - 150, y - 170), 0.42, k.HAKUJI, k.rgb("d7cdbd"), figure=painted)
        glazed(c, scaled(chuck, 1.2, 1.18), (x + 110, y), 0.42, k.HAKUJI, k.rgb("d7cdbd"), figure="nami")
    else:
        cup = [(0, 100), (16, 112), (60, 150), (240, 168), (330, 172), (338, 170)]
        tea = (250.0, k.rgb("9aa04a")) if c.chance(0.6) else None
        glazed(c, scaled(cup, 1.2, 1.2), (x, y), 0.40, glaze, clay, fill=tea)


def _pottery_donabe(c: Canvas, clay: Colour, x: float, y: float) -> None:
    pot = [(0, 190), (20, 214), (100, 300), (180, 326), (196, 322)]
    glazed(c, pot, (x, y), 0.4, k.rgb("4b3a30"), clay, opened=False)
    for side in (-1, 1):
        blob(c, x + side * 335, y - 150, 48, 26, k.rgb("43342b"), gloss=0.3)
    lid = [(0, 316), (30, 300), (84, 220), (116, 110), (124, 60), (160, 64), (168, 50), (170, 3)]
    glazed(c, lid, (x, y - 178), 0.4, k.rgb("55433a"), clay, opened=False)


def _pottery_ricebowl(c: Canvas, x: float, y: float, painted: Any) -> None:
    glazed(
        c,
        scaled(BOWL, 0.98, 0.9),
        (x, y),
        0.42,
        k.HAKUJI,
        k.rgb("d7cdbd"),
        figure=painted if c.chance(0.4) else None,
    )


def _teapot() -> Profile:
    return [
        (0, 120),
        (30, 190),
        (140, 236),
        (230, 210),
        (282, 130),
        (296, 110),
        (312, 60),
        (330, 26),
        (352, 30),
        (366, 4),
    ]


def _rabbit(c: Canvas, x: float, y: float) -> None:
    ink = k.rgb("2b4f93")
    blob(c, x, y, 92, 52, ink, gloss=0.1, shadow=0)
    blob(c, x + 84, y - 30, 40, 30, ink, gloss=0.1, shadow=0)
    for lean in (-0.7, -1.1):
        blob(c, x + 70, y - 84, 52, 13, ink, angle=lean, gloss=0.1, shadow=0)

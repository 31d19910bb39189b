"""Still lifes of fans, dolls, tops, paddles and incense."""

from __future__ import annotations

import numpy as np

from infra.demo.pictures import colours as k
from infra.demo.pictures import patterns
from infra.demo.pictures.canvas import Array, Canvas, Colour, mix, smooth
from infra.demo.pictures.cloths import DYES, any_print, print_of
from infra.demo.pictures.papers import sachets
from infra.demo.pictures.pieces import arc, blob, box_points, cube, cut_out, rounded, sheet, strand, turned
from infra.demo.pictures.tableware import flat_ground, ground
from infra.demo.pictures.vessels import glazed, wooden


def fan(c: Canvas, form: str) -> None:
    flat_ground(c)
    dye = c.pick(*DYES)
    if "round" in form:
        _fan_round(c, dye)
        return
    hub, far = (480, 930), 468
    first, last = -np.pi + 0.32, -0.32
    pleats = 22
    texture = _fan_leaf(c, form, hub, far, dye)
    for index in range(pleats):
        a, b = (first + (last - first) * at / pleats for at in (index, index + 1))
        mid = (a + b) / 2
        strand(
            c,
            [hub, (hub[0] + far * 0.5 * np.cos(mid), hub[1] + far * 0.5 * np.sin(mid))],
            13,
            k.TAKE if "display" not in form else k.KURO,
            lift=6,
            shadow=0.2,
        )
    for index in range(pleats):
        a, b = (first + (last - first) * at / pleats for at in (index, index + 1))
        shade = 1.04 if index % 2 else 0.86
        leaf = arc(*hub, far, a, b, 6) + arc(*hub, far * 0.42, b, a, 6)
        cut_out(c, [leaf], lambda u, v, shade=shade: texture(u, v) * shade, round_off=2, shadow=0.22, lift=12)
    for edge in (first, last):
        strand(c, [hub, (hub[0] + far * np.cos(edge), hub[1] + far * np.sin(edge))], 26, k.KURI, gloss=0.3)
    blob(c, *hub, 17, 17, k.KIN, gloss=0.8)


def _fan_round(c: Canvas, dye: Colour) -> None:
    strand(c, [(480, 1130), (480, 700)], 30, k.TAKE, gloss=0.3)
    water = dye * 0.25 + 0.72
    texture = print_of(c, "nami", k.HANADA, water, 120)
    cut_out(
        c,
        [rounded([(480, 830), (180, 660), (170, 330), (480, 190), (790, 330), (780, 660)])],
        texture,
        round_off=5,
        lift=18,
    )
    for x, y, lean in ((400, 470, 0.5), (570, 610, 3.6)):
        cut_out(
            c,
            [rounded(turned([(60, 0), (150, -70), (130, 0), (150, 70)], (x, y), lean))],
            k.SHU * 1.05,
            shadow=0.15,
            lift=4,
            round_off=8,
        )
        blob(c, x, y, 72, 44, k.SHU, angle=lean, gloss=0.25, shadow=0.2)


def _fan_leaf(c: Canvas, form: str, hub: tuple[float, float], far: float, dye: Colour):  # noqa: ANN202
    plain = k.KIN * 1.05 if "display" in form else c.pick(k.SHIRO, k.WASHI, k.SAKURA)
    ink = k.MATSU if "pine" in form else k.AKANE if "melon" in form else dye

    def texture(x: Array, y: Array) -> Array:
        d = np.hypot(x - hub[0], y - hub[1]) / far
        out = np.broadcast_to(plain, (*x.shape, 3))
        if "melon" in form:
            seeds = patterns.mameshibori(x / 60, y / 60, 0.03)
            out = mix(out, np.broadcast_to(k.rgb("d8483f"), out.shape), smooth(0.86, 0.84, d))
            out = mix(out, np.broadcast_to(k.MATSU, out.shape), smooth(0.92, 0.93, d))
            return mix(out, np.broadcast_to(k.SUMI, out.shape), seeds * smooth(0.8, 0.78, d) * 0.9)
        wave = patterns.seigaiha(x / 120, y / 120, 0.015) if "wave" in form else patterns.nami(x / 150, y / 110, 0.02)
        shore = smooth(0.0, 0.06, 0.8 + 0.09 * np.sin(x / 100) - d)
        out = mix(out, np.broadcast_to(ink, out.shape), shore * 0.92 * (0.25 + 0.75 * wave))
        moon = np.hypot(x - hub[0] - 150, y - hub[1] + 330)
        return mix(out, np.broadcast_to(k.YAMABUKI, out.shape), smooth(46, 44, moon))

    return texture


def incense(c: Canvas, form: str) -> None:
    if "sachet" in form:
        sachets(c)
        return
    ground(c, 0.45)
    if "sticks" in form or "dish" in form:
        dish = [(0, 110), (8, 130), (30, 214), (52, 250), (58, 252)]
        glazed(
            c,
            dish,
            (480, 1000),
            0.5,
            c.pick(k.SEIJI, k.HAKUJI, k.rgb("3c4644"), k.HAIYU),
            k.CHA,
            fill=(38, k.rgb("cfc9bd")),
        )
        count = 3 if "sticks" in form else 1
        for index in range(count):
            x = 480 + (index - (count - 1) / 2) * 34
            strand(
                c,
                [(x, 940), (x + (index - 1) * 10 + 4, 520)],
                8,
                c.pick(k.rgb("5d6b3a"), k.rgb("6b4a32"), k.MURASAKI * 0.9),
                shadow=0.1,
            )
            blob(c, x + (index - 1) * 10 + 4, 518, 6, 8, k.rgb("e0643a"), gloss=0, shadow=0)
        _smoke(c, 484, 510)
    else:
        flat_ground(c)
        for index in range(6):
            texture, _ = any_print(c)
            x, y = 290 + (index % 2) * 370, 330 + (index // 2) * 280
            petals = [
                p
                for turn in np.linspace(0, 2 * np.pi, 5, endpoint=False)
                for p in arc(x + 62 * np.cos(turn), y + 62 * np.sin(turn), 66, turn - 1.25, turn + 1.25, 12)
            ]
            cut_out(c, [petals], texture, round_off=6, lift=10)
            blob(c, x, y, 19, 19, k.YAMABUKI, gloss=0.2, shadow=0.15)


def _smoke(c: Canvas, x: float, y: float) -> None:
    rows = np.arange(0, int(y * c.scale))
    columns = np.arange(c.width)[None, :] / c.scale
    rise = (y - rows / c.scale)[:, None]
    path = x + np.sin(rise / 74 + 1) * rise * 0.14 + np.sin(rise / 31) * rise * 0.035
    wide = 3 + rise * 0.055
    veil = np.exp(-(((columns - path) / wide) ** 2)) * np.exp(-rise / 430) * 0.42
    veil += np.exp(-(((columns - path - wide * 1.3) / (wide * 1.8)) ** 2)) * np.exp(-rise / 300) * 0.16
    c.put(np.ones(3, np.float32) * 0.95, veil.astype(np.float32), 0, 0)


def kokeshi(c: Canvas, form: str) -> None:
    ground(c, 0.1)
    if "blocks" in form:
        marks = list(DYES)
        for index in range(6):
            x, y = 300 + (index % 3) * 190, 960 - (index // 3) * 170
            cube(c, x, y, 165, 150, 150, k.HINOKI * c.between(0.94, 1.04))
            name = str(c.pick("asanoha", "seigaiha", "uroko", "ichimatsu", "shippo", "kikko"))
            cut_out(
                c,
                [turned(box_points(112, 112), (x, y - 75), 0)],
                print_of(c, name, marks[(index * 5) % 12], k.HINOKI, 56),
                round_off=2,
                shadow=0,
            )
        return
    if "top" in form:
        tones = [c.pick(*DYES) for _ in range(5)]
        for x, y, size in ((330, 760, 0.8), (560, 980, 1.25)):
            _rainbow_top(c, x, y, size, tones)
        return
    if "daruma" in form:
        for x, y, size in ((320, 800, 0.72), (580, 990, 1.15)):
            _daruma(c, x, y, size)
        return
    for x, y, size in ((310, 850, 0.82), (590, 990, 1.12)):
        _doll(c, x, y, size, c.pick(*DYES))


def _rainbow_top(c: Canvas, x: float, y: float, size: float, tones: list[Colour]) -> None:
    from infra.demo.pictures.lathe import lit, stand, turn

    profile = [
        (h * size, r * size)
        for h, r in [(0, 8), (60, 40), (110, 170), (150, 196), (180, 180), (196, 60), (204, 20), (300, 16), (306, 4)]
    ]
    body = turn(c, profile, at=(x, y), tilt=0.6)
    radius = np.hypot(body.x, body.z) / (196 * size)
    band = np.clip((radius * 9).astype(int), 0, 8)
    palette = np.array([k.HINOKI, *[tones[i % 5] if i % 2 else k.HINOKI for i in range(8)]])
    stand(c, body, lit(palette[band].astype(np.float32), body.normal, gloss=0.4, sharp=8))


def _daruma(c: Canvas, x: float, y: float, size: float) -> None:
    tone = c.pick(k.SHU, k.AKANE, k.rgb("e9e2d2"), k.KARASHI, k.MATSU)
    wooden(
        c,
        [(h * size, r * size) for h, r in [(0, 130), (30, 190), (140, 220), (270, 180), (360, 90), (384, 6)]],
        (x, y),
        0.22,
        tone,
        opened=False,
    )
    _daruma_face(c, x, y - 230 * size, size)
    for index in range(3):
        strand(
            c,
            [
                (x - 90 * size + index * 24 * size, y - 90 * size),
                (x - 30 * size, y - (60 - index * 22) * size),
                (x + 90 * size - index * 24 * size, y - 90 * size),
            ],
            9 * size,
            k.KIN,
            shadow=0,
        )


def _doll(c: Canvas, x: float, y: float, size: float, dye: Colour) -> None:
    body = [(0, 120), (10, 126), (200, 108), (380, 92), (430, 60), (440, 40)]
    wooden(c, [(h * size, r * size) for h, r in body], (x, y), 0.16, k.HINOKI, opened=False)
    for at, wide in ((60, 16), (90, 6), (330, 12), (350, 5)):
        r = np.interp(at, [h for h, _ in body], [r for _, r in body]) * size
        strand(
            c,
            [(x - r, y - at * size), (x, y - at * size + r * 0.17), (x + r, y - at * size)],
            wide * size,
            dye,
            shadow=0,
        )
    for step, turn in enumerate(np.linspace(0, 2 * np.pi, 7, endpoint=False)):
        blob(
            c,
            x + 40 * size * np.cos(turn),
            y - 200 * size + 46 * size * np.sin(turn),
            21 * size,
            30 * size,
            k.SHU if step % 2 else dye,
            angle=turn,
            gloss=0.05,
            shadow=0,
        )
    _doll_head(c, x, y - 520 * size, size)


def _daruma_face(c: Canvas, x: float, face_y: float, size: float) -> None:
    blob(c, x, face_y, 112 * size, 90 * size, k.WASHI, gloss=0.1, shadow=0)
    for side in (-1, 1):
        blob(c, x + side * 46 * size, face_y - 14 * size, 24 * size, 24 * size, k.SHIRO, gloss=0.2, shadow=0.1)
        blob(c, x + side * 44 * size, face_y - 12 * size, 11 * size, 11 * size, k.SUMI, gloss=0.3, shadow=0)
        strand(
            c,
            [
                (x + side * 16 * size, face_y - 44 * size),
                (x + side * 52 * size, face_y - 64 * size),
                (x + side * 92 * size, face_y - 34 * size),
            ],
            11 * size,
            k.SUMI,
            shadow=0,
        )
    strand(
        c,
        [(x - 22 * size, face_y + 46 * size), (x, face_y + 54 * size), (x + 22 * size, face_y + 46 * size)],
        7 * size,
        k.AKANE,
        shadow=0,
    )


def _doll_head(c: Canvas, x: float, head_y: float, size: float) -> None:
    blob(c, x, head_y, 140 * size, 128 * size, k.rgb("efd6ad"), gloss=0.3)
    cap = [
        (x + 140 * size * np.cos(t), head_y + 128 * size * np.sin(t))
        for t in np.linspace(np.pi * 1.02, np.pi * 1.98, 40)
    ]
    cut_out(
        c,
        [[*cap, (x + 96 * size, head_y - 66 * size), (x, head_y - 40 * size), (x - 96 * size, head_y - 66 * size)]],
        k.SUMI,
        shadow=0,
        round_off=24,
        gloss=0.3,
    )
    for side in (-1, 1):
        strand(
            c,
            [
                (x + side * 24 * size, head_y + 6 * size),
                (x + side * 46 * size, head_y - 2 * size),
                (x + side * 68 * size, head_y + 6 * size),
            ],
            6 * size,
            k.SUMI,
            shadow=0,
        )
    strand(c, [(x - 3 * size, head_y + 22 * size), (x + 4 * size, head_y + 44 * size)], 5 * size, k.CHA, shadow=0)
    blob(c, x, head_y + 66 * size, 13 * size, 7 * size, k.AKANE, gloss=0.1, shadow=0)


def hagoita(c: Canvas, form: str) -> None:
    flat_ground(c)
    if "charm" in form:
        for column, x in enumerate((280, 480, 680)):
            strand(c, [(x, -10), (x, 1050)], 4, k.ENJI, shadow=0.3, lift=16)
            for row in range(4):
                tone = c.pick(*DYES, k.SAKURA, k.YAMABUKI)
                blob(c, x, 210 + row * 240 + column * 40, 74, 64, tone, wrinkle=0.14, gloss=0.08)
                blob(c, x, 150 + row * 240 + column * 40, 16, 12, k.KIN, gloss=0.5, shadow=0.1)
        return
    if "panel" in form:
        sheet(c, (480, 600), (640, 720), 0.03, lambda u, v: k.KIN * np.ones((*u.shape, 1)), lift=16)
        sheet(c, (480, 600), (606, 686), 0.03, print_of(c, "nami", k.HANADA * 0.6 + 0.35, k.rgb("dfe7ea"), 130), lift=2)
        blob(c, 470, 700, 190, 130, k.SHIRO, gloss=0.06)
        blob(c, 610, 640, 96, 84, k.SHIRO, gloss=0.06)
        for lean in (-1.2, -0.75):
            blob(c, 590 + lean * 30, 520, 100, 26, k.SHIRO, angle=lean, gloss=0.05)
        blob(c, 642, 622, 11, 11, k.AKANE, gloss=0.4, shadow=0)
        return
    count = 3 if "tiny" in form else 1
    for index in range(count):
        x, size = 480 + (index - (count - 1) / 2) * 260, 0.62 if count > 1 else 1.15
        _paddle(c, x, size)


def _paddle(c: Canvas, x: float, size: float) -> None:
    board = [(-60, 430), (-52, 140), (-190, -390), (-150, -440), (150, -440), (190, -390), (52, 140), (60, 430)]
    lean = c.between(-0.12, 0.12)
    cut_out(c, [turned([(a * size, b * size) for a, b in board], (x, 620), lean)], k.KIRI, round_off=8, lift=18)
    texture, dye = any_print(c)
    cut_out(
        c,
        [
            turned(
                [(a * size * 0.9, b * size * 0.9 - 22) for a, b in [(-96, 60), (-190, -380), (190, -380), (96, 60)]],
                (x, 620),
                lean,
            )
        ],
        texture,
        round_off=5,
        shadow=0.1,
        lift=2,
    )
    for turn in np.linspace(0, 2 * np.pi, 6, endpoint=False):
        blob(
            c,
            x + 62 * size * np.cos(turn),
            420 + 62 * size * np.sin(turn),
            54 * size,
            40 * size,
            c.pick(k.SAKURA, k.SHU, k.UME),
            angle=turn,
            gloss=0.06,
        )
    blob(c, x, 420, 28 * size, 28 * size, k.YAMABUKI, gloss=0.2)

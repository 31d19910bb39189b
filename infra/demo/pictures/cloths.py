"""Still lifes of cloth, paper and lattice: dyed, woven, folded, knotted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from infra.demo.pictures import colours as k
from infra.demo.pictures import patterns
from infra.demo.pictures.canvas import Array, Canvas, Colour, mix, noise, smooth
from infra.demo.pictures.lathe import lit
from infra.demo.pictures.pieces import arc, blob, cut_out, rounded, sheet, strand
from infra.demo.pictures.tableware import flat_ground, ground

DYES = (k.AI, k.KON, k.AKANE, k.MATSU, k.MURASAKI, k.ASAGI, k.ENJI, k.KARASHI, k.HANADA, k.UGUISU, k.KIKYO, k.BENI)
LIGHTS = (k.SHIRO, k.WASHI, k.KINARI, k.SAKURA, k.rgb("dfe6e4"), k.rgb("e8e2c4"))


def print_of(
    c: Canvas, pattern: str, dye: Colour, plain: Colour, cell: float, *, reverse: bool = False, angle: float = 0.0
) -> Callable[[Array, Array], Array]:
    """Return a texture of one dyed pattern: the dye is uneven, the weave is seen."""
    draw = patterns.CLOTH[pattern]
    shift = c.between(0, 5)
    cosine, sine = np.cos(angle), np.sin(angle)

    def texture(u: Array, v: Array) -> Array:
        x, y = (u * cosine + v * sine) / cell + shift, (v * cosine - u * sine) / cell + shift
        figure = np.clip(draw(x, y, 1.4 / cell / max(c.scale, 0.5)), 0, 1)
        figure = 1 - figure if reverse else figure
        bleed = noise(c.rng, *u.shape, 50 * c.scale, 3)
        weave = 1 + 0.018 * np.sin(u * 2.1) * np.sin(v * 2.1)
        return (
            mix(plain * np.ones((*u.shape, 1), np.float32), dye * (1 + 0.08 * bleed)[..., None], figure * 0.96)
            * weave[..., None]
        )

    return texture


def any_print(c: Canvas, pattern: str = "") -> tuple[Callable[[Array, Array], Array], Colour]:
    name = pattern or str(c.pick(*patterns.CLOTH))
    dye, plain = c.pick(*DYES), c.pick(*LIGHTS)
    cell = c.between(78, 150) * (0.7 if name in ("mameshibori", "higaki", "uroko", "ichimatsu") else 1)
    lean = c.between(0.5, 0.9) if name in ("shima", "koshi") and c.chance(0.4) else 0.0
    return print_of(c, name, dye, plain, cell, reverse=c.chance(0.45), angle=lean), dye


def folded(
    c: Canvas, at: tuple[float, float], size: tuple[float, float], texture, angle: float, layers: int = 4
) -> None:  # noqa: ANN001
    """A folded cloth: layers peep out, the front edge is round."""
    for layer in range(layers, 0, -1):
        sheet(c, (at[0] + layer * 3, at[1] + layer * 9), size, angle, texture, lift=9, corner=9)
    sheet(c, at, size, angle, texture, lift=4, corner=9, folds=0.5)
    c.cast(
        np.ones((4, int(size[0] * 0.8 * c.scale)), np.float32),
        int((at[0] - size[0] * 0.4) * c.scale),
        int(at[1] * c.scale),
        shift=(0, 0),
        soft=9,
        dark=0.12,
    )


def hang(
    c: Canvas, at: tuple[float, float], size: tuple[float, float], texture, slits: int = 0, waves: float = 5.0
) -> None:  # noqa: ANN001
    """A cloth that hangs from a rod in soft vertical folds; `slits` cut it from below."""
    s = c.scale
    left, top = int((at[0] - size[0] / 2) * s), int(at[1] * s)
    y, x = np.mgrid[0 : int(size[1] * s), 0 : int(size[0] * s)].astype(np.float32) / s
    deep = smooth(0, size[1] * 0.7, y)
    phase = c.between(0, 6)
    turn = x / size[0] * 2 * np.pi * waves + phase + 0.6 * np.sin(x / size[0] * 5 + y / size[1])
    slope = np.cos(turn) * (0.18 + 0.55 * deep)
    colours = texture(x - size[0] / 2 + np.sin(turn) * 9 * deep, y - size[1] / 2)
    normal = np.stack([-slope, 0 * slope, np.ones_like(slope)], -1)
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    mask = np.ones_like(x)
    hem = size[1] - 10 - 7 * np.sin(turn) - y
    mask *= np.clip(hem * s + 0.5, 0, 1)
    for slit in range(1, slits + 1):
        gap = (
            np.abs(x - size[0] * slit / (slits + 1) - np.sin(y / 90 + slit) * 4)
            - 1.5
            - 7 * smooth(size[1] * 0.3, size[1], y)
        )
        mask *= np.where(y > size[1] * 0.3, np.clip(gap * s + 0.5, 0, 1), 1)
    c.cast(mask, left, top, shift=(26, 30), soft=24, dark=0.34)
    c.put(lit(colours.astype(np.float32), normal.astype(np.float32), low=0.42), mask, left, top)
    strand(c, [(at[0] - size[0] / 2 - 60, at[1] + 2), (at[0] + size[0] / 2 + 60, at[1] + 2)], 22, k.SUSU, lift=18)


def tenugui(c: Canvas, form: str) -> None:
    pattern = next((name for name in patterns.CLOTH if name in form), "")
    if "fireworks" in form:
        _fireworks_cloth(c)
    elif "obi" in form:
        flat_ground(c)
        texture, _ = any_print(c, pattern)
        for turn in range(5):
            far = 250 - turn * 44
            cut_out(
                c,
                [arc(420, 620, far, 0, 6.29, 80)],
                texture,
                holes=[arc(420, 620, far - 30, 0, 6.29, 80)],
                round_off=8,
                lift=10,
            )
        sheet(c, (600, 960), (760, 190), -0.25, texture, folds=1.0)
    elif "book" in form:
        flat_ground(c)
        texture, dye = any_print(c, pattern)
        sheet(c, (500, 625), (470, 640), c.between(-0.2, 0.2), lambda u, v: k.WASHI * np.ones((*u.shape, 1)), lift=16)
        sheet(c, (480, 610), (470, 640), c.between(-0.1, 0.1), texture, lift=8)
        strand(c, [(530, 300), (560, 160), (540, 90)], 9, dye, lift=5)
    else:
        texture, _ = any_print(c, pattern)
        if c.chance(0.5):
            ground(c, 0.05)
            c.still_life(*c.pick(*k.GROUNDS[:5]), 1.4)  # type: ignore[misc]
            hang(c, (480, 130), (c.between(470, 600), 900), texture, waves=c.between(2.5, 4.5))
        else:
            flat_ground(c)
            folded(c, (480, 620), (c.between(480, 560), c.between(600, 680)), texture, c.between(-0.25, 0.25))


def _fireworks_cloth(c: Canvas) -> None:
    c.still_life(*c.pick(*k.GROUNDS[:5]), 1.4)  # type: ignore[misc]
    night = c.pick(k.KON, k.KON * 0.8, k.MURASAKI * 0.7)
    bursts = [
        (c.between(-220, 220), c.between(-420, 100), c.between(90, 190), int(c.pick(16, 20, 24))) for _ in range(6)
    ]
    tints = [c.pick(k.SHIRO, k.YAMABUKI, k.SAKURA, k.rgb("bfe0e6")) for _ in bursts]

    def texture(u: Array, v: Array) -> Array:
        out = night * np.ones((*u.shape, 1), np.float32)
        for burst, tint in zip(bursts, tints, strict=True):
            out = mix(out, np.broadcast_to(tint, out.shape), patterns.fireworks(u, v, 1.5, [burst]))
        river = smooth(285, 290, v)
        ripple = patterns.nami(u / 70, v / 40, 0.05) * river
        return mix(out, np.broadcast_to(k.HANADA, out.shape), ripple * 0.8)

    hang(c, (480, 130), (600, 920), texture, waves=2.6)


def furoshiki(c: Canvas, form: str) -> None:
    texture, dye = any_print(c, "asanoha" if "asanoha" in form else "")
    if "bag" in form or "bundle" in form:
        _furoshiki_bag(c, texture, dye)
    elif "paper" in form:
        _furoshiki_paper(c)
    else:
        flat_ground(c)
        sheet(c, (480, 610), (760, 760), c.between(0.5, 1.1), texture, folds=c.between(1.0, 2.2), lift=10)
        corner, _ = any_print(c)
        del corner


def _furoshiki_bag(c: Canvas, texture: Any, dye: Colour) -> None:
    ground(c, 0.15)
    x, y = 480, 980
    body = [(x - 290, y - 60), *arc(x, y - 190, 300, 2.75, 0.4, 40), (x + 290, y - 60)]
    belly = [
        (x - 250, y - 10),
        (x - 310, y - 170),
        (x - 230, y - 350),
        (x - 80, y - 430),
        (x + 80, y - 430),
        (x + 230, y - 350),
        (x + 310, y - 170),
        (x + 250, y - 10),
        (x, y + 14),
    ]
    del body
    cut_out(c, [rounded(belly)], texture, round_off=90, lift=26, depth=1.6)
    for side in (-1, 1):
        ear = [
            (x, y - 430),
            (x + side * 90, y - 560),
            (x + side * 210, y - 600),
            (x + side * 190, y - 490),
            (x + side * 60, y - 410),
        ]
        cut_out(c, [rounded(ear)], texture, round_off=34, lift=8, depth=1.4)
    blob(c, x, y - 430, 62, 48, dye * 0.95, gloss=0.05, wrinkle=0.2)


def _furoshiki_paper(c: Canvas) -> None:
    flat_ground(c)
    for step in range(7):
        tone = c.pick(*DYES, *LIGHTS)
        sheet(
            c,
            (330 + step * 50, 520 + step * 32),
            (420, 560),
            -0.35 + step * 0.11,
            lambda u, v, tone=tone: tone * np.ones((*u.shape, 1)),
            lift=7,
        )


def indigo(c: Canvas, form: str) -> None:
    dye = c.pick(k.AI, k.KON, k.HANADA * 0.9, k.AI * 0.8)
    if "noren" in form:
        _indigo_noren(c, dye)
        return
    flat_ground(c)
    if "dots" in form:
        folded(c, (480, 610), (560, 560), print_of(c, "mameshibori", dye, k.SHIRO, 74), c.between(-0.2, 0.2), 2)
        return
    rings = [(c.between(-330, 330), c.between(-330, 330), c.between(60, 150)) for _ in range(int(c.between(4, 9)))]

    def shibori(u: Array, v: Array) -> Array:
        depth = 0.5 + 0.35 * noise(c.rng, *u.shape, 160 * c.scale, 3)
        for x, y, radius in rings:
            d = np.hypot(u - x, v - y) + 10 * np.sin(np.arctan2(v - y, u - x) * 9)
            depth = (
                depth
                * (1 - 0.95 * np.exp(-(((d - radius) / 13) ** 2)))
                * (1 - 0.7 * np.exp(-(((d - radius * 0.5) / 9) ** 2)))
            )
        ripple = 0.12 * np.sin(v * 0.09 + np.sin(u * 0.02) * 2)
        return mix(
            np.broadcast_to(k.SHIRO, (*u.shape, 3)),
            np.broadcast_to(dye, (*u.shape, 3)),
            np.clip(depth + 0.5 + ripple, 0, 1),
        )

    if "apron" in form:
        _indigo_apron(c, dye)
    else:
        sheet(c, (480, 600), (520, 1010), c.between(-0.28, 0.28), shibori, folds=2.2, lift=12)


def _indigo_noren(c: Canvas, dye: Colour) -> None:
    c.still_life(*c.pick(*k.GROUNDS[:5]), 1.4)  # type: ignore[misc]
    crest_x, crest_r = 0.0, c.between(120, 150)

    def texture(u: Array, v: Array) -> Array:
        out = dye * (1 + 0.10 * noise(c.rng, *u.shape, 120 * c.scale, 3))[..., None]
        d = np.hypot(u - crest_x, v + 20)
        ring = np.maximum(patterns.line(d - crest_r, 16, 1.5), patterns.area(d - crest_r * 0.5, 1.5))
        return mix(out, np.broadcast_to(k.WASHI, out.shape), ring * 0.95)

    hang(c, (480, 120), (760, 820), texture, slits=2, waves=c.between(4, 6))


def _indigo_apron(c: Canvas, dye: Colour) -> None:
    sheet(
        c,
        (480, 680),
        (560, 720),
        0.02,
        lambda u, v: dye * (1 + 0.08 * noise(c.rng, *u.shape, 60 * c.scale, 3))[..., None],
        folds=1.4,
    )
    strand(c, [(205, 335), (90, 300), (20, 380)], 26, dye * 1.15)
    strand(c, [(755, 335), (880, 290), (950, 380)], 26, dye * 1.15)
    sheet(c, (480, 700), (230, 190), 0.02, lambda u, v: dye * 0.88 * np.ones((*u.shape, 1)), lift=3)


def textile(c: Canvas, form: str) -> None:
    flat_ground(c)
    dye, second = c.pick(*DYES), c.pick(*DYES)

    def woven(u: Array, v: Array) -> Array:
        stripe = patterns.line(patterns.wrap(u / 96), 0.16, 0.02) + 0.6 * patterns.line(
            patterns.wrap(u / 96 - 0.5), 0.05, 0.02
        )
        thread = 0.05 * np.sin(u * 1.6) + 0.05 * np.sin(v * 1.6)
        base = mix(
            np.broadcast_to(dye * 0.75 + 0.22, (*u.shape, 3)),
            np.broadcast_to(second, (*u.shape, 3)),
            np.clip(stripe, 0, 1) * 0.7,
        )
        return base * (1 + thread + 0.05 * noise(c.rng, *u.shape, 20 * c.scale, 2))[..., None]

    if "tabi" in form:
        _textile_tabi(c, form)
    elif "sashiko" in form:
        _textile_sashiko(c, dye)
    elif "case" in form:
        sheet(c, (500, 560), (470, 300), c.between(-0.25, -0.05), woven, lift=14, corner=14)
        sheet(c, (470, 760), (470, 300), c.between(0.0, 0.2), woven, lift=14, corner=14)
        sheet(c, (470, 690), (470, 4), 0.1, lambda u, v: dye * 0.5 * np.ones((*u.shape, 1)), shadow=0)
    elif "sleeve" in form:
        _textile_sleeve(c)
    elif "runner" in form:
        sheet(c, (480, 600), (430, 1300), c.between(-0.15, 0.15), woven, folds=0.8)
    else:
        _textile_other(c, woven, dye)


def _textile_tabi(c: Canvas, form: str) -> None:
    tone = k.WASHI if "child" in form else k.KON if "navy" in form else c.pick(*DYES)
    for side, x in ((-1, 330), (1, 630)):
        foot = [
            (x - side * 20, 240),
            (x + side * 90, 250),
            (x + side * 105, 520),
            (x + side * 118, 800),
            (x + side * 84, 960),
            (x + side * 20, 1000),
            (x - side * 22, 930),
            (x - side * 40, 985),
            (x - side * 96, 930),
            (x - side * 104, 760),
            (x - side * 92, 480),
            (x - side * 88, 250),
        ]
        cut_out(
            c,
            [rounded(foot)],
            lambda u, v: tone * (1 + 0.03 * np.sin(u * 2) * np.sin(v * 2))[..., None],
            round_off=44,
            lift=18,
        )
        strand(c, [(x - side * 22, 930), (x - side * 14, 820), (x - side * 30, 760)], 5, tone * 0.6, shadow=0)
        for step in range(4):
            blob(c, x + side * 78, 300 + step * 44, 12, 9, k.KIN, gloss=0.7, shadow=0.2)


def _textile_sashiko(c: Canvas, dye: Colour) -> None:
    folded(
        c,
        (480, 620),
        (600, 600),
        print_of(c, str(c.pick("sashiko", "asanoha", "kikko")), k.SHIRO, dye * 0.9, 130),
        c.between(-0.2, 0.2),
        2,
    )


def _textile_sleeve(c: Canvas) -> None:
    for step in range(5):
        piece, _ = any_print(c)
        sheet(
            c,
            (250 + step * 115, 620 + 20 * (-1) ** step),
            (92, 640),
            c.between(-0.05, 0.05),
            piece,
            lift=8,
            corner=4,
        )


def _textile_other(c: Canvas, woven: Any, dye: Colour) -> None:
    for turn in range(3):
        sheet(
            c,
            (480 + turn * 16, 500 + turn * 110),
            (620, 330),
            c.between(-0.12, 0.12),
            woven,
            folds=2.4,
            lift=14,
            corner=70,
        )
    for fringe in range(22):
        x = 200 + fringe * 26
        strand(
            c,
            [(x, 880), (x + c.between(-12, 12), 930), (x + c.between(-22, 22), 985)],
            6,
            dye * 0.75 + 0.22,
            lift=3,
            shadow=0.25,
        )

"""Places of the ward: the river in the evening, and the fronts of its shops."""

from __future__ import annotations

import zlib

import numpy as np
from PIL import Image

from infra.demo.pictures import colours as k
from infra.demo.pictures import patterns
from infra.demo.pictures.canvas import Array, Canvas, blur, mix, noise, smooth
from infra.demo.pictures.catalogue import SIZE
from infra.demo.pictures.cloths import DYES, hang
from infra.demo.pictures.pieces import arc, box_points, cut_out, polygon_mask, strand, turned
from infra.demo.pictures.vessels import wooden

WATER = 760.0


def draw_hero(seed: int = 1, size: tuple[int, int] = SIZE) -> Image.Image:
    """Draw the ward: a river at dusk, an arched bridge, low houses with lit windows, fireworks and their reflection."""
    c = Canvas(size, seed)
    y, x = np.mgrid[0 : c.height, 0 : c.width].astype(np.float32) / c.scale
    sky = mix(
        np.broadcast_to(k.rgb("22304f"), (*y.shape, 3)),
        np.broadcast_to(k.rgb("5d6a8c"), (*y.shape, 3)),
        smooth(60, 430, y),
    )
    sky = mix(sky, np.broadcast_to(k.rgb("dca58a"), sky.shape), smooth(380, WATER, y))
    cloud = smooth(0.0, 0.9, noise(c.rng, c.height // 3, c.width, 120 * c.scale, 3)).repeat(3, 0)
    cloud = np.pad(cloud, ((0, max(0, c.height - cloud.shape[0])), (0, 0)), mode="edge")[: c.height]
    c.pixels = mix(sky, np.broadcast_to(k.rgb("f0c3a4"), sky.shape), cloud * 0.16 * smooth(200, 620, y))
    _burst(c, x, y)
    _houses(c, 700, 0.72, k.rgb("4d4f63"), 34)
    _houses(c, WATER, 1.0, k.rgb("2b2c3a"), 20)
    _reflect(c, x, y)
    _bridge(c)
    _boat(c)
    return c.finish()


def _burst(c: Canvas, x: Array, y: Array) -> None:
    for cx, cy, radius, rays, tint in (
        (650, 240, 215, 44, k.rgb("f2b45e")),
        (320, 335, 145, 34, k.rgb("e5766a")),
        (545, 462, 88, 26, k.rgb("9fc6d8")),
    ):
        d = np.hypot(x - cx, (y - cy) - (np.hypot(x - cx, y - cy) / radius) ** 2 * 14)
        light = patterns.fireworks(x, y - (d / radius) ** 2 * 14, 1.6, [(cx, cy, radius, rays)])
        inner = patterns.fireworks(x, y, 1.4, [(cx, cy, radius * 0.55, rays // 2)])
        glow = np.exp(-((d / radius) ** 2) * 1.6) * 0.16 + blur(light, 12 * c.scale) * 0.5
        c.pixels += tint * (np.clip(light + inner * 0.5, 0, 1) * 0.8 + glow)[..., None]


def _houses(c: Canvas, base: float, size: float, tone: Array, count: int) -> None:
    x = -40.0
    lamps: list[tuple[float, float]] = []
    while x < 1000:
        wide, tall = c.between(56, 124) * size, c.between(62, 150) * size
        eave = 12 * size
        roof = [
            (x - eave, base - tall),
            (x + wide * 0.5, base - tall - c.between(22, 46) * size),
            (x + wide + eave, base - tall),
        ]
        mask, left, top = polygon_mask(
            c, [roof, [(x, base - tall), (x + wide, base - tall), (x + wide, base + 4), (x, base + 4)]]
        )
        c.put(tone * c.between(0.85, 1.15), mask, left, top)
        for _ in range(int(c.between(0, 3.6))):
            lamps.append((x + c.between(0.15, 0.75) * wide, base - c.between(0.2, 0.75) * tall))
        x += wide + c.between(-4, 5)
    for lx, ly in lamps[: count * 2]:
        w, h = c.between(8, 15) * size, c.between(9, 15) * size
        cut_out(
            c, [[(lx, ly), (lx + w, ly), (lx + w, ly + h), (lx, ly + h)]], k.rgb("ffcf86") * 1.12, round_off=1, shadow=0
        )


def _reflect(c: Canvas, x: Array, y: Array) -> None:
    """Water: what stands above it, mirrored, stretched and broken by ripples."""
    top = int(WATER * c.scale)
    depth = (np.arange(c.height - top) / c.scale)[:, None]
    ripple = np.sin(depth * 0.33 + x[top:] * 0.012 + 2 * np.sin(depth * 0.09)) * (2 + depth * 0.045)
    ripple += 6 * noise(c.rng, c.height - top, c.width, 26 * c.scale, 2) * (0.3 + depth / 260)
    rows = np.clip(top - 1 - (depth * 1.35 + ripple * 1.4) * c.scale, 0, top - 1).astype(int)
    columns = np.clip(np.arange(c.width)[None, :] + ripple * 0.8 * c.scale, 0, c.width - 1).astype(int)
    mirrored = c.pixels[rows, columns]
    water = mix(
        mirrored,
        np.broadcast_to(k.rgb("27395a"), mirrored.shape),
        (0.32 + 0.30 * smooth(0, 420, depth)) * np.ones_like(ripple),
    )
    c.pixels[top:] = water * (1 + 0.05 * np.sin(depth * 0.9 + x[top:] * 0.03))[..., None]


def _bridge(c: Canvas) -> None:
    """An arched wooden bridge across the picture, with railings, posts and lamps."""
    tone = k.rgb("3a2326")
    rise = lambda at: 742 - 118 * np.sin(np.pi * (at + 60) / 1080)  # noqa: E731
    deck = [(at, rise(at)) for at in np.linspace(-60, 1020, 60)]
    for at in range(90, 960, 156):
        for shift in (-15, 15):
            strand(c, [(at + shift, rise(at) + 10), (at + shift * 1.3, WATER + 74)], 17, tone * 0.8, shadow=0)
        strand(c, [(at - 28, rise(at) + 54), (at + 28, rise(at) + 54)], 11, tone * 0.7, shadow=0)
    strand(c, deck[::6], 30, tone, shadow=0.2, lift=8)
    strand(c, [(px, py - 52) for px, py in deck[::6]], 9, k.rgb("8c2f22"), shadow=0)
    strand(c, [(px, py - 30) for px, py in deck[::6]], 6, k.rgb("7a2a20"), shadow=0)
    for at in range(-30, 1000, 44):
        strand(c, [(at, rise(at) - 8), (at, rise(at) - 62)], 8, k.rgb("7a2a20"), shadow=0)
    for at in range(60, 960, 210):
        glow = np.exp(
            -(
                ((np.arange(c.width)[None, :] / c.scale - at) / 52) ** 2
                + ((np.arange(c.height)[:, None] / c.scale - rise(at) + 96) / 52) ** 2
            )
        )
        c.pixels += np.array([1.0, 0.72, 0.36]) * 0.35 * glow[..., None]
        strand(c, [(at, rise(at) - 60), (at, rise(at) - 96)], 7, tone, shadow=0)
        cut_out(c, [arc(at, rise(at) - 104, 14, 0, 6.29, 24)], k.rgb("ffe3ae") * 1.1, round_off=3, shadow=0)


def _boat(c: Canvas) -> None:
    """A low pleasure boat with a row of lanterns."""
    x, y = 610.0, 985.0
    tone = k.rgb("2a1c20")
    hull = [(x - 250, y), (x + 240, y), (x + 300, y - 34), (x + 220, y + 34), (x - 190, y + 38)]
    cut_out(c, [hull], tone, round_off=8, shadow=0.4, lift=10)
    cut_out(
        c,
        [[(x - 190, y - 84), (x + 160, y - 84), (x + 190, y - 66), (x - 214, y - 66)]],
        tone * 0.9,
        round_off=4,
        shadow=0,
    )
    cut_out(c, [turned(box_points(330, 62), (x - 16, y - 32), 0)], k.rgb("f2b668"), round_off=3, shadow=0)
    for at in range(6):
        strand(c, [(x - 180 + at * 66, y - 66), (x - 180 + at * 66, y)], 6, tone, shadow=0)
    for at in range(7):
        px = x - 180 + at * 56
        cut_out(
            c,
            [arc(px, y - 100, 13, 0, 6.29, 20)],
            (k.rgb("f7d9a0") if at % 2 else k.rgb("d9523a")) * 1.08,
            round_off=4,
            shadow=0,
        )
    rows = np.arange(c.height)[:, None] / c.scale
    columns = np.arange(c.width)[None, :] / c.scale
    streak = np.exp(-(((columns - x) / 190) ** 2)) * smooth(y + 30, y + 60, rows) * (1 - smooth(y + 60, y + 230, rows))
    c.pixels += (
        np.array([1.0, 0.68, 0.34]) * (0.22 * streak * (0.5 + 0.5 * np.sin(rows * 0.5 + columns * 0.05)))[..., None]
    )


def draw_shopfront(code: str, size: tuple[int, int] = SIZE) -> Image.Image:
    """Draw the front of the merchant `code`: wall, lattice, a lantern, and a noren with a crest of its own."""
    c = Canvas(size, zlib.crc32(code.encode()))
    y, x = np.mgrid[0 : c.height, 0 : c.width].astype(np.float32) / c.scale
    wall = c.pick(k.KINARI, k.WASHI, k.rgb("cfc6b2"), k.rgb("b9a992"), k.rgb("d9cfc0"))
    wood = c.pick(k.SUSU, k.KURI, k.rgb("6b4b35"), k.rgb("3b2d26"))
    plaster = noise(c.rng, c.height, c.width, 90 * c.scale, 4)
    c.pixels = wall * (1.05 - 0.14 * x / 960 + 0.02 * plaster)[..., None]
    stone = k.rgb("8d8a82") * (1 + 0.05 * plaster)[..., None]
    joints = np.maximum(
        patterns.line(patterns.wrap((x + (np.floor((y - 1010) / 70) % 2) * 90) / 180), 0.02, 0.012),
        patterns.line(patterns.wrap((y - 1010) / 70), 0.04, 0.03),
    )
    c.pixels = mix(c.pixels, stone * (1 - 0.35 * joints)[..., None], smooth(1008, 1012, y))
    dark = np.clip(1 - np.maximum(np.abs(x - 480) - 300, 0) / 2, 0, 1) * smooth(236, 240, y) * smooth(1010, 1006, y)
    c.pixels = mix(c.pixels, np.broadcast_to(wood * 0.34, c.pixels.shape), dark)
    glow = np.exp(-(((x - 480) / 260) ** 2 + ((y - 760) / 280) ** 2)) * dark
    c.pixels += np.array([1.0, 0.72, 0.38]) * (0.34 * glow)[..., None]
    slat = c.between(22, 44)
    for at in np.arange(196, 780, slat):
        strand(c, [(at, 560), (at, 1006)], c.between(6, 9), wood * 0.72, shadow=0.15, lift=4)
    for at in (170, 790):
        strand(c, [(at, 150), (at, 1012)], 40, wood, shadow=0.4, lift=10)
    cut_out(c, [[(60, 120), (900, 120), (940, 206), (20, 206)]], wood * 0.8, round_off=6, lift=26)
    for at in range(40, 930, 34):
        strand(c, [(at + (480 - at) * 0.06, 124), (at, 204)], 15, wood * c.between(0.75, 0.95), shadow=0.1)
    _noren(c)
    _lantern(c, float(c.pick(88.0, 872.0)))
    return c.finish()


def _noren(c: Canvas) -> None:
    dye = c.pick(*DYES, k.KINARI, k.SUMI)
    ink = k.SUMI if dye.mean() > 0.6 else k.WASHI
    crest = str(c.pick("ring", "asanoha", "seigaiha", "kikko", "uroko", "bars", "shippo"))
    radius = c.between(92, 128)

    def texture(u: Array, v: Array) -> Array:
        out = dye * (1 + 0.06 * noise(c.rng, *u.shape, 90 * c.scale, 3))[..., None]
        d = np.hypot(u, v + 10)
        if crest == "ring":
            figure = np.maximum(patterns.line(d - radius, 18, 1.5), patterns.area(d - radius * 0.42, 1.5))
        elif crest == "bars":
            figure = sum(patterns.line(v + 10 - at, 22, 1.5) for at in (-60, 0, 60)) * (np.abs(u) < radius)
        else:
            cell = radius * 0.8
            inner = patterns.CLOTH[crest](u / cell + 0.5, v / cell + 0.5, 1.5 / cell) * patterns.area(d - radius, 1.5)
            figure = np.maximum(inner, patterns.line(d - radius, 9, 1.5))
        return mix(out, np.broadcast_to(ink, out.shape), np.clip(figure, 0, 1) * 0.95)

    hang(c, (480, 236), (590, c.between(340, 430)), texture, slits=int(c.pick(2, 3)), waves=c.between(3, 6))


def _lantern(c: Canvas, x: float) -> None:
    strand(c, [(x, 200), (x, 330)], 5, k.SUMI, shadow=0.1)
    tone = c.pick(k.rgb("ffe2ac"), k.rgb("e0563c"), k.rgb("f4efe2")) * 1.05
    body = [(0, 44), (10, 66), (90, 84), (170, 66), (180, 44)]
    wooden(c, body, (x, 520), 0.2, tone, opened=False)
    for ring in range(9):
        y = 508 - ring * 19
        wide = float(np.interp(12 + ring * 19, [h for h, _ in body], [r for _, r in body]))
        strand(c, [(x - wide, y), (x, y + wide * 0.2), (x + wide, y)], 3, tone * 0.72, shadow=0)
    for y in (520, 346):
        wooden(c, [(0, 46), (14, 46), (15, 4)], (x, y), 0.2, k.KURO, opened=False)

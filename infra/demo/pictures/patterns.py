"""Traditional patterns as functions of the plane. Each takes coordinates in cells (one repeat is about 1) and the
width of a pixel in cells, and returns how much of the figure colour stands there, 0 to 1, with soft edges."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from infra.demo.pictures.canvas import Array

Pattern = Callable[[Array, Array, float], Array]
ROOT3 = float(np.sqrt(3))


def line(distance: Array, width: float, pixel: float) -> Array:
    """A line of `width` where `distance` (unsigned, in cells) is small."""
    return np.clip((width / 2 - np.abs(distance)) / pixel + 0.5, 0, 1)


def area(distance: Array, pixel: float) -> Array:
    """1 where the signed distance is negative."""
    return np.clip(0.5 - distance / pixel, 0, 1)


def wrap(value: Array, period: float = 1.0) -> Array:
    """Distance to the nearest multiple of `period`, signed."""
    return value - np.round(value / period) * period


def seigaiha(u: Array, v: Array, pixel: float) -> Array:
    """Waves of the blue sea: overlapping concentric arcs, lower rows in front."""
    out = np.zeros_like(u)
    row = np.floor(v * 2)
    done = np.zeros(u.shape, bool)
    for step in (1, 0, -1):
        r = row + step
        cy = (r + 1) / 2 - 0.0
        cx = np.round(u - (r % 2) * 0.5) + (r % 2) * 0.5
        d = np.hypot(u - cx, (v - cy))
        inside = (d < 0.5) & (v <= cy + 0.001) & ~done
        rings = sum(line(d - ring, 0.045, pixel) for ring in (0.475, 0.36, 0.245, 0.13))
        out = np.where(inside, np.clip(rings, 0, 1), out)
        done |= inside
    return out


def asanoha(u: Array, v: Array, pixel: float) -> Array:
    """Hemp leaf: six-pointed stars of thin lines on a triangular net."""
    width = 0.045
    y = v * 2 / ROOT3
    a, b = u - y / 2, y
    fa, fb = a - np.floor(a), b - np.floor(b)
    swap = fa + fb > 1
    fa, fb = np.where(swap, 1 - fa, fa), np.where(swap, 1 - fb, fb)
    x, h = fa + fb / 2, fb * ROOT3 / 2
    net = np.minimum(np.minimum(h, np.abs(ROOT3 * x - h) / 2), np.abs(ROOT3 * (1 - x) - h) / 2)
    mid = (0.5, ROOT3 / 6)
    spokes = np.full_like(u, 9.0)
    for px, py in ((0, 0), (1, 0), (0.5, ROOT3 / 2)):
        dx, dy = px - mid[0], py - mid[1]
        t = np.clip(((x - mid[0]) * dx + (h - mid[1]) * dy) / (dx * dx + dy * dy), 0, 1)
        spokes = np.minimum(spokes, np.hypot(x - mid[0] - t * dx, h - mid[1] - t * dy))
    return np.maximum(line(net, width, pixel), line(spokes, width, pixel))


def shippo(u: Array, v: Array, pixel: float) -> Array:
    """Seven treasures: circles that overlap by a quarter."""
    out = np.zeros_like(u)
    for ox, oy in ((0, 0), (0.5, 0.5)):
        d = np.hypot(wrap(u - ox), wrap(v - oy))
        out = np.maximum(out, line(d - 0.5, 0.05, pixel))
    return out


def kikko(u: Array, v: Array, pixel: float) -> Array:
    """Tortoise shell: hexagons with a smaller one inside."""
    d = _hex(u, v)
    return np.maximum(line(d - 0.5, 0.07, pixel), line(d - 0.34, 0.04, pixel))


def _hex(u: Array, v: Array) -> Array:
    y = v
    best = np.full_like(u, 9.0)
    for ox, oy in ((0, 0), (0.5, ROOT3 / 2)):
        x, h = wrap(u - ox), wrap(y - oy, ROOT3)
        best = np.minimum(best, np.maximum(np.abs(x), np.abs(x) / 2 + np.abs(h) * ROOT3 / 2))
    return best


def kagome(u: Array, v: Array, pixel: float) -> Array:
    """Woven basket: three families of double lines."""
    out = np.zeros_like(u)
    for angle in (0, np.pi / 3, 2 * np.pi / 3):
        d = wrap(u * np.sin(angle) + v * np.cos(angle) + 0.25)
        out = np.maximum(out, line(np.abs(d) - 0.12, 0.055, pixel))
    return out


def nanako(u: Array, v: Array, pixel: float) -> Array:
    """Fish roe: a fine lattice of crossing lines."""
    return np.maximum(line(wrap(u + v), 0.16, pixel), line(wrap(u - v), 0.16, pixel))


def yarai(u: Array, v: Array, pixel: float) -> Array:
    """Bamboo fence: slanting double lines that cross."""
    out = np.zeros_like(u)
    for side in (1, -1):
        d = wrap(u * 0.8 + side * v * 0.6)
        out = np.maximum(out, np.maximum(line(d, 0.10, pixel), line(np.abs(d) - 0.15, 0.035, pixel)))
    return out


def kikutsunagi(u: Array, v: Array, pixel: float) -> Array:
    """Linked chrysanthemums: lines in four directions through every node."""
    out = np.maximum(line(wrap(u), 0.05, pixel), line(wrap(v), 0.05, pixel))
    out = np.maximum(out, line(wrap(u + v) * 0.707, 0.05, pixel))
    out = np.maximum(out, line(wrap(u - v) * 0.707, 0.05, pixel))
    angle = np.arctan2(wrap(v), wrap(u))
    d = np.hypot(wrap(u), wrap(v))
    rays = line(np.sin(angle * 8) * d / 8, 0.03, pixel) * (d < 0.34)
    return np.maximum(out, rays * 0.9)


def uroko(u: Array, v: Array, pixel: float) -> Array:
    """Scales: rows of triangles."""
    x = u + np.floor(v) * 0.5
    return area(2 * np.abs(wrap(x)) - (v - np.floor(v)), pixel * 2)


def ichimatsu(u: Array, v: Array, pixel: float) -> Array:
    """Checkers."""
    return np.clip(np.sin(np.pi * u) * np.sin(np.pi * v) / (np.pi * pixel) + 0.5, 0, 1)


def yagasuri(u: Array, v: Array, pixel: float) -> Array:
    """Arrow feathers."""
    x = u - np.floor(u)
    odd = np.floor(u) % 2
    slant = v + np.abs(x - 0.5) * 0.9 + odd * 0.5
    return area(np.abs(wrap(slant)) - 0.25, pixel * 1.5) * (1 - line(wrap(u), 0.05, pixel))


def tatewaku(u: Array, v: Array, pixel: float) -> Array:
    """Rising steam: swelling vertical waves."""
    bend = 0.18 * np.sin(v * np.pi)
    return np.maximum(line(wrap(u - bend), 0.10, pixel), line(wrap(u + bend + 0.5), 0.10, pixel))


def mameshibori(u: Array, v: Array, pixel: float) -> Array:
    """Dots of tie-dyeing, in rows, soft and not quite round."""
    x = u + 0.5 * (np.floor(v) % 2)
    d = np.hypot(wrap(x - 0.5), wrap(v - 0.5))
    wobble = 0.03 * np.sin(7 * np.floor(x) + 3 * np.floor(v))
    return area(d - 0.26 - wobble, max(pixel, 0.09))


def shima(u: Array, v: Array, pixel: float) -> Array:
    """Stripes, a broad and a narrow one."""
    return np.maximum(line(wrap(u), 0.36, pixel), line(wrap(u - 0.5), 0.07, pixel))


def koshi(u: Array, v: Array, pixel: float) -> Array:
    """Lattice of woven checks, halves where they do not cross."""
    a, b = line(wrap(u), 0.42, pixel), line(wrap(v), 0.42, pixel)
    return (a + b) / 2


def sashiko(u: Array, v: Array, pixel: float) -> Array:
    """Running stitches along a shippo net."""
    out = np.zeros_like(u)
    for ox, oy in ((0, 0), (0.5, 0.5)):
        x, y = wrap(u - ox), wrap(v - oy)
        d = np.hypot(x, y)
        stitch = np.sin(np.arctan2(y, x) * 22) > -0.25
        out = np.maximum(out, line(d - 0.5, 0.045, pixel) * stitch)
    return out


def higaki(u: Array, v: Array, pixel: float) -> Array:
    """Cypress fence: slanting bricks."""
    x = u + v * 0.5
    y = v + 0.5 * (np.floor(x) % 2)
    return np.maximum(line(wrap(x), 0.07, pixel), line(wrap(y), 0.07, pixel))


def sayagata(u: Array, v: Array, pixel: float) -> Array:
    """Key fret on the slant."""
    x, y = u + v, u - v
    step = np.floor(x) + np.floor(y)
    bars = np.where(step % 2 == 0, wrap(x * 2), wrap(y * 2))
    return line(bars / 2, 0.12, pixel)


def nami(u: Array, v: Array, pixel: float) -> Array:
    """Ripples: thin lines that swell and thin."""
    bend = v + 0.16 * np.sin(u * 2.1 + np.sin(v * 0.7) * 2) + 0.05 * np.sin(u * 5 + v)
    return line(wrap(bend), 1.0, 1.0) * 0 + np.clip(
        (0.13 + 0.09 * np.sin(u * 1.3 + v) - np.abs(wrap(bend))) / pixel, 0, 1
    )


CLOTH: dict[str, Pattern] = {
    "seigaiha": seigaiha,
    "asanoha": asanoha,
    "shippo": shippo,
    "kikko": kikko,
    "kagome": kagome,
    "yarai": yarai,
    "uroko": uroko,
    "ichimatsu": ichimatsu,
    "yagasuri": yagasuri,
    "tatewaku": tatewaku,
    "mameshibori": mameshibori,
    "shima": shima,
    "koshi": koshi,
    "sashiko": sashiko,
    "higaki": higaki,
    "sayagata": sayagata,
    "nami": nami,
}
CUTS: dict[str, Pattern] = {
    "nanako": nanako,
    "kikutsunagi": kikutsunagi,
    "yarai": yarai,
    "asanoha": asanoha,
    "kagome": kagome,
    "shippo": shippo,
}


def fireworks(u: Array, v: Array, pixel: float, bursts: list[tuple[float, float, float, int]]) -> Array:
    """Chrysanthemum fireworks at (x, y, radius, rays), as dotted rays."""
    out = np.zeros_like(u)
    for x, y, radius, rays in bursts:
        d = np.hypot(u - x, v - y)
        angle = np.arctan2(v - y, u - x)
        spoke = np.abs(np.sin(angle * rays / 2)) * d * 2 / rays
        beads = np.sin(d / radius * 26 + np.round(angle * rays / np.pi) % 2 * 1.6)
        width = radius * 0.011 * (0.35 + d / radius)
        ray = np.clip((width - spoke) / pixel + 0.5, 0, 1) * (beads > -0.2) * (d < radius) * (d > radius * 0.12)
        out = np.maximum(out, ray)
    return out

"""Turned bodies (vessels, jars, kettles, tops) seen from a little above, by exact intersection, row by row.

A body of revolution has a radius r(h) over its height. Under a parallel view tilted by `tilt`, the ray of pixel (x, y)
meets height h at depth z = (h cos(tilt) - y) / sin(tilt), so it is inside where x² + z² - r(h)² < 0. For one row the
last two terms depend on h alone: the first crossing for every x of the row is one search in a running minimum.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from infra.demo.pictures.canvas import Array, Canvas, Colour, mix, smooth

OUTER, INNER, RIM, FILL = 1, 2, 3, 4
STEPS = 420
LIGHT = np.array([-0.55, 0.66, 0.51], dtype=np.float32)


@dataclass(slots=True)
class Body:
    """What the eye meets, per pixel of its box: part (OUTER…), height, angle, normal, coverage, and x, z in units."""

    left: int
    top: int
    part: Array
    h: Array
    theta: Array
    normal: Array
    cover: Array
    x: Array
    z: Array
    back: Array


def curve(points: Sequence[tuple[float, float]], steps: int = STEPS) -> tuple[Array, Array]:
    """Return heights (falling) and radii of a smooth profile through (height, radius) points given from foot to rim."""
    knots = np.array(points, dtype=np.float64)
    at = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(knots, axis=0).T))])
    t = np.linspace(0, at[-1], steps * 2)
    padded = np.vstack([2 * knots[0] - knots[1], knots, 2 * knots[-1] - knots[-2]])
    spans = np.clip(np.searchsorted(at, t, side="right") - 1, 0, len(at) - 2)
    f = ((t - at[spans]) / (at[spans + 1] - at[spans]))[:, None]
    a, b, c, d = (padded[spans + i] for i in range(4))
    path = 0.5 * (2 * b + (c - a) * f + (2 * a - 5 * b + 4 * c - d) * f**2 + (3 * b - a - 3 * c + d) * f**3)
    heights = np.linspace(knots[-1, 0], knots[0, 0], steps)
    order = np.argsort(path[:, 0], kind="stable")
    radii = np.interp(heights, path[order, 0], np.maximum(path[order, 1], 0.01))
    return heights.astype(np.float32), radii.astype(np.float32)


def turn(
    canvas: Canvas,
    profile: Sequence[tuple[float, float]],
    *,
    at: tuple[float, float],
    tilt: float,
    wall: float = 0.0,
    fill: float | None = None,
) -> Body:
    """Return the visible surface of a body standing with the middle of its foot at `at` (units), seen `tilt` radians
    from above. `wall` over 0 opens the top and gives the thickness of the wall (units); `fill` is the height of what
    is in it."""
    s = canvas.scale
    heights, radii = curve(profile)
    sine, cosine = np.sin(tilt), np.cos(tilt)
    widest = float(radii.max())
    low, high = float(heights[-1]), float(heights[0])
    left, right = at[0] - widest - 3, at[0] + widest + 3
    top, bottom = at[1] - (high * cosine + widest * sine) - 3, at[1] - low * cosine + widest * sine + 3
    x0, y0 = int(np.floor(left * s)), int(np.floor(top * s))
    columns = (np.arange(int((right - left) * s) + 2) + x0 + 0.5) / s - at[0]
    rows = at[1] - (np.arange(int((bottom - top) * s) + 2) + y0 + 0.5) / s
    x2 = (columns**2).astype(np.float32)
    shape = (len(rows), len(columns))
    h, part = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    cover, back = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    inner = np.maximum(radii - wall, 0.0) ** 2
    view = (sine, cosine)
    for index, y in enumerate(rows):
        a = ((heights * cosine - y) / sine) ** 2 - radii**2
        if not _look_at(index, a, heights, x2, s, cover, h, part, back):
            continue
        over = x2 + a[0] < 0
        if over.any():
            h[index] = np.where(over, high, h[index])
            part[index] = np.where(over, RIM, part[index])
            if wall:
                _look_inside(index, y, heights, inner, x2, part, h, fill, view)
    z = ((h * cosine) - rows[:, None]) / sine
    x = np.broadcast_to(columns[None, :].astype(np.float32), shape)
    return _oriented(x0, y0, part, h, x, z.astype(np.float32), cover, back, heights, radii, view)


def _look_at(
    index: int,
    a: Array,
    heights: Array,
    x2: Array,
    s: float,
    cover: Array,
    h: Array,
    part: Array,
    back: Array,
) -> bool:
    """Fill one row of the outer surface in; false when the row misses the body."""
    lowest = np.minimum.accumulate(a)
    edge2 = -lowest[-1]
    if edge2 <= 0:
        return False
    reach = x2 + lowest[-1]
    cover[index] = np.clip(0.5 - reach / (2 * np.sqrt(np.maximum(x2, 1)) + 1e-3) * s, 0, 1)
    inside = np.minimum(x2, edge2 - 1e-3)
    found = np.clip(np.searchsorted(-lowest, inside), 1, STEPS - 1)
    gap = a[found - 1] - a[found]
    share = np.clip((inside + a[found - 1]) / np.where(np.abs(gap) < 1e-6, 1, gap), 0, 1)
    h[index] = heights[found - 1] + (heights[found] - heights[found - 1]) * share
    part[index] = OUTER
    tail = np.minimum.accumulate(a[::-1])
    back[index] = heights[::-1][np.clip(np.searchsorted(-tail, inside), 0, STEPS - 1)]
    return True


def _look_inside(
    index: int,
    y: float,
    heights: Array,
    inner: Array,
    x2: Array,
    part: Array,
    h: Array,
    fill: float | None,
    view: tuple[float, float],
) -> None:
    sine, cosine = view
    a = ((heights * cosine - y) / sine) ** 2 - inner
    a[heights < heights[-1] + (heights[0] - heights[-1]) * 0.04] = np.inf
    opened = x2 + a[0] < 0
    if not opened.any():
        return
    highest = np.maximum.accumulate(a)
    found = np.clip(np.searchsorted(highest, -x2, side="right"), 1, STEPS - 1)
    depth = heights[found]
    h[index] = np.where(opened, depth, h[index])
    part[index] = np.where(opened, INNER, part[index])
    if fill is not None:
        wet = opened & (depth < fill)
        h[index] = np.where(wet, fill, h[index])
        part[index] = np.where(wet, FILL, part[index])


def _oriented(
    x0: int,
    y0: int,
    part: Array,
    h: Array,
    x: Array,
    z: Array,
    cover: Array,
    back: Array,
    heights: Array,
    radii: Array,
    view: tuple[float, float],
) -> Body:
    sine, cosine = view
    slope = np.interp(h, heights[::-1], np.gradient(radii, heights)[::-1]).astype(np.float32)
    length = np.hypot(x, z) + 1e-6
    flat = (part == RIM) | (part == FILL)
    turned = np.where(part == INNER, -1.0, 1.0)
    steep = 1 / np.sqrt(1 + slope * slope)
    nx = np.where(flat, 0, x / length * steep * turned)
    nz = np.where(flat, 0, z / length * steep * turned)
    ny = np.where(flat, 1, -slope * steep * turned)
    normal = np.stack([nx, ny * cosine - nz * sine, nz * cosine + ny * sine], axis=-1).astype(np.float32)
    theta = np.arctan2(x, z).astype(np.float32)
    return Body(x0, y0, part, h, theta, normal, cover, x, z, back)


def lit(
    albedo: Array,
    normal: Array,
    *,
    gloss: float = 0.0,
    sharp: float = 24.0,
    sky: Colour | None = None,
    low: float = 0.34,
) -> Array:
    """Return albedo under a wide window at the upper left, with a faint light from the right.

    `gloss` 0 to 1 mirrors the window; `sharp` is how small its edge is blurred; `low` is the light in the shade.
    """
    toward = normal @ LIGHT
    soft = np.clip(toward * 0.62 + 0.38, 0, 1) ** 1.35
    bounce = 0.10 * np.clip(normal[..., 0], 0, 1) ** 2
    shade = low + (1.08 - low) * soft + bounce
    out = albedo * shade[..., None]
    if gloss:
        mirror_x = 2 * normal[..., 2] * normal[..., 0]
        mirror_y = 2 * normal[..., 2] * normal[..., 1]
        width = 1.6 / sharp
        window = (
            smooth(-0.86 - width, -0.86 + width, mirror_x)
            * (1 - smooth(-0.40 - width, -0.40 + width, mirror_x))
            * smooth(0.02 - width, 0.02 + width, mirror_y)
            * (1 - smooth(0.80 - width, 0.80 + width, mirror_y))
        )
        bar = 1 - 0.75 * np.exp(-(((mirror_x + 0.63) / 0.022) ** 2))
        rim = (1 - np.clip(normal[..., 2], 0, 1)) ** 3
        right = smooth(0.66, 0.95, mirror_x) * (1 - smooth(0.95, 1.05, mirror_x)) * 0.25
        tint = np.ones(3, np.float32) if sky is None else sky
        out = mix(
            out, tint[None, None, :] * np.ones_like(out), np.clip(gloss * (window * bar + 0.32 * rim + right), 0, 1)
        )
    return out


def stand(canvas: Canvas, body: Body, colours: Array, *, cover: Array | None = None, shadow: float = 0.5) -> None:
    """Put a body on the canvas with its shadow: a dark line where it stands and a soft one to the right."""
    mask = body.cover if cover is None else body.cover * cover
    height, width = body.cover.shape
    if shadow:
        foot = _foot(body)
        units = width / canvas.scale
        canvas.cast(
            foot, body.left, body.top, shift=(units * 0.20, units * 0.03), soft=units * 0.13, dark=shadow * 0.85
        )
        canvas.cast(foot, body.left, body.top, shift=(units * 0.03, 5), soft=max(5.0, units * 0.03), dark=shadow)
    canvas.put(colours, mask, body.left, body.top)


def _foot(body: Body) -> Array:
    """The shape that a body's shadow has on the table: its lower part."""
    height = body.cover.shape[0]
    fade = smooth(0.45, 0.8, np.linspace(0, 1, height, dtype=np.float32))[:, None]
    return body.cover * fade


def hollow(body: Body, depth: float = 0.5) -> Array:
    """Return how much darker the inside is, deeper being darker (0 to 1, for INNER and FILL parts)."""
    inside = body.part == INNER
    shade = np.ones_like(body.h)
    if inside.any():
        top = body.h[inside].max()
        bottom = body.h[inside].min()
        shade = np.where(inside, 1 - depth * np.clip((top - body.h) / (top - bottom + 1e-3), 0, 1), 1)
    left_wall = inside * np.clip(-body.x / (np.abs(body.x).max() + 1), 0, 1)
    return shade * (1 - 0.25 * left_wall)

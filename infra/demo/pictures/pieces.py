"""Small things and flat things: beans, slices, cubes, sheets of cloth and paper, cut-out tools."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from PIL import Image, ImageDraw

from infra.demo.pictures.canvas import Array, Canvas, Colour, blur, mix, noise, smooth
from infra.demo.pictures.lathe import lit

Texture = Callable[[Array, Array], Array]


def blob(
    canvas: Canvas,
    x: float,
    y: float,
    rx: float,
    ry: float,
    tone: Colour,
    *,
    angle: float = 0.0,
    gloss: float = 0.3,
    flat: float = 1.0,
    bumps: int = 0,
    wrinkle: float = 0.0,
    shadow: float = 0.45,
    edge: Colour | None = None,
) -> None:
    """One rounded piece with its middle at (x, y). `flat` under 1 makes a disc with a rounded rim; `bumps` a burr as
    of konpeito; `wrinkle` folds the skin; `edge` is the colour of its rim (a baked one)."""
    s = canvas.scale
    reach = max(rx, ry) * (1.25 if bumps else 1.08) + 2
    size = int(reach * 2 * s) + 2
    left, top = int((x - reach) * s), int((y - reach) * s)
    grid = (np.arange(size, dtype=np.float32) + 0.5) / s
    dx, dy = (grid + left / s - x)[None, :], (grid + top / s - y)[:, None]
    c, n = np.cos(angle), np.sin(angle)
    px, py = (dx * c + dy * n) / rx, (-dx * n + dy * c) / ry
    d = np.sqrt(px * px + py * py)
    if bumps:
        turn = np.arctan2(py, px)
        d = d / (1 + 0.13 * np.cos(turn * bumps))
    cover = np.clip((1 - d) * min(rx, ry) * s + 0.5, 0, 1)
    normal = _rounding(canvas, px, py, d, (c, n), flat, bumps, wrinkle)
    colours = np.broadcast_to(tone, (*d.shape, 3)).astype(np.float32)
    if flat < 1 or edge is not None:
        grain = noise(canvas.rng, size, size, max(3, min(rx, ry) * s / 5), 3)
        colours = colours * (1 + 0.09 * grain)[..., None]
        if edge is not None:
            colours = mix(colours, np.broadcast_to(edge, colours.shape), smooth(0.55, 1.0, d + 0.16 * grain) * 0.85)
    if shadow:
        canvas.cast(cover, left, top, shift=(rx * 0.22 + 1, rx * 0.24 + 1), soft=max(2.0, rx * 0.22), dark=shadow)
    canvas.put(lit(colours, normal, gloss=gloss, sharp=8), cover, left, top)


def _rounding(
    canvas: Canvas, px: Array, py: Array, d: Array, turned: tuple[float, float], flat: float, bumps: int, wrinkle: float
) -> Array:
    """The normals of a piece: round, flat with a rounded rim, bumpy or wrinkled."""
    c, n = turned
    slope = np.clip(d, 0, 0.999) if flat >= 1 else np.clip((d - 1 + flat) / flat, 0, 0.999)
    nz = np.sqrt(1 - slope**2)
    lean = slope / (d + 1e-4)
    nx, ny = (px * c - py * n) * lean, -(px * n + py * c) * lean
    if bumps or wrinkle:
        w = 9.0 if bumps else 6.0
        nx = nx + (0.55 if bumps else wrinkle) * np.sin(px * w + canvas.between(0, 6)) * np.cos(py * w)
        ny = ny + (0.55 if bumps else wrinkle) * np.cos(px * w * 0.8) * np.sin(py * w + canvas.between(0, 6))
    normal = np.stack([nx, ny, nz], -1).astype(np.float32)
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True) + 1e-6
    return normal


def heap(
    canvas: Canvas,
    middle: tuple[float, float],
    reach: tuple[float, float],
    count: int,
    each: Callable[[float, float], None],
) -> None:
    """Scatter `count` pieces in an ellipse, those in front later; higher towards the middle."""
    spots = []
    for _ in range(count):
        angle, far = canvas.between(0, 2 * np.pi), np.sqrt(canvas.between(0, 1))
        x, y = np.cos(angle) * far, np.sin(angle) * far
        lift = (1 - far * far) * reach[1] * 0.42
        spots.append((middle[1] + y * reach[1], middle[0] + x * reach[0], lift))
    for y, x, lift in sorted(spots, key=lambda spot: spot[0] + spot[2] * 0.6):
        each(x, y - lift)


def polygon_mask(canvas: Canvas, outlines: Sequence[Sequence[tuple[float, float]]]) -> tuple[Array, int, int]:
    """Return the coverage of polygons (units, drawn at three times the resolution) and its corner in pixels."""
    s, times = canvas.scale, 3
    points = [point for outline in outlines for point in outline]
    left = int(np.floor(min(x for x, _ in points) * s)) - 3
    top = int(np.floor(min(y for _, y in points) * s)) - 3
    width = int(np.ceil(max(x for x, _ in points) * s)) + 3 - left
    height = int(np.ceil(max(y for _, y in points) * s)) + 3 - top
    image = Image.new("L", (width * times, height * times))
    pen = ImageDraw.Draw(image)
    for outline in outlines:
        pen.polygon([((x * s - left) * times, (y * s - top) * times) for x, y in outline], fill=255)
    small = image.resize((width, height), Image.Resampling.BOX)
    return np.asarray(small, dtype=np.float32) / 255, left, top


def cut_out(
    canvas: Canvas,
    outlines: Sequence[Sequence[tuple[float, float]]],
    tone: Colour | Texture,
    *,
    round_off: float = 6.0,
    gloss: float = 0.2,
    lift: float = 10.0,
    shadow: float = 0.45,
    holes: Sequence[Sequence[tuple[float, float]]] = (),
    depth: float = 1.0,
) -> None:
    """Put a cut-out of any outline on the sheet, its edge rounded over `round_off` units, `lift` above the ground."""
    mask, left, top = polygon_mask(canvas, outlines)
    if holes:
        bored, hole_left, hole_top = polygon_mask(canvas, holes)
        y, x = hole_top - top, hole_left - left
        y0, x0 = max(0, y), max(0, x)
        y1, x1 = min(mask.shape[0], y + bored.shape[0]), min(mask.shape[1], x + bored.shape[1])
        mask = mask.copy()
        mask[y0:y1, x0:x1] *= 1 - bored[y0 - y : y1 - y, x0 - x : x1 - x]
    pad = int(round_off * canvas.scale) + 1
    raised = blur(np.pad(mask, pad), max(1.2, round_off * canvas.scale * 0.5))
    gy, gx = np.gradient(raised)
    push = 2.2 * round_off * canvas.scale * depth
    normal = np.stack([-gx * push, gy * push, np.ones_like(gx)], -1)[pad:-pad, pad:-pad].astype(np.float32)
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    if callable(tone):
        rows = (np.arange(mask.shape[0], dtype=np.float32) + top) / canvas.scale
        columns = (np.arange(mask.shape[1], dtype=np.float32) + left) / canvas.scale
        x, y = np.meshgrid(columns, rows)
        colours = tone(x, y).astype(np.float32)
    else:
        colours = np.broadcast_to(tone, (*mask.shape, 3)).astype(np.float32)
    if shadow:
        canvas.cast(mask, left, top, shift=(lift, lift * 1.2), soft=lift * 0.9 + 2, dark=shadow)
        canvas.cast(mask, left, top, shift=(2, 3), soft=3, dark=shadow * 0.6)
    canvas.put(lit(colours, normal, gloss=gloss, sharp=8, low=0.42), mask, left, top)


def turned(points: Sequence[tuple[float, float]], at: tuple[float, float], angle: float) -> list[tuple[float, float]]:
    """Turn points about the origin by `angle` radians and move the origin to `at`."""
    c, n = np.cos(angle), np.sin(angle)
    return [(at[0] + x * c - y * n, at[1] + x * n + y * c) for x, y in points]


def rounded(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Smooth a closed outline by cutting its corners three times."""
    for _ in range(3):
        cut = []
        for (ax, ay), (bx, by) in zip(points, points[1:] + points[:1], strict=True):
            cut += [(ax * 0.75 + bx * 0.25, ay * 0.75 + by * 0.25), (ax * 0.25 + bx * 0.75, ay * 0.25 + by * 0.75)]
        points = cut
    return points


def box_points(width: float, height: float) -> list[tuple[float, float]]:
    return [(-width / 2, -height / 2), (width / 2, -height / 2), (width / 2, height / 2), (-width / 2, height / 2)]


def arc(cx: float, cy: float, radius: float, first: float, last: float, steps: int = 40) -> list[tuple[float, float]]:
    return [(cx + radius * np.cos(t), cy + radius * np.sin(t)) for t in np.linspace(first, last, steps)]


def sheet(
    canvas: Canvas,
    at: tuple[float, float],
    size: tuple[float, float],
    angle: float,
    texture: Texture,
    *,
    lift: float = 8.0,
    folds: float = 0.0,
    shadow: float = 0.4,
    corner: float = 2.0,
) -> None:
    """Lay a sheet of cloth or paper; `texture(u, v)` gets units from its middle. `folds` is how strongly it waves."""
    s = canvas.scale
    c, n = np.cos(angle), np.sin(angle)
    reach_x = (abs(size[0] * c) + abs(size[1] * n)) / 2 + 4
    reach_y = (abs(size[0] * n) + abs(size[1] * c)) / 2 + 4
    left, top = int((at[0] - reach_x) * s), int((at[1] - reach_y) * s)
    x0, y0 = max(left, -40), max(top, -40)
    x1, y1 = min(int((at[0] + reach_x) * s), canvas.width + 40), min(int((at[1] + reach_y) * s), canvas.height + 40)
    y, x = np.mgrid[y0:y1, x0:x1].astype(np.float32) / s
    dx, dy = x - at[0], y - at[1]
    u, v = dx * c + dy * n, -dx * n + dy * c
    sway = noise(canvas.rng, *u.shape, 150 * s, 2) if folds else np.zeros_like(u)
    qx, qy = np.abs(u + sway * folds * 1.2) - size[0] / 2 + corner, np.abs(v + sway * folds) - size[1] / 2 + corner
    gap = np.hypot(np.maximum(qx, 0), np.maximum(qy, 0)) + np.minimum(np.maximum(qx, qy), 0) - corner
    mask = np.clip(0.5 - gap * s, 0, 1)
    colours = texture(u + sway * folds * 1.5, v + sway * folds * 1.5)
    if folds:
        gy, gx = np.gradient(blur(sway, 10 * s))
        push = 26.0 * folds / 4
        normal = np.stack([-gx * push, gy * push, np.ones_like(gx)], -1).astype(np.float32)
        normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
        colours = lit(colours.astype(np.float32), normal, low=0.45)
    edge = smooth(-3, 0, gap)
    colours = colours * (1 - 0.10 * edge)[..., None]
    if shadow:
        canvas.cast(mask, x0, y0, shift=(lift, lift * 1.2), soft=lift + 2, dark=shadow)
    canvas.put(colours.astype(np.float32), mask, x0, y0)


def cube(
    canvas: Canvas,
    x: float,
    y: float,
    width: float,
    depth: float,
    height: float,
    tone: Colour,
    *,
    gloss: float = 0.15,
    top_texture: Texture | None = None,
    lean: float = 0.5,
) -> None:
    """A block seen from above and in front, its front foot edge in the middle at (x, y)."""
    w, d, h = width / 2, depth * lean, height
    slant = depth * 0.28
    front = [(x - w, y - h), (x + w, y - h), (x + w, y), (x - w, y)]
    upper = [(x - w, y - h), (x + w, y - h), (x + w + slant, y - h - d), (x - w + slant, y - h - d)]
    side = [(x + w, y - h), (x + w + slant, y - h - d), (x + w + slant, y - d), (x + w, y)]
    mask, left, top = polygon_mask(canvas, [front, upper, side])
    canvas.cast(mask, left, top, shift=(width * 0.16, height * 0.1), soft=max(6.0, height * 0.16), dark=0.42)
    cut_out(canvas, [side], tone * 0.62, round_off=2, shadow=0, gloss=gloss)
    cut_out(canvas, [front], tone * 0.86, round_off=3, shadow=0, gloss=gloss)
    cut_out(canvas, [upper], top_texture or tone * 1.04, round_off=3, shadow=0, gloss=gloss)


def strand(
    canvas: Canvas, points: Sequence[tuple[float, float]], width: float, tone: Colour | Texture, **how: float
) -> None:
    """A cord or a stick along a smooth path through `points`."""
    knots = np.array(points, dtype=np.float64)
    at = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(knots, axis=0).T))])
    t = np.linspace(0, at[-1], 90)
    if len(knots) > 2:
        path = np.stack([_spline(at, knots[:, i], t) for i in (0, 1)], -1)
    else:
        path = np.stack([np.interp(t, at, knots[:, i]) for i in (0, 1)], -1)
    along = np.gradient(path, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True) + 1e-6
    across = np.stack([-along[:, 1], along[:, 0]], -1) * width / 2
    outline = [tuple(point) for point in np.vstack([path + across, (path - across)[::-1]])]
    cut_out(canvas, [outline], tone, round_off=width * 0.45, **how)


def _spline(at: Array, values: Array, t: Array) -> Array:
    """Catmull-Rom through (at, values)."""
    padded = np.concatenate([[2 * values[0] - values[1]], values, [2 * values[-1] - values[-2]]])
    spans = np.clip(np.searchsorted(at, t, side="right") - 1, 0, len(at) - 2)
    f = (t - at[spans]) / (at[spans + 1] - at[spans])
    a, b, c, d = (padded[spans + i] for i in range(4))
    return 0.5 * (2 * b + (c - a) * f + (2 * a - 5 * b + 4 * c - d) * f**2 + (3 * b - a - 3 * c + d) * f**3)

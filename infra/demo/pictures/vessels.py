"""Turned things: cut glass, blown glass, lacquer, pottery, iron, tin and wood."""

from __future__ import annotations

import numpy as np

from infra.demo.pictures import colours as k
from infra.demo.pictures import patterns
from infra.demo.pictures.canvas import Array, Canvas, Colour, blur, mix, noise, smooth
from infra.demo.pictures.lathe import FILL, INNER, OUTER, RIM, Body, hollow, lit, stand, turn

Profile = list[tuple[float, float]]


def scaled(profile: Profile, tall: float, wide: float) -> Profile:
    return [(h * tall, r * wide) for h, r in profile]


def paint(body: Body, outer: Colour, inner: Colour | None = None, rim: Colour | None = None) -> Array:
    """Return the body's own colours by part."""
    inner = outer if inner is None else inner
    rim = outer if rim is None else rim
    out = np.broadcast_to(outer, (*body.h.shape, 3)).copy()
    out[(body.part == INNER) | (body.part == FILL)] = inner
    out[body.part == RIM] = rim
    return out


def rise(body: Body) -> Array:
    """Height on the body from 0 at the foot to 1 at the rim."""
    on = body.part > 0
    low, high = body.h[on].min(), body.h[on].max()
    return np.clip((body.h - low) / (high - low + 1e-3), 0, 1)


def round_about(body: Body, radius: float, cell: float, theta: Array | None = None) -> tuple[Array, Array, float]:
    """Pattern coordinates on the body: along the turn and up, in cells, closing without a seam; and a pixel's width."""
    turns = max(3, round(2 * np.pi * radius / cell))
    angle = body.theta if theta is None else theta
    return angle / (2 * np.pi) * turns, body.h / cell, 1.3 / cell


def glow(canvas: Canvas, body: Body, colour: Colour, strength: float) -> None:
    """Coloured light that falls through glass onto the table, to the right."""
    height, width = body.cover.shape
    fade = smooth(0.35, 0.7, np.linspace(0, 1, height, dtype=np.float32))[:, None]
    shade = blur(np.pad(body.cover * fade, int(width * 0.2)), width * 0.07)
    left, top = body.left + int(width * 0.18), body.top + int(height * 0.05) - int(width * 0.2)
    x0, y0 = max(0, left), max(0, top)
    x1, y1 = min(canvas.width, left + shade.shape[1]), min(canvas.height, top + shade.shape[0])
    part = (shade * strength)[y0 - top : y1 - top, x0 - left : x1 - left, None]
    tint = colour / (colour.max() + 1e-3)
    under = canvas.pixels[y0:y1, x0:x1]
    canvas.pixels[y0:y1, x0:x1] = under * (1 - part) + under * (0.35 + 0.9 * tint) * part


def cut_glass(
    canvas: Canvas, profile: Profile, at: tuple[float, float], tilt: float, tone: Colour, cut: str, cell: float
) -> None:
    """A cased glass, colour over clear, with a pattern cut through to the clear."""
    body = turn(canvas, profile, at=at, tilt=tilt, wall=7)
    radius = max(r for _, r in profile)
    up = rise(body)
    pattern = patterns.CUTS[cut]
    u, v, pixel = round_about(body, radius, cell)
    field = smooth(0.16, 0.19, up) * (1 - smooth(0.80, 0.82, up))
    figure = pattern(u, v, pixel) * field
    lean = pattern(u + 0.05, v + 0.05, pixel) * field - figure
    bands = sum(patterns.line(up - at_height, 0.012, 0.006) for at_height in (0.84, 0.87))
    flutes = patterns.line(patterns.wrap(u * 0.5), 0.10, pixel) * (1 - smooth(0.12, 0.155, up))
    figure = np.clip(np.maximum(figure, np.maximum(bands, flutes)), 0, 1)
    far = round_about(body, radius, cell, np.pi - body.theta)[0]
    behind = pattern(far, body.back / cell, pixel) * field
    ground = canvas.pixels[body.top : body.top + body.h.shape[0], body.left : body.left + body.h.shape[1]]
    ground = _fit(ground, body.h.shape)
    thick = np.clip(1 - body.normal[..., 2], 0, 1)
    cased = tone[None, None, :] * (0.40 + 0.9 * np.clip(1.15 - thick * 1.1, 0, 1) * (1.25 - 0.5 * up))[..., None]
    cased = mix(cased, tone * 0.4 + 0.6, behind * 0.26 * (1 - thick))
    shine = 0.78 + 0.5 * np.clip(-body.normal[..., 0] * 0.8 + 0.2, -0.4, 1) + 1.4 * np.clip(lean, -0.35, 0.35)
    clear = mix(ground, np.ones_like(ground), 0.72) * shine[..., None]
    colours = mix(cased, clear, figure * 0.96)
    bare = 1 - smooth(0.02, 0.05, up) * 1.0
    colours = mix(colours, ground * 0.75 + 0.22 * (0.4 + 1.2 * np.abs(np.sin(body.theta * 9)))[..., None], bare * 0.7)
    inside = (body.part == INNER)[..., None]
    depth = hollow(body, 0.45)[..., None]
    inner_figure = pattern(*round_about(body, radius, cell)) * field
    inner = mix(tone * 0.9 + 0.12, np.ones(3, np.float32), inner_figure * 0.55) * depth
    colours = np.where(inside, mix(inner, ground, 0.12), colours)
    colours = np.where((body.part == RIM)[..., None], mix(tone, np.ones(3, np.float32), 0.62), colours)
    colours = lit(colours.astype(np.float32), body.normal, gloss=0.7, sharp=34, low=0.66)
    glow(canvas, body, tone * 0.5 + 0.5, 0.55)
    stand(canvas, body, colours, shadow=0.30)


def _fit(ground: Array, shape: tuple[int, int]) -> Array:
    rows, columns = shape[0] - ground.shape[0], shape[1] - ground.shape[1]
    return np.pad(ground, ((0, max(0, rows)), (0, max(0, columns)), (0, 0)), mode="edge")[: shape[0], : shape[1]]


def clear_glass(canvas: Canvas, profile: Profile, at: tuple[float, float], tilt: float, tone: Colour) -> None:
    """Blown glass: the ground shows through, edges thicken, a bubble or two."""
    body = turn(canvas, profile, at=at, tilt=tilt, wall=8)
    ground = _fit(
        canvas.pixels[body.top : body.top + body.h.shape[0], body.left : body.left + body.h.shape[1]], body.h.shape
    )
    thick = np.clip(1 - body.normal[..., 2], 0, 1) ** 1.6
    flipped = ground[:, ::-1]
    through = mix(ground, flipped, 0.3 * (1 - thick))
    tinted = through * mix(np.ones(3, np.float32), tone, np.clip(0.35 + 0.9 * thick, 0, 1))
    tinted = mix(tinted, tinted * 0.5, smooth(0.62, 0.95, thick) * 0.55)
    base = 1 - smooth(0.05, 0.13, rise(body))
    tinted = mix(tinted, tinted * 0.6 + tone * 0.5, base * (0.5 + 0.4 * np.sin(body.theta * 5)))
    for _ in range(3):
        at_angle, at_height = canvas.between(-1, 1), canvas.between(0.2, 0.7)
        d = np.hypot((body.theta - at_angle) * 120, (rise(body) - at_height) * 300) / canvas.between(5, 9)
        tinted = mix(tinted, np.ones(3, np.float32), np.exp(-((d - 1) ** 2) * 6) * 0.5 * (body.part == OUTER))
    tinted = np.where((body.part == RIM)[..., None], mix(tinted, np.ones(3, np.float32), 0.5), tinted)
    glow(canvas, body, tone * 0.6 + 0.4, 0.35)
    stand(canvas, body, lit(tinted.astype(np.float32), body.normal, gloss=0.8, sharp=36, low=0.9), shadow=0.22)


def lacquer(
    canvas: Canvas,
    profile: Profile,
    at: tuple[float, float],
    tilt: float,
    outer: Colour,
    inner: Colour,
    gold: bool = False,
    opened: bool = True,
) -> Body:
    """Lacquered wood: deep colour, a soft mirror; with `gold`, grasses and a moon sprinkled in gold."""
    body = turn(canvas, profile, at=at, tilt=tilt, wall=8 if opened else 0)
    colours = paint(body, outer, inner, outer * 1.25)
    if gold:
        dust = _maki_e(canvas, body)
        colours = mix(colours, k.KIN[None, None, :] * (0.8 + 0.5 * np.clip(-body.normal[..., 0:1], 0, 1)), dust)
    gloss = np.where(body.part == INNER, 0.45, 0.62)
    lighted = lit(colours * hollow(body, 0.45)[..., None], body.normal, gloss=1.0, sharp=9, low=0.30)
    matte = lit(colours * hollow(body, 0.45)[..., None], body.normal, low=0.30)
    stand(canvas, body, mix(matte, lighted, gloss))
    return body


def _maki_e(canvas: Canvas, body: Body) -> Array:
    """Autumn grasses: bent blades from one root, seeds, a moon and fine dust that thins out upwards."""
    up, angle = rise(body), body.theta
    dust = np.zeros_like(up)
    root = canvas.between(-0.5, 0.3)
    for _ in range(int(canvas.between(7, 13))):
        lean, tall = canvas.between(-0.9, 0.9), canvas.between(0.5, 0.9)
        path = root + lean * np.clip(up, 0, 1) ** 1.8 + 0.1 * np.sin(up * 4 + lean * 3)
        width = 0.02 * (1 - up / tall) + 0.004
        dust = np.maximum(dust, smooth(width + 0.008, width, np.abs(angle - path)) * (up < tall))
        for bead in range(6):
            at_height = tall - 0.035 * bead
            across = root + lean * at_height**1.8 + 0.1 * np.sin(at_height * 4 + lean * 3) + 0.03 * (-1) ** bead
            d = np.hypot((angle - across) * 0.8, up - at_height)
            dust = np.maximum(dust, smooth(0.02, 0.012, d))
    moon = np.hypot((angle - root - canvas.between(0.3, 0.7)) * 0.75, up - canvas.between(0.62, 0.74))
    dust = np.maximum(dust, smooth(0.135, 0.128, moon) * 0.9)
    speck = canvas.rng.random(up.shape) > 0.965 + 0.03 * up
    return np.clip(dust + speck * 0.45 * (up < 0.5), 0, 1) * (body.part == OUTER)


def glazed(
    canvas: Canvas,
    profile: Profile,
    at: tuple[float, float],
    tilt: float,
    glaze: Colour,
    clay: Colour,
    *,
    figure: str | None = None,
    gloss: float = 0.45,
    fill: tuple[float, Colour] | None = None,
    opened: bool = True,
) -> Body:
    """Pottery: a glaze that runs and stops short of the foot, speckles, a thin worn rim; `figure` paints in blue."""
    body = turn(canvas, profile, at=at, tilt=tilt, wall=10 if opened else 0, fill=fill[0] if fill else None)
    up = rise(body)
    flow = noise(canvas.rng, *up.shape, 38 * canvas.scale, 3)
    running = 0.10 + 0.05 * np.sin(body.theta * 3 + canvas.between(0, 6)) + 0.03 * flow
    tone = (
        glaze[None, None, :]
        * (1 + (0.05 if glaze.min() < 0.9 else 0.012) * flow)[..., None]
        * (0.93 + 0.1 * up)[..., None]
    )
    colours = mix(clay[None, None, :] * (1 + 0.06 * flow)[..., None], tone, smooth(-0.012, 0.012, up - running))
    colours = np.where((body.part != OUTER)[..., None], tone, colours)
    colours = np.where((body.part == RIM)[..., None], mix(tone, np.broadcast_to(clay, tone.shape), 0.45), colours)
    speck = (canvas.rng.random(up.shape) > 0.9965).astype(np.float32)
    colours = mix(colours, clay[None, None, :] * 0.6 * np.ones_like(colours), np.clip(speck * 0.5, 0, 1))
    if figure:
        colours = _painted(canvas, body, colours, figure, max(r for _, r in profile))
    if fill:
        wet = body.part == FILL
        ripple = 1 + 0.03 * noise(canvas.rng, *up.shape, 30 * canvas.scale, 2)
        colours = np.where(wet[..., None], fill[1] * ripple[..., None], colours)
    shaded = (colours * hollow(body, 0.4)[..., None]).astype(np.float32)
    stand(canvas, body, mix(lit(shaded, body.normal), lit(shaded, body.normal, gloss=0.9, sharp=7), gloss))
    return body


def _painted(canvas: Canvas, body: Body, colours: Array, figure: str, radius: float) -> Array:
    """The glaze with a pattern brushed on in cobalt."""
    up = rise(body)
    u, v, pixel = round_about(body, radius, radius * 0.34)
    inked = patterns.CLOTH[figure](u, -v, pixel) * smooth(0.2, 0.22, up) * (1 - smooth(0.86, 0.88, up))
    inked = np.maximum(inked, sum(patterns.line(up - y, 0.014, 0.008) for y in (0.17, 0.91)))
    wash = 0.75 + 0.3 * noise(canvas.rng, *up.shape, 20 * canvas.scale, 2)
    ink = np.clip(inked * wash, 0, 1) * (body.part == OUTER)
    return mix(colours, np.broadcast_to(k.rgb("24468a"), colours.shape), ink * 0.9)


def metal(
    canvas: Canvas,
    profile: Profile,
    at: tuple[float, float],
    tilt: float,
    tone: Colour,
    *,
    rough: float = 0.5,
    dots: float = 0,
    opened: bool = True,
) -> Body:
    """Cast iron (rough) or tin and brass (bright). `dots` is the size of raised hailstone studs, 0 for none."""
    body = turn(canvas, profile, at=at, tilt=tilt, wall=9 if opened else 0)
    normal = body.normal
    up = rise(body)
    skin = noise(canvas.rng, *up.shape, 5 * canvas.scale, 2)
    if dots:
        radius = max(r for _, r in profile)
        u, v, _ = round_about(body, radius, dots)
        u = u + 0.5 * (np.floor(v) % 2)
        dx, dy = patterns.wrap(u - 0.5), patterns.wrap(v - 0.5)
        bump = np.exp(-(dx * dx + dy * dy) * 26) * smooth(0.3, 0.36, up) * (1 - smooth(0.80, 0.84, up))
        push = np.stack([dx * bump * 5, dy * bump * 5, 0 * dx], -1) * (body.part == OUTER)[..., None]
        normal = normal + push.astype(np.float32)
        normal /= np.linalg.norm(normal, axis=-1, keepdims=True) + 1e-6
    colours = paint(body, tone, tone * 0.7) * (1 + 0.10 * rough * skin)[..., None] * hollow(body, 0.5)[..., None]
    turned = 1 + (1 - rough) * 0.07 * np.sin(body.h * 1.7)
    gleam = lit(
        (colours * turned[..., None]).astype(np.float32),
        normal,
        gloss=1.0,
        sharp=4 + 8 * (1 - rough),
        low=0.22 + 0.2 * (1 - rough),
    )
    stand(canvas, body, mix(lit(colours.astype(np.float32), normal, low=0.26), gleam, 0.9 - 0.68 * rough))
    return body


def wooden(
    canvas: Canvas,
    profile: Profile,
    at: tuple[float, float],
    tilt: float,
    tone: Colour,
    *,
    staves: int = 0,
    hoops: tuple[float, ...] = (),
    opened: bool = True,
    hoop: Colour = k.KIN,
) -> Body:
    """Turned or coopered wood with its grain; `staves` around, `hoops` at heights 0 to 1."""
    body = turn(canvas, profile, at=at, tilt=tilt, wall=14 if opened else 0)
    up = rise(body)
    slow = noise(canvas.rng, *up.shape, 90 * canvas.scale, 2)
    board = np.floor(body.theta / (2 * np.pi) * staves) if staves else np.zeros_like(up)
    rings = np.sin((body.theta * 46 if staves else body.h * 0.20) + slow * 3 + board * 2.3 + up * 1.2)
    colours = paint(body, tone, tone * 0.95, tone * 1.07) * (1 + 0.045 * rings + 0.05 * np.sin(board * 12.9))[..., None]
    if staves:
        seam = patterns.line(patterns.wrap(body.theta / (2 * np.pi) * staves), 0.03, 0.03) * (body.part != RIM)
        colours *= (1 - 0.4 * seam)[..., None]
    for height in hoops:
        band = patterns.line(up - height, 0.055, 0.006) * (body.part == OUTER)
        colours = mix(colours, hoop[None, None, :] * (1 + 0.2 * np.sin(body.h * 2.0))[..., None], band)
    stand(
        canvas,
        body,
        lit((colours * hollow(body, 0.45)[..., None]).astype(np.float32), body.normal, gloss=0.12, sharp=4),
    )
    return body

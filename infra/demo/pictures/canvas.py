"""The sheet a picture is drawn on: grounds, layers with soft shadows, grain. Numpy, sRGB floats from 0 to 1."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Array = NDArray[np.float32]
Colour = Array
UNIT = 960  # pictures are composed in units of a width of 960


def smooth(low: float, high: float, value: Array) -> Array:
    """Hermite step from 0 at `low` to 1 at `high`, elementwise."""
    t = np.clip((value - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def mix(first: Array, second: Array, share: Array | float) -> Array:
    """Blend two colour arrays; `share` (H, W) or a number is the part of `second`."""
    weight = share[..., None] if isinstance(share, np.ndarray) and share.ndim == 2 else share
    return first + (second - first) * weight


def blur(plane: Array, radius: float) -> Array:
    """Gaussian blur of one plane, done small when the radius is large."""
    height, width = plane.shape
    shrink = max(1, int(radius / 3))
    small = Image.fromarray(plane.astype(np.float32))
    if shrink > 1:
        small = small.resize((max(1, width // shrink), max(1, height // shrink)), Image.Resampling.BOX)
    soft = np.asarray(small, dtype=np.float32)
    for _ in range(3):
        soft = _box(_box(soft, max(1, round(radius / shrink * 0.9))).T, max(1, round(radius / shrink * 0.9))).T
    if shrink == 1:
        return np.ascontiguousarray(soft)
    whole = Image.fromarray(np.ascontiguousarray(soft)).resize((width, height), Image.Resampling.BICUBIC)
    return np.asarray(whole, dtype=np.float32)


def _box(plane: Array, reach: int) -> Array:
    """Mean over `reach` pixels to both sides along the last axis; the edge goes on outside."""
    padded = np.pad(plane, ((0, 0), (reach + 1, reach)), mode="edge")
    total = np.cumsum(padded, axis=1, dtype=np.float64)
    width = 2 * reach + 1
    return ((total[:, width:] - total[:, :-width]) / width).astype(np.float32)


def noise(rng: np.random.Generator, height: int, width: int, cell: float, octaves: int = 3) -> Array:
    """Soft value noise around 0 (about -1 to 1), `cell` pixels per grain of the first octave."""
    total = np.zeros((height, width), dtype=np.float32)
    strength = 1.0
    for _ in range(octaves):
        shape = (max(2, int(height / cell) + 2), max(2, int(width / cell) + 2))
        grains = Image.fromarray(rng.uniform(-1, 1, shape).astype(np.float32))
        total += strength * np.asarray(grains.resize((width, height), Image.Resampling.BICUBIC), dtype=np.float32)
        cell, strength = max(1.5, cell / 2.1), strength * 0.5
    return total / 1.4


class Canvas:
    """A picture in the making. Coordinates of the drawing functions are units of 1/960 of the width."""

    def __init__(self, size: tuple[int, int], seed: int) -> None:
        self.width, self.height = size
        self.scale = self.width / UNIT
        self.rng = np.random.default_rng(seed)
        self.pixels = np.zeros((self.height, self.width, 3), dtype=np.float32)

    def pick(self, *options: object) -> object:
        return options[int(self.rng.integers(len(options)))]

    def chance(self, share: float) -> bool:
        return bool(self.rng.random() < share)

    def between(self, low: float, high: float) -> float:
        return float(self.rng.uniform(low, high))

    def still_life(self, wall: Colour, table: Colour, horizon: float = 0.62) -> None:
        """A wall and a table that meet softly, window light from the upper left."""
        y = np.linspace(0, 1, self.height, dtype=np.float32)[:, None]
        x = np.linspace(0, 1, self.width, dtype=np.float32)[None, :]
        floor = smooth(horizon - 0.05, horizon + 0.07, y + 0 * x)
        self.pixels = mix(wall[None, None, :], table[None, None, :], floor)
        light = 1.10 - 0.20 * np.hypot(x - 0.24, (y - 0.25) * 0.9) ** 1.3
        near = 1 + 0.08 * smooth(horizon, 1.0, y) - 0.05 * np.exp(-(((y - horizon) / 0.045) ** 2))
        self.pixels *= (light * near)[..., None]

    def window_light(self, strength: float = 0.06) -> None:
        """A slanted patch of light as through paper screens."""
        y, x = np.mgrid[0 : self.height, 0 : self.width].astype(np.float32) / self.scale
        along = (x + 0.45 * y) * 0.006 + self.between(0, 3)
        bars = smooth(-0.15, 0.15, np.sin(along * 2.1)) * smooth(-0.9, 0.6, np.cos(along * 0.5))
        self.pixels *= (1 + strength * (blur(bars, 16 * self.scale) - 0.4))[..., None]

    def table_top(self, colour: Colour, kind: str = "linen") -> None:
        """A surface seen from above: "linen", "wood", "stone" or "paper"."""
        height, width = self.height, self.width
        y, x = np.mgrid[0:height, 0:width].astype(np.float32)
        light = 1.06 - 0.22 * np.hypot(x / width - 0.2, (y / height - 0.16)) ** 1.4
        texture = np.zeros((height, width), dtype=np.float32)
        if kind == "linen":
            step = 2 * np.pi / (3.1 * self.scale)
            drift = noise(self.rng, height, width, 60 * self.scale, 1) * 2
            texture = 0.016 * (np.sin(x * step + drift) + np.sin(y * step + drift)) + 0.02 * noise(
                self.rng, height, width, 9 * self.scale, 2
            )
        elif kind == "wood":
            warp = noise(self.rng, height, width, 420 * self.scale, 2) * 26
            rings = np.sin((x / self.scale + warp * 2.4) * 0.11) + 0.5 * np.sin((x / self.scale + warp * 3) * 0.31)
            streak = self._streaks(height, width)
            texture = 0.035 * rings + 0.05 * streak
        elif kind == "stone":
            texture = 0.05 * noise(self.rng, height, width, 60 * self.scale, 4)
        else:
            texture = 0.012 * noise(self.rng, height, width, 16 * self.scale, 3)
        self.pixels = colour[None, None, :] * (light * (1 + texture))[..., None]

    def _streaks(self, height: int, width: int) -> Array:
        grains = Image.fromarray(self.rng.uniform(-1, 1, (12, width // 2)).astype(np.float32))
        return np.asarray(grains.resize((width, height), Image.Resampling.BICUBIC), dtype=np.float32)

    def cast(self, mask: Array, left: int, top: int, *, shift: tuple[float, float], soft: float, dark: float) -> None:
        """Darken the sheet by a blurred, shifted copy of `mask` placed with its corner at (left, top) pixels."""
        pad = int(soft * 2.5 * self.scale) + 2
        padded = np.pad(mask, pad)
        shade = blur(padded, soft * self.scale) * dark
        x = left - pad + int(shift[0] * self.scale)
        y = top - pad + int(shift[1] * self.scale)
        self._blend(x, y, shade, lambda under, weight: under * (1 - weight[..., None] * np.array([0.92, 0.96, 1.0])))

    def put(self, colours: Array, mask: Array, left: int, top: int) -> None:
        """Lay a layer of `colours` (h, w, 3) through `mask` (h, w) with its corner at (left, top) pixels."""
        x0, y0 = max(0, left), max(0, top)
        x1, y1 = min(self.width, left + mask.shape[1]), min(self.height, top + mask.shape[0])
        if x1 <= x0 or y1 <= y0:
            return
        part = np.s_[y0 - top : y1 - top, x0 - left : x1 - left]
        under = self.pixels[y0:y1, x0:x1]
        over = colours if colours.ndim == 1 else colours[part]
        self.pixels[y0:y1, x0:x1] = under + (over - under) * mask[part][..., None]

    def _blend(self, left: int, top: int, weight: Array, how: Callable[[Array, Array], Array]) -> None:
        x0, y0 = max(0, left), max(0, top)
        x1, y1 = min(self.width, left + weight.shape[1]), min(self.height, top + weight.shape[0])
        if x1 > x0 and y1 > y0:
            part = weight[y0 - top : y1 - top, x0 - left : x1 - left]
            self.pixels[y0:y1, x0:x1] = how(self.pixels[y0:y1, x0:x1], part)

    def finish(self) -> Image.Image:
        """Return the picture: a gentle vignette, film-like shoulder, grain of paper."""
        y = np.linspace(-1, 1, self.height, dtype=np.float32)[:, None]
        x = np.linspace(-1, 1, self.width, dtype=np.float32)[None, :]
        self.pixels *= (1 - 0.045 * (x * x + y * y) ** 1.4)[..., None]
        grain = self.rng.standard_normal((self.height // 2 + 1, self.width // 2 + 1)).astype(np.float32)
        fine = np.repeat(np.repeat(grain, 2, 0), 2, 1)[: self.height, : self.width]
        out = self.pixels + (fine * 0.008)[..., None]
        out = np.where(out > 0.86, 0.86 + 0.14 * np.tanh((out - 0.86) / 0.14), out)
        return Image.fromarray((np.clip(out, 0, 1) * 255 + 0.5).astype(np.uint8))

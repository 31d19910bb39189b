"""Small bar charts drawn on the server, one per column of a table, on one scale. The table beside them says it all."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.safestring import SafeString, mark_safe

WIDTH, HEIGHT, FOOT = 260, 96, 2


@dataclass(frozen=True)
class Bar:
    """One bar: `value` None is hidden and drawn as a hatched stub of one height, whatever lies behind it."""

    name: str
    text: str
    value: int | None


@dataclass(frozen=True)
class Chart:
    """A picture with its title and its summary in words; `first` and `last` name its outer bars."""

    title: str
    summary: str
    svg: SafeString
    first: str
    last: str


def highest(columns: list[list[Bar]]) -> int:
    """Return the largest value of all charts of a figure, 1 at least: their common scale."""
    return max([bar.value or 0 for bars in columns for bar in bars] + [1])


def draw(bars: list[Bar], scale: int, number: int) -> SafeString:
    """Return the picture of one column as SVG; decorative to a screen reader, which gets the table and a summary.

    `number` tells the pattern of this chart from those of its neighbours on the page.
    """
    step = WIDTH / max(len(bars), 1)
    wide = max(step - 3, 2)
    parts = []
    for place, bar in enumerate(bars):
        left = place * step + (step - wide) / 2
        tall = 14 if bar.value is None else max(round((HEIGHT - FOOT) * bar.value / scale, 1), 1)
        kind = f'fill="url(#veil{number})" class="veil"' if bar.value is None else 'class="bar"'
        top = HEIGHT - FOOT - tall
        parts.append(f'<rect x="{left:.1f}" y="{top:.1f}" width="{wide:.1f}" height="{tall:.1f}" {kind}/>')
    pattern = (
        f'<pattern id="veil{number}" width="5" height="5" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><path d="M0 0V5" stroke="currentColor" stroke-width="1.5"/></pattern>'
    )
    ground = f'<path d="M0 {HEIGHT - 1}H{WIDTH}" stroke="currentColor" stroke-width="1"/>'
    # Only numbers made here reach the markup, never a text from outside.
    return mark_safe(  # noqa: S308
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" aria-hidden="true" focusable="false" preserveAspectRatio="none">'
        f"<defs>{pattern}</defs>{''.join(parts)}{ground}</svg>"
    )

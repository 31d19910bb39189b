"""Cut the shop's type down to Latin, figures, kana and Japanese punctuation (development tool).

Kanji stay with the reader's own Japanese face: a Mincho of any system stands well beside these kana. Run it after
`npm ci` with a Python that has fonttools and brotli; it writes ../assets/fonts/shippori-mincho.woff2.
"""

from __future__ import annotations

from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

HERE = Path(__file__).resolve().parent
SOURCE = HERE / "node_modules/@fontsource/shippori-mincho/files/shippori-mincho-japanese-400-normal.woff2"
TARGET = HERE.parent / "assets/fonts/shippori-mincho.woff2"
RANGES = (
    (0x20, 0x7E),  # Latin
    (0xA0, 0xFF),
    (0x152, 0x153),
    (0x2013, 0x2026),
    (0x20AC, 0x20AC),
    (0x3000, 0x3011),  # 、。「」
    (0x301C, 0x301C),
    (0x3041, 0x3096),  # hiragana
    (0x309B, 0x309E),
    (0x30A0, 0x30FE),  # katakana
    (0xFF01, 0xFF01),
    (0xFF08, 0xFF09),
    (0xFF1A, 0xFF1F),
    (0xFF5E, 0xFF5E),
)


def main() -> None:
    options = subset.Options()
    options.layout_features = ["kern", "palt", "liga", "vert"]
    options.hinting = False
    font = TTFont(SOURCE)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=[code for first, last in RANGES for code in range(first, last + 1)])
    cutter.subset(font)
    font.flavor = "woff2"
    TARGET.parent.mkdir(exist_ok=True)
    font.save(TARGET)


if __name__ == "__main__":
    main()

"""Finish the shop's style sheet: drop tokens nobody uses, record what it was built from (development tool).

`npm run build` runs Tailwind and then this. The first line of ../assets/shop.css carries the SHA-256 of the sources
(style input, package versions, the class words of the shopper templates, which are all that Tailwind reads), so that CI
proves it fresh without node: `python build.py --check` exits 1 when a source changed after the last build. Words are
hashed and not whole templates, so that a changed sentence asks for no build.
"""

from __future__ import annotations

import hashlib
import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
TEMPLATES = HERE.parent / "templates" / "shop"
TARGET = HERE.parent / "assets" / "shop.css"
HEADER = re.compile(r"/\*! machiichi sources sha256:([0-9a-f]{64}) \*/")


def source_hash() -> str:
    """Return the SHA-256 over the style sources and the class words of the templates, in a stable order."""
    digest = hashlib.sha256()
    for name in ("shop.css", "package-lock.json", "build.py"):
        digest.update(name.encode() + b"\0" + (HERE / name).read_bytes() + b"\0")
    words: set[str] = set()
    for path in TEMPLATES.rglob("*.html"):
        for value in re.findall(r'class="([^"]*)"', path.read_text()):
            words.update(value.split())
    digest.update(" ".join(sorted(words)).encode())
    return digest.hexdigest()


def prune_properties(css: str) -> str:
    """Return `css` without custom properties that nothing refers to, repeatedly until none is left."""
    while True:
        used = frozenset(re.findall(r"var\((--[\w-]+)", css))

        def keep_used(found: re.Match[str], used: frozenset[str] = used) -> str:
            return found[0] if found[1] in used else ""

        pruned = re.sub(r"(?<=[{;])(--(?!tw-)[\w-]+):[^;{}]*(;|(?=}))", keep_used, css)
        if pruned == css:
            return css
        css = pruned


def main() -> int:
    if "--check" in sys.argv:
        found = HEADER.match(TARGET.read_text()) if TARGET.exists() else None
        fresh = found is not None and found[1] == source_hash()
        stale = "shop.css is older than its sources: npm run build in storefront/assets-src"
        print("shop.css is fresh" if fresh else stale)
        return 0 if fresh else 1
    css = prune_properties((HERE / ".build" / "shop.css").read_text())
    TARGET.write_text(f"/*! machiichi sources sha256:{source_hash()} */\n{css}\n")
    print(f"{TARGET.name}: {TARGET.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Which picture belongs to which kind of goods, and the door to all of them."""

from __future__ import annotations

import zlib
from collections.abc import Callable

from PIL import Image

from infra.demo.pictures import cloths, foods, metalwork, papers, savoury, sweets, tableware, tools, toys
from infra.demo.pictures.canvas import Canvas

Draw = Callable[[Canvas, str], None]
SIZE = (960, 1200)

# Craft: how it is drawn, and its forms. A form is a few words that the drawing function looks for.
CRAFTS: dict[str, tuple[Draw, tuple[str, ...]]] = {
    "kiriko": (tableware.kiriko, ("rocks", "tumbler", "small", "bowl", "tumbler", "rocks")),
    "glass": (tableware.glass, ("cup", "plate", "vase", "chime")),
    "lacquer": (tableware.lacquerware, ("bowl", "natsume", "tray", "plate", "chopsticks", "bento")),
    "pottery": (tableware.pottery, ("cup", "vase", "ricebowl", "soba", "pourer", "teapot white", "donabe")),
    "ironkettle": (metalwork.iron, ("kettle", "bell", "trivet", "pan")),
    "metal": (metalwork.tin, ("cup", "plates", "basket", "bookmark")),
    "wood": (metalwork.wood, ("tub", "pail", "masu", "board")),
    "tenugui": (cloths.tenugui, ("", "seigaiha", "fireworks", "asanoha", "book", "obi")),
    "furoshiki": (cloths.furoshiki, ("spread", "bag", "spread", "paper")),
    "indigo": (cloths.indigo, ("scarf", "noren", "dots", "apron")),
    "textile": (cloths.textile, ("scarf", "runner", "case", "sashiko", "sleeve", "tabi")),
    "kumiko": (papers.kumiko, ("panel", "lantern", "coaster", "box")),
    "washi": (papers.washi, ("lantern", "letter", "goshuin", "notebook")),
    "paperbox": (papers.paper_box, ("box", "chest", "envelope", "origami")),
    "braid": (papers.braid, ("obijime", "glasses", "bracelet", "bookmark")),
    "knife": (tools.knife, ("santoku", "paring", "snips", "clippers")),
    "comb": (tools.comb, ("comb", "fringe", "hairpin", "pouch")),
    "brush": (tools.brush, ("writing", "makeup", "clothes", "scrub")),
    "fan": (toys.fan, ("wave", "round", "display pine", "melon")),
    "bamboo": (tools.bamboo, ("sieve", "basket smoked", "lunch", "whisk")),
    "incense": (toys.incense, ("sticks", "sachet", "letter", "dish")),
    "kokeshi": (toys.kokeshi, ("doll", "top", "daruma", "blocks")),
    "hagoita": (toys.hagoita, ("flower", "tiny", "panel", "charm")),
    "nori": (savoury.nori, ("sheets", "tin", "dried", "jar")),
    "miso": (foods.miso, ("rice", "barley", "yuzu", "ball")),
    "soy": (foods.soy, ("vat", "ponzu", "glaze", "small")),
    "senbei": (sweets.senbei, ("hard", "shrimp", "walnut", "soft")),
    "wagashi": (sweets.wagashi, ("higashi", "yokan", "rabbit", "dorayaki", "konpeito", "amber")),
    "tea": (sweets.tea, ("green", "matcha", "roast", "rice")),
    "sake": (foods.sake, ("junmai", "ginjo", "amazake", "lees")),
    "pickles": (foods.pickles, ("takuan", "turnip", "bettara", "shiba")),
    "honey": (sweets.honey, ("spring", "summer", "drops")),
    "rice": (sweets.rice, ("white", "grains", "mochi", "biscuit")),
    "noodles": (sweets.noodles, ("soba", "udon", "fine")),
    "driedfish": (savoury.dried_fish, ("flakes", "fish", "salt", "sachet")),
    "umeboshi": (savoury.umeboshi, ("salt", "honey", "wine", "jelly")),
    "beans": (sweets.beans, ("black", "flour", "simmered", "peanut")),
}

# Words of a listing's slug that tell its form. The longest that is found in the slug wins: obijime is no obi.
FORM_WORDS: dict[str, str] = {
    "nanako-rocks": "nanako rocks", "kikutsunagi-ochoko": "kikutsunagi small", "yarai": "yarai tumbler",
    "kiriko-hashioki": "hashioki", "asanoha-glass": "asanoha akane tumbler", "pendant": "pendant",
    "kagome-bowl": "kagome bowl", "kazaguruma": "small", "mizuoke": "cup", "fukiglass-furin": "chime",
    "ichirinzashi": "vase", "someni-sara": "plate", "shiruwan": "bowl", "natsume": "natsume",
    "hashi-meoto": "chopsticks",
    "kashizara": "plate", "magewappa": "bento", "spoon": "spoon", "obon-maru": "tray", "tekagami": "mirror",
    "yunomi": "cup", "katakuchi": "pourer", "donabe": "donabe", "hanaire": "vase", "meshiwan": "ricebowl",
    "mamezara": "plate", "sobachoko": "soba", "kyusu": "teapot white", "tetsubin": "kettle", "furaipan": "pan",
    "tetsu-furin": "bell", "nabeshiki": "trivet", "bonbonniere": "bonbon", "guinomi": "cup", "chataku": "plates",
    "shinchu-shiori": "bookmark", "kagozara": "basket", "candle": "candle", "ohitsu": "tub", "yuoke": "pail",
    "masu": "masu", "manaita": "board", "hanabi": "fireworks", "tenugui-seigaiha": "seigaiha", "bookcover": "book",
    "obi": "obi", "furoshiki-asanoha": "asanoha", "fukusa": "silk", "eco-bag": "bag", "tsutsumi": "paper",
    "aizome-scarf": "scarf", "apron": "apron", "noren": "noren", "handkerchief": "dots", "muffler": "scarf",
    "meishiire": "case", "tablerunner": "runner", "hashibukuro": "sleeve", "tabi-kon": "tabi navy",
    "tabi-shoes": "tabi child", "tabi-socks": "tabi", "sashiko": "sashiko", "coaster": "coaster asanoha",
    "andon": "lantern", "kakehana": "panel", "kobako": "box", "binsen": "letter", "chochin": "lantern",
    "shuincho": "goshuin", "notebook": "notebook", "pochibukuro": "envelope", "origami": "origami", "shodana": "chest",
    "obijime": "obijime pale", "meganehimo": "glasses", "bracelet": "bracelet", "kumihimo-shiori": "bookmark",
    "santoku": "santoku", "nigiri": "snips", "tsumekiri": "clippers", "kodachi": "paring", "tokigushi": "comb",
    "maegami": "fringe", "kanzashi": "hairpin", "migakibukuro": "pouch", "yofukubrush": "clothes", "shofude": "writing",
    "keshoufude": "makeup", "tawashi": "scrub", "uchiwa": "round", "sensu-nami": "wave", "sensu-kodomo": "melon",
    "kazari": "display pine", "zaru": "sieve", "hanakago": "basket smoked", "bentokago": "lunch", "chasen": "whisk",
    "senko": "sticks", "nioibukuro": "sachet", "bunko-kou": "letter", "koudai": "dish", "kokeshi-yuki": "doll",
    "koma": "top", "daruma": "daruma", "tsumiki": "blocks", "hagoita-hana": "flower", "hagoita-mame": "tiny",
    "shikishi": "panel", "tsurushi": "charm", "yakinori": "sheets", "ajinori": "tin", "aosa": "dried",
    "tsukudani": "jar", "kome-miso": "rice", "mugi-miso": "barley", "yuzu-miso": "yuzu", "miso-dama": "ball",
    "ponzu": "ponzu", "mitarashi": "glaze", "mini": "small", "kata-senbei": "hard", "ebi-senbei": "shrimp",
    "okaki": "walnut", "nuresenbei": "soft", "yokan": "yokan", "monaka": "rabbit", "dorayaki": "dorayaki",
    "higashi": "higashi", "konpeito-yuzu": "konpeito yuzu", "konpeito": "konpeito", "kohakutou": "amber",
    "sencha": "green", "hojicha": "roast", "matcha": "matcha", "genmaicha": "rice", "junmai": "junmai",
    "ginjo": "ginjo", "amazake": "amazake", "sakekasu": "lees", "kabu": "turnip", "takuan": "takuan",
    "bettara": "bettara", "shibazuke": "shiba", "hachimitsu-haru": "spring", "hachimitsu-natsu": "summer",
    "hachimitsu-ame": "drops", "shinmai": "white", "zakkoku": "grains", "cookie": "biscuit", "mochi": "mochi",
    "soba-boro": "biscuit", "soba": "soba", "udon": "udon", "somen": "fine", "hanakezuri": "flakes",
    "himono": "fish", "no-shio": "salt", "dashi-pack": "sachet", "shiraboshi": "salt", "hachimitsu-ume": "honey",
    "umeshu": "wine", "ume-jelly": "jelly", "kuromame": "black", "kinako": "flour", "nimame": "simmered",
    "rakkasei": "peanut", "sugioke": "vat",
}  # fmt: skip


def draw(craft: str, seed: int, size: tuple[int, int] = SIZE, form: str = "") -> Image.Image:
    """Draw one still life of `craft` (a key of `CRAFTS`); every seed gives another picture, always the same one.

    `form` are words for what exactly is shown ("bowl", "tabi navy"); by default the seed chooses. `size` in pixels
    should be 4:5. Raises `KeyError` for an unknown craft.
    """
    how, forms = CRAFTS[craft]
    canvas = Canvas(size, zlib.crc32(f"{craft}/{seed}".encode()))
    how(canvas, form or forms[seed % len(forms)])
    return canvas.finish()


def draw_listing(craft: str, slug: str, size: tuple[int, int] = SIZE, number: int = 0) -> Image.Image:
    """Draw picture `number` (from 0) of the demo listing `slug`: its form follows from the words of the slug."""
    return draw(craft, zlib.crc32(slug.encode()) + number, size, listing_form(slug))


def listing_form(slug: str) -> str:
    """Return what the demo listing `slug` shows ("yokan", "bowl"), "" for a slug without any word of `FORM_WORDS`."""
    return FORM_WORDS.get(max((word for word in FORM_WORDS if word in slug), key=len, default=""), "")

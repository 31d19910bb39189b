"""Kana to Latin letters (modified Hepburn) and to one spelling, so that every romanisation of a word meets.

People write the same word as toukyou, tokyo, tōkyō, tookyoo; or as sinbun, shimbun, shinbun. `fold_romaji` takes all
of them to one form, which is for comparing only and never shown.
"""

from __future__ import annotations

import re
import unicodedata

_ROWS = """
あ a い i う u え e お o か ka き ki く ku け ke こ ko さ sa し shi す su せ se そ so た ta ち chi つ tsu て te と to
な na に ni ぬ nu ね ne の no は ha ひ hi ふ fu へ he ほ ho ま ma み mi む mu め me も mo や ya ゆ yu よ yo
ら ra り ri る ru れ re ろ ro わ wa ゐ i ゑ e を o ん n が ga ぎ gi ぐ gu げ ge ご go ざ za じ ji ず zu ぜ ze ぞ zo
だ da ぢ ji づ zu で de ど do ば ba び bi ぶ bu べ be ぼ bo ぱ pa ぴ pi ぷ pu ぺ pe ぽ po ゔ vu
ぁ a ぃ i ぅ u ぇ e ぉ o ゎ wa ゃ ya ゅ yu ょ yo ゕ ka ゖ ke
きゃ kya きゅ kyu きょ kyo しゃ sha しゅ shu しょ sho ちゃ cha ちゅ chu ちょ cho にゃ nya にゅ nyu にょ nyo
ひゃ hya ひゅ hyu ひょ hyo みゃ mya みゅ myu みょ myo りゃ rya りゅ ryu りょ ryo ぎゃ gya ぎゅ gyu ぎょ gyo
じゃ ja じゅ ju じょ jo ぢゃ ja ぢゅ ju ぢょ jo びゃ bya びゅ byu びょ byo ぴゃ pya ぴゅ pyu ぴょ pyo
ふぁ fa ふぃ fi ふぇ fe ふぉ fo ふゅ fyu てぃ ti でぃ di とぅ tu どぅ du てゅ tyu でゅ dyu うぃ wi うぇ we うぉ wo
しぇ she じぇ je ちぇ che つぁ tsa つぃ tsi つぇ tse つぉ tso ゔぁ va ゔぃ vi ゔぇ ve ゔぉ vo くぁ kwa くぃ kwi くぇ kwe
くぉ kwo ぐぁ gwa いぇ ye
"""
_PARTS = _ROWS.split()
HEPBURN: dict[str, str] = dict(zip(_PARTS[::2], _PARTS[1::2], strict=True))

# Other ways to write the same sound, longest first: Kunrei, Nihon-shiki and keyboard input, towards Hepburn.
_SPELLINGS = [
    ("tch", "cch"),
    ("xtsu", ""),
    ("xtu", ""),
    ("sya", "sha"),
    ("syu", "shu"),
    ("syo", "sho"),
    ("tya", "cha"),
    ("tyu", "chu"),
    ("tyo", "cho"),
    ("cya", "cha"),
    ("cyu", "chu"),
    ("cyo", "cho"),
    ("zya", "ja"),
    ("zyu", "ju"),
    ("zyo", "jo"),
    ("jya", "ja"),
    ("jyu", "ju"),
    ("jyo", "jo"),
    ("dya", "ja"),
    ("dyu", "ju"),
    ("dyo", "jo"),
]
_SPELLING = re.compile("|".join(source for source, _ in _SPELLINGS))
_SPELLING_TO = dict(_SPELLINGS)
_SINGLE = [
    (re.compile(r"(?<![cs])hu"), "fu"),
    (re.compile(r"si"), "shi"),
    (re.compile(r"ti"), "chi"),
    (re.compile(r"tu"), "tsu"),
    (re.compile(r"zi"), "ji"),
    (re.compile(r"di"), "ji"),
    (re.compile(r"du"), "zu"),
    (re.compile(r"dzu"), "zu"),
    (re.compile(r"l"), "r"),
    (re.compile(r"v"), "b"),
    (re.compile(r"m(?=[bmp])"), "n"),
    (re.compile(r"c(?=ch)"), "t"),
    (re.compile(r"wo"), "o"),
    (re.compile(r"ou|oo|oh(?![aiueoy])"), "o"),
    (re.compile(r"uu"), "u"),
    (re.compile(r"aa"), "a"),
    (re.compile(r"ee"), "e"),
    (re.compile(r"ii"), "i"),
]


def to_hiragana(text: str) -> str:
    """Return `text` with every katakana as hiragana; ー stays."""
    return "".join(chr(ord(sign) - 0x60) if "ァ" <= sign <= "ヶ" else sign for sign in text)


def to_romaji(kana: str) -> str:
    """Return hiragana or katakana in Hepburn letters, long vowels written out (とうきょう: toukyou); っ doubles.

    Signs that are not kana stay as they are; ー repeats the vowel before it.
    """
    text = to_hiragana(kana)
    letters: list[str] = []
    position = 0
    is_doubled = False
    while position < len(text):
        pair, sign = text[position : position + 2], text[position]
        if sign == "っ":
            is_doubled, position = True, position + 1
            continue
        if sign == "ー":
            letters.append(letters[-1][-1] if letters and letters[-1] else "")
            position += 1
            continue
        syllable = HEPBURN.get(pair) if len(pair) == 2 else None
        position += 2 if syllable else 1
        syllable = syllable or HEPBURN.get(sign, sign)
        if is_doubled and syllable[:1].isalpha() and syllable[0] not in "aiueon":
            syllable = ("t" if syllable.startswith("ch") else syllable[0]) + syllable
        is_doubled = False
        letters.append(syllable)
    return "".join(letters)


def fold_romaji(text: str) -> str:
    """Return Latin letters in the one form for comparing: no case, macrons, marks, spaces nor long vowels."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(sign for sign in plain if sign.isalnum() and not unicodedata.combining(sign))
    plain = _SPELLING.sub(lambda found: _SPELLING_TO[found.group()], plain)
    for pattern, to in _SINGLE:
        plain = pattern.sub(to, plain)
    return plain

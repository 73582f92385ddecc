"""Text of which nobody says what its code page is: names in old zips, tables and JSON from Windows.

All that is in one code page is weighed together, since one word alone often makes sense in several.
"""

from __future__ import annotations

import codecs
import itertools
import re
from collections.abc import Callable, Iterable, Sequence

# Letters of the languages of a code page.
_WESTERN = frozenset("äöüÄÖÜßåÅæÆøØéèêëÉÈÊáàâãÁÀÂíìîïóòôõÓúùûñÑçÇœŒ")
_CENTRAL = frozenset("ąćęłńóśźżĄĆĘŁŃÓŚŹŻáčďéěíňřšťúůýžÁČĎÉĚÍŇŘŠŤÚŮÝŽőűŐŰöüÖÜäÄßľĺŕôÔăâî")
_TURKISH = frozenset("ğışĞİŞçöüÇÖÜâîû")
# Letters of ASCII that may follow these: "año", "pulmões", "mão", "tête", "Řez"; and stand before: "koń".
_CONSONANTS = "bcdfghjklmnpqrstvwxz"
_FOLLOWED = {"ñ": "aeiou", "Ñ": "aeiou", "õ": "e", "ã": "eos", "ê": _CONSONANTS, "Ř": "aeiouy"}
_PRECEDED = {"ń": "aeiouy"}
# "10 µm" and "37 °C", in which a capital of Czech or Danish would stand alone before a letter; "cm²", "40×".
_UNIT = re.compile(
    r"(?<![^\W\d_])(?:µ[glmsM]|°[CF])(?![^\W\d_])|(?<=[\dm])[²³](?![^\W\d_])|(?<=\d)[°×µ](?![^\W\d_])|×(?=\d)"
)
_WITHIN_A_WORD = re.compile(r"[A-Z][^\W\d_a-z](?<![a-zà-öø-ÿ])[a-z]$")
# A letter or two of Latin by themselves, or of the least used, are as likely the bytes of something else.
_DOUBTFUL_UTF8 = re.compile(r"[\xaa-\u02ff\u0370-\u0377\u037b-\u037f\u0460-\u052f]{1,2}")
_DOUBTFUL = 0.3
_LEAST_LIKELY = 0.5
_OF_WINDOWS = ("cp949", "cp932", "cp936", "cp950", "cp1252")
_MOST_WEIGHED = 1000


def as_utf8(content: bytes) -> bytes:
    """Text as UTF-8: from UTF-16 with its mark, or what programs on Windows write in its code page.

    What makes no likely text in any comes back as it is.

    Raises:
        UnicodeError: It begins as one of these and does not go on so.
    """
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16").encode()
    if _in_utf8(content) is not None:
        return content
    told = [line for line in content.splitlines() if not line.isascii()][:_MOST_WEIGHED]
    code_page = likeliest_code_page(told, _OF_WINDOWS)
    return content if code_page in (None, "utf-8") else content.decode(code_page).encode()


def likeliest_code_page(names: Sequence[bytes], code_pages: Iterable[str] | None = None) -> str | None:
    """UTF-8 where all of them are plainly that, else the code page in which they hold the likeliest letters.

    Args:
        names: Words or lines that are all in one code page.
        code_pages: Those it may be, as Python calls them; None for all that are known.

    Returns:
        None where they make no likely text in any.
    """
    text = _in_utf8(b"\n".join(names))
    if text is not None and not all(map(_DOUBTFUL_UTF8.fullmatch, _runs(text))):
        return "utf-8"
    likely = {page: _likelihood(names, page) for page in code_pages or _CODE_PAGES}
    best = max(likely, key=lambda page: likely[page])
    return best if likely[best] >= _LEAST_LIKELY else None if text is None else "utf-8"


def _in_utf8(content: bytes) -> str | None:
    try:
        return content.decode()
    except UnicodeError:
        return None


def _runs(text: str) -> list[str]:
    """Runs of letters beyond ASCII, with the letters of ASCII that touch them."""
    found = []
    for run in re.finditer(r"[^\x00-\x7f]+", text):
        start, end = run.span()
        before, behind = text[max(start - 1, 0) : start], text[end : end + 1]
        found.append(before * before.isalpha() + run[0] + behind * behind.isalpha())
    return found


def _likelihood(names: Sequence[bytes], code_page: str) -> float:
    """The mean over letters beyond ASCII of how usual they are, 0 to 1; 0 where the bytes make no text."""
    try:
        text = "\n".join(name.decode(code_page) for name in names)
    except UnicodeError:
        return 0
    usual = _CODE_PAGES[code_page]
    text, num_units = _UNIT.subn("", text)
    shares = [share for run in _runs(text) for share in usual(run)]
    likely = (sum(shares) + num_units) / max(len(shares) + num_units, 1)
    # A bracket by itself is half of a letter of two bytes.
    return likely if all(text.count(a) == text.count(b) for a, b in ("[]", "{}")) else likely / 2


def _usual_in_korea(run: str) -> list[float]:
    """The 2,350 syllables of KS X 1001 are what names are made of; the others are what German looks like."""
    return [_of_hangul(letter) for letter in run if not letter.isascii()]


def _of_hangul(letter: str) -> float:
    if not "가" <= letter <= "힣":
        return 0.5 if _is_ideograph(letter) else 0
    # Python writes the syllables that KS X 1001 lacks as eight bytes of its letters.
    return 1 if len(letter.encode("euc_kr")) == 2 else _DOUBTFUL


def _usual_in_japan(run: str) -> list[float]:
    """Kana, numbers in circles and kanji, those of level 1 before the others.

    One alone that touches small letters of Latin is none; wide letters alone are accents behind small ones.
    """
    letters = [letter for letter in run if not letter.isascii()]
    alone, several = len(letters) == 1, sum(map(_is_ideograph, letters)) > 1
    touched = alone and (run[0].islower() or run[-1].islower())

    def usual(letter: str) -> float:
        if "ぁ" <= letter <= "ヿ" or "①" <= letter <= "⑳" or (several and "Ａ" <= letter <= "ｚ"):
            return _DOUBTFUL if touched else 1
        if not _is_ideograph(letter) or touched:
            return _DOUBTFUL * _is_ideograph(letter)
        if alone and run[-1].isascii():  # "脳MRI", or a word of capitals with an accent
            return 0.6
        return 0.95 if letter.encode("cp932", "replace") <= b"\x98\x72" else 0.5 if alone else _DOUBTFUL

    return list(map(usual, letters))


def _is_ideograph(letter: str) -> bool:
    return "一" <= letter <= "鿿"


def _usual_in_china(run: str) -> list[float]:
    """The common characters of GB 2312 (level 1), which Korean names read as rare hanja."""
    pairs = [letter.encode("cp936") for letter in run if not letter.isascii()]
    return [0.85 * (len(pair) == 2 and 0xB0 <= pair[0] < 0xD8 and pair[1] > 0xA0) for pair in pairs]


def _usual_in_taiwan(run: str) -> list[float]:
    """The common characters of Big5 (level 1); a small letter of Latin behind one may be its second byte."""
    latin = run[0].isascii() or run[-1].isascii()
    pairs = [letter.encode("cp950") for letter in run if not letter.isascii()]
    return [
        0 if len(pair) < 2 or not 0xA4 <= pair[0] < 0xC7 else _DOUBTFUL if latin and pair[1] < 0x80 else 0.85
        for pair in pairs
    ]


def _usual_in(letters: str, usual: str, never: str) -> Callable[[str], list[float]]:
    """Usual letters of a script among their own: one with capitals or none, but no Latin beside them.

    Args:
        letters: The first and the last of them, or several such pairs.
        usual: Those that are frequent, small ones.
        never: What no word has, as a regular expression.
    """
    frequent, odd, known = set(usual), re.compile(never), re.compile(f"[{letters}]")

    def shares(run: str) -> list[float]:
        found = [letter for letter in run if not letter.isascii()]
        strange = len(found) < len(run) or _grows(found) or odd.search(run)
        each = _DOUBTFUL if strange else 0.9 if len(found) > 3 else 0.8
        return [
            each * bool(known.match(letter)) * (1 if letter.lower() in frequent else 0.6) for letter in found
        ]

    return shares


def _grows(letters: Iterable[str]) -> bool:
    return any(a.islower() and b.isupper() for a, b in itertools.pairwise(letters))


def _usual_with_accents(usual: frozenset[str], weight: float) -> Callable[[str], list[float]]:
    """Latin letters with accents; seldom more than three in a row, or a capital within a word."""

    def shares(run: str) -> list[float]:
        num_letters = sum(not letter.isascii() for letter in run)
        each = weight * (_DOUBTFUL if _grows(run) or _WITHIN_A_WORD.match(run) or num_letters > 3 else 1)
        beside = zip(f" {run}", run, f"{run[1:]} ", strict=False)
        return [
            each
            * (letter in usual and _may_touch(before, _PRECEDED.get(letter)))
            * _may_touch(behind, _FOLLOWED.get(letter))
            for before, letter, behind in beside
            if not letter.isascii()
        ]

    return shares


def _may_touch(letter: str, wanted: str | None) -> bool:
    return wanted is None or not (letter.isascii() and letter.isalpha()) or letter.lower() in wanted


_usual_in_russia = _usual_in("А-ё", "оеаинтсрвлкмдпуяыьгзбчй", "^[ъыьЪЫЬ]")
# One accent a word, no letter three times in a row, no two consonants at its end.
_NEVER_IN_GREECE = r"ς.|σ$|.[Ά-Ώ]|^[Α-Ω]?[α-ω]+$|[ΆΈΉΊΌΎΏάέήίόύώ].*[άέήίόύώ]|(.)\1\1|[βγδζθκλμνξπρτφχψ]{2}$"
_usual_in_greece = _usual_in("Ά-ώ", "αοιετσνηυρπκμλςάίόέήύώδ", _NEVER_IN_GREECE)
_usual_in_israel = _usual_in("א-ת", "יוהלארתשמבנםדןק", "[םןךףץ].|[מנכצ]$")
_usual_in_thailand = _usual_in("ก-์", "านรกเงมยอลวดทสตะปคหแบพิีัุ่้", "^[ะ-ฺๅ-๎]|[เ-ไ]$")
_usual_in_arabia = _usual_in("ء-ي", "اليمنرتبةعدسفهكقحج", r"[ةى].|(.)\1\1")

# What Windows calls its code pages -> how usual the letters of a run are there; the order decides a tie.
_CODE_PAGES: dict[str, Callable[[str], list[float]]] = {
    "cp949": _usual_in_korea,
    "cp932": _usual_in_japan,
    "cp850": _usual_with_accents(_WESTERN, 0.9),
    "cp852": _usual_with_accents(_CENTRAL, 0.8),
    "cp857": _usual_with_accents(_TURKISH, 0.8),
    "cp866": _usual_in_russia,
    "cp1251": _usual_in_russia,
    **dict.fromkeys(("cp737", "cp1253"), _usual_in_greece),
    "cp1252": _usual_with_accents(_WESTERN, 0.7),
    "cp1250": _usual_with_accents(_CENTRAL, 0.6),
    "cp1254": _usual_with_accents(_TURKISH, 0.6),
    "cp936": _usual_in_china,
    "cp950": _usual_in_taiwan,
    "euc_jp": lambda run: [0.8 * share for share in _usual_in_japan(run)],
    **dict.fromkeys(("cp862", "cp1255"), _usual_in_israel),
    "cp874": _usual_in_thailand,
    **dict.fromkeys(("cp720", "cp1256"), _usual_in_arabia),
}

"""Korean particles that follow the sound before them: 을 after a final consonant, 를 after a vowel.

The catalogue writes both, as Koreans do by hand: 을(를), 은(는), 이(가), 과(와), (으)로, (이)라. Which one is
right is known only once the names and numbers stand in the sentence.
"""

from __future__ import annotations

import re

_PAIRS = {"을": "를", "은": "는", "이": "가", "과": "와"}
_MARKED = re.compile(
    r"(을\(를\)|은\(는\)|이\(가\)|과\(와\)|를\(을\)|는\(은\)|가\(이\)|와\(과\)|\(으\)|\(이\))"
)
_CLOSING = " \u2060`'\"’”」』>*_~"
_BRACKETS = re.compile(r"\s*(\([^()]*\)|\[[^\[\]]*\])$")
# Read in Sino-Korean; tens, hundreds and thousands end in a consonant as 영 does.
_DIGITS = dict(zip("0123456789", "영일이삼사오육칠팔구", strict=True))
_SIGNS = {"%": "트", "°": "도", "²": "곱", "+": "스", "①": "일"}
_UNITS = {"px": "셀", "mm": "터", "cm": "터", "MB": "트", "GB": "트", "KB": "트", "HU": "유"}
_LETTERS = {"l": "엘", "m": "엠", "n": "엔", "r": "알"}
_WORD = re.compile(r"[A-Za-z]+$")
_RIEUL = 8
"""The place of ㄹ among the final consonants of Unicode's syllables."""


class Korean(str):
    """A Korean sentence whose particles are set once its braces are filled."""

    def format(self, *args: object, **kwargs: object) -> str:  # type: ignore[override]
        """As `str.format`, with sentences in Korean too, and the particles that follow what was filled in."""
        told = [_told(each) for each in args]
        return with_particles(super().format(*told, **{key: _told(each) for key, each in kwargs.items()}))


def _told(value: object) -> object:
    said = getattr(value, "said", None)
    return said() if said else value


def with_particles(sentence: str) -> str:
    """The sentence with one particle wherever both stand; both stay after what nobody can read aloud."""
    parts = _MARKED.split(sentence)
    said = parts[0]
    for marked, after in zip(parts[1::2], parts[2::2], strict=True):
        said += _particle(marked, _final(said)) + after
    return said


def _particle(marked: str, final: int | None) -> str:
    if final is None:
        return marked
    if marked == "(으)":
        return "으" if final not in (0, _RIEUL) else ""
    if marked == "(이)":
        return "이" if final else ""
    after_consonant = next(each for each in _PAIRS if each in marked and _PAIRS[each] in marked)
    return after_consonant if final else _PAIRS[after_consonant]


def _final(text: str) -> int | None:
    """Which final consonant the last sound of a text has, 0 for none; None where it cannot be read aloud."""
    text = text.rstrip(_CLOSING)
    # The particle goes by the word before a bracket.
    last = _sound(_BRACKETS.sub("", text).rstrip(_CLOSING) or text.strip("()[]"))
    return (ord(last) - ord("가")) % 28 if last else None


def _sound(text: str) -> str:
    """A syllable that ends as the text does when it is read aloud, "" for none."""
    last = text[-1:]
    if "가" <= last <= "힣":
        return last
    if last in _DIGITS:
        return _DIGITS[last]
    if last in _SIGNS:
        return _SIGNS[last]
    found = _WORD.search(text)
    return _latin(found.group()) if found else ""


def _latin(word: str) -> str:
    """How a Latin word ends: spelt letter by letter where it cannot be a word, else by its last letters."""
    if word in _UNITS:
        return _UNITS[word]
    lower = word.lower()
    if len(word) == 1 or (word.isupper() and len(word) < 5) or not re.search("[aeiouy]", lower):
        return _LETTERS.get(lower[-1], "이")
    if re.search("(ng|m|n)$", lower):
        return "안"
    if lower[-1] == "l" or lower.endswith("le"):
        return "알"
    return "악" if re.search("[aeiou](b|ck?|k|p|tt?)$", lower) else "이"

"""The language that a person reads, and a sentence in it.

Sentences stand in the code in English and are looked up when they are shown, never before: what is kept is
the English sentence or a code with its facts. Pages ask their session (`ask_session`), commands their
environment.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from core.language.catalogue import catalogue
from core.language.numbers import English
from core.language.particles import Korean

ENGLISH = "en"
LANGUAGES = {ENGLISH: "English", "ko": "한국어"}
_VARIABLES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")

_spoken: ContextVar[str] = ContextVar("language", default="")
_session: list[Callable[[], str]] = []


def current() -> str:
    """The language that is spoken here, else that of the running session, else English."""
    return _spoken.get() or next((said for ask in _session if (said := ask())), "") or ENGLISH


def ask_session(ask: Callable[[], str]) -> None:
    """Let the pages say which language the running session reads; "" where no session runs."""
    _session[:] = [ask]


def speak(language: str) -> None:
    """Use a language from here on."""
    _spoken.set(language)


@contextmanager
def spoken(language: str) -> Iterator[None]:
    """Use a language inside; a page asks its session once, not with each of a thousand words."""
    before = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(before)


def of_environment() -> str:
    """The language that the environment asks for, in gettext's order: LANGUAGE, LC_ALL ... LANG."""
    wished = next((value for name in _VARIABLES if (value := os.environ.get(name))), "")
    return known(wished)


def known(wished: str) -> str:
    """The language of the catalogue for a tag such as "ko-KR" or "ko_KR.UTF-8"; English for any other."""
    short = wished.strip()[:2].lower()
    return short if short in LANGUAGES and not wished[2:3].isalpha() else ENGLISH


def say(sentence: str, *, name: str = "") -> str:
    """A sentence or label of the code in the current language, its braces still to be filled.

    Args:
        sentence: In English, as it stands in the code; the same comes back where no catalogue has it.
        name: Of the constant, for the few English words that are two in the other language: the catalogue may
            give it as context (msgctxt).
    """
    language = current()
    if language == ENGLISH or not sentence:
        return English(sentence)
    found = catalogue(language)
    named = found.pgettext(name, sentence) if name else sentence
    return Korean(named if named != sentence else found.gettext(sentence))

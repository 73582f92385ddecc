"""Modules of words: constants in English, which read as the current language's wherever they are used.

`words.SAVE` stays a plain `str` to the type checker and to whoever reads the code, and is looked up at that
moment. So it must not be bound when a module is imported: not in a table, a default argument or a decorator.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from types import ModuleType
from typing import Any

from core.language import say


class _Words(ModuleType):
    def __getattribute__(self, name: str) -> Any:
        value = super().__getattribute__(name)
        return _said(value, name) if name.isupper() else value


def looked_up(module: str) -> None:
    """Make a module one of words; the last line of each such module, with its `__name__`."""
    sys.modules[module].__class__ = _Words


def _said(value: Any, name: str) -> Any:
    if isinstance(value, str):
        return say(value, name=name)
    if isinstance(value, Mapping):
        return {key: _said(each, name) for key, each in value.items()}
    if isinstance(value, tuple | list):
        return type(value)(_said(each, name) for each in value)
    return value

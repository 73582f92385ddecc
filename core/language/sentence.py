"""A sentence with its facts: English text to the code, put into words again where it is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from numbers import Integral, Real
from typing import Any

from core.language import say
from core.language.numbers import English


class Sentence(str):
    """What is told to a person: the English text, which still knows its template and facts.

    Attributes:
        template: As it stands in the code; with facts, their names in braces.
        facts: What the braces stand for; a fact may be a sentence itself.
    """

    template: str
    facts: dict[str, Any]

    def __new__(cls, template: str, /, **facts: Any) -> Sentence:
        """A sentence of a template and its facts; one without facts that is a sentence already stays it."""
        if isinstance(template, Sentence) and not facts:
            return template
        facts = {key: _made_of(value) for key, value in facts.items()}
        self = super().__new__(cls, English(template).format(**facts) if facts else template)
        self.template, self.facts = template, facts
        return self

    def __add__(self, more: str) -> Sentence:
        """The sentence with what follows it, in one."""
        return Sentence.joined([self, more], "")

    @classmethod
    def joined(cls, parts: Sequence[str], between: str = " ") -> Sentence:
        """Several sentences as one."""
        names = [f"part_{number}" for number in range(len(parts))]
        return cls(between.join(f"{{{name}}}" for name in names), **dict(zip(names, parts, strict=True)))

    def __reduce__(self) -> tuple[Any, ...]:
        return _made, (self.template, self.facts)

    def said(self) -> str:
        """The sentence in the current language."""
        template = say(self.template)
        return (
            template.format(**{key: said(each) for key, each in self.facts.items()})
            if self.facts
            else template
        )


def print_sentence(template: str, /, **facts: Any) -> None:
    """Print a sentence in the current language; arguments as of `Sentence`."""
    print(Sentence(template, **facts).said())


class Lines(tuple[Any, ...]):
    """Sentences as one fact, each on a line of its own."""

    def __str__(self) -> str:
        return "\n".join(f"- {each}" for each in self)

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)


def said(value: Any) -> Any:
    """A sentence in the current language; everything else as it is."""
    if isinstance(value, Sentence):
        return value.said()
    return Lines(map(said, value)) if isinstance(value, Lines) else value


def _made_of(value: Any) -> Any:
    """A fact as it is kept: of an error what it says, not how it says it here."""
    if isinstance(value, Exception):
        told = getattr(value, "sentence", value.args[0] if value.args else "")
        return told if isinstance(told, Sentence) else str(value)
    are_sentences = isinstance(value, list) and all(isinstance(each, str) for each in value)
    return Lines(value) if are_sentences else value


def _made(template: str, facts: Mapping[str, Any]) -> Sentence:
    return Sentence(template, **facts)


def to_plain(value: Any) -> Any:
    """A value for JSON, in which sentences are template and facts: no language is written down."""
    if isinstance(value, Sentence):
        return {"template": value.template, "facts": {key: _fact(each) for key, each in value.facts.items()}}
    if isinstance(value, Mapping):
        return {key: to_plain(each) for key, each in value.items()}
    return [to_plain(each) for each in value] if isinstance(value, list | tuple) else value


def from_plain(value: Any) -> Any:
    """What `to_plain` was given; tuples are lists."""
    if isinstance(value, list):
        return [from_plain(each) for each in value]
    if not isinstance(value, dict):
        return value
    found = {key: from_plain(each) for key, each in value.items()}
    return Sentence(found["template"], **found["facts"]) if found.keys() == {"template", "facts"} else found


def _fact(value: Any) -> Any:
    if isinstance(value, Sentence | Lines):
        return to_plain(value)
    if isinstance(value, bool | str) or value is None:
        return value
    # NumPy's numbers are no JSON.
    if isinstance(value, Integral):
        return int(value)
    return float(value) if isinstance(value, Real) else str(value)

"""English nouns and verbs that follow a number: "1 image is", "2 images are".

Sentences are written in the plural; which number it is is known only once the braces are filled.
"""

from __future__ import annotations

import re
from string import Formatter

_NOUNS = (
    "channels classes days drafts epochs files folds groups hours images labels masks minutes objects parts "
    "people persons pictures points readers rows seconds segments slices strokes trials"
).split()
_SINGULAR = {"classes": "class", "people": "person"}
_VERBS = {"are": "is", "have": "has", "were": "was"} | {
    each: f"{each}s"
    for each in ("belong", "count", "divide", "find", "hold", "lie", "need", "seem", "stand", "wait")
}
_COUNTED = re.compile(rf"^((?: \w+)? )({'|'.join(_NOUNS)})\b( (?:{'|'.join(_VERBS)})\b)?")


class English(str):
    """An English sentence whose nouns follow their numbers once its braces are filled."""

    def format(self, *args: object, **kwargs: object) -> str:  # type: ignore[override]
        """As `str.format`, with what stands behind a field that is 1 in the singular."""
        template, number = "", ""
        for text, name, spec, conversion in Formatter().parse(self):
            literal = text.replace("{", "{{").replace("}", "}}")
            template += _COUNTED.sub(_of_one, literal) if number == "1" else literal
            number = str(kwargs.get(name or "", ""))
            if name is not None:
                template += f"{{{name}{'!' + conversion if conversion else ''}{':' + spec if spec else ''}}}"
        return template.format(*args, **kwargs)


def _of_one(found: re.Match[str]) -> str:
    between, noun, verb = found.groups()
    one = _SINGULAR.get(noun, noun.removesuffix("s"))
    return f"{between}{one}{' ' + _VERBS[verb.strip()] if verb else ''}"

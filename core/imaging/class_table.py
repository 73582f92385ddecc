"""Which classes a mask can hold, their names and colours: from a JSON file, from names, or from a card.

Serves training and scoring of more than two classes. Knows cards, but no data set and no network.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.cards import MaskClass, ModelCard
from core.errors import AppError

# In masks of class indices: nobody decided what the pixel is; it weighs nothing.
UNDEFINED = 255
UNDEFINED_SAID = "undecided=255"
"""In the description of a mask that leaves here with such pixels: beside 0 alone 255 is foreground else."""
UNDEFINED_NAME = "undefined"
MOST_CLASSES = 254

Colour = tuple[int, int, int]

# Black for background, then the palette of Okabe and Ito, which colour-blind people can tell apart.
DEFAULT_COLOURS: tuple[Colour, ...] = (
    *((0, 0, 0), (230, 159, 0), (86, 180, 233), (0, 158, 115), (240, 228, 66)),
    *((0, 114, 178), (213, 94, 0), (204, 121, 167)),
)


@dataclass(frozen=True)
class ClassTable:
    """The classes of a data set.

    Attributes:
        classes: Background first; a class's place is its index in masks.
        by_colour: Whether coloured masks are read by these colours.
        palette_by_index: Whether the indices of a palette count where its colours are not these.
        has_undefined: Whether masks may hold pixels that nobody decided, as the index 255.
        undefined_colour: Of such pixels in coloured masks, None for none.
    """

    classes: tuple[MaskClass, ...]
    by_colour: bool = False
    palette_by_index: bool = True
    has_undefined: bool = False
    undefined_colour: Colour | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """What people read, background first."""
        return tuple(each.name for each in self.classes)

    @property
    def colours(self) -> tuple[Colour, ...]:
        """In overlays and coloured masks, background first."""
        return tuple(each.colour for each in self.classes)

    def __len__(self) -> int:
        """Number of classes, background among them."""
        return len(self.classes)


def table_of_card(card: ModelCard) -> ClassTable | None:
    """The classes of a model; None for a model of one foreground. A card without names gives them numbers."""
    if card.classes:
        # Colours of our own palette stand for classes that were given by their names alone.
        by_names = table_of_names([each.name for each in card.classes]).classes
        return ClassTable(card.classes, by_colour=True, palette_by_index=card.classes == by_names)
    if card.net.num_classes == 1:
        return None
    return table_of_names(["background", *(f"class {index}" for index in range(1, card.net.num_classes))])


def class_table(words: Sequence[str]) -> ClassTable:
    """The classes that `--classes` says: one JSON file, or the names.

    Raises:
        AppError: They make no table; one sentence.
    """
    if len(words) == 1 and words[0].lower().endswith(".json"):
        return read_class_table(Path(words[0]))
    return table_of_names(words)


def table_of_names(names: Sequence[str]) -> ClassTable:
    """Classes in the colours of a palette; one called "undefined" is the index 255.

    Args:
        names: Background first.

    Raises:
        AppError: Fewer than two, or two alike.
    """
    return _table([{"name": name} for name in names], "--classes")


def names_alone(table: ClassTable) -> tuple[str, ...] | None:
    """The names that `table_of_names` makes the table of; None where it has colours of its own."""
    names = (*table.names, *([UNDEFINED_NAME] if table.has_undefined else []))
    return names if table_of_names(names) == table else None


def class_table_json(table: ClassTable) -> str:
    """What `read_class_table` reads as the same table."""
    entries: list[dict[str, Any]] = [
        {"name": each.name, "colour": list(each.colour)} for each in table.classes
    ]
    if table.has_undefined:
        colour = table.undefined_colour
        entries.append({"name": UNDEFINED_NAME, **({"colour": list(colour)} if colour else {})})
    return json.dumps(entries, indent=2, ensure_ascii=False) + "\n"


def read_class_table(path: Path) -> ClassTable:
    """Classes from a JSON list of {"name": ..., "colour": [red, green, blue]}, background first.

    The colour may be left out of all of them: then masks hold indices. An entry called "undefined" marks
    pixels that weigh nothing: 255 in masks of indices, its colour in coloured ones.

    Raises:
        AppError: The file cannot be read, or makes no table; one sentence.
    """
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise AppError("{path} cannot be read as JSON ({error}).", path=path, error=error) from None
    return _table(entries, str(path))


def _table(entries: Any, where: str) -> ClassTable:
    wanted = f'{where}: expected a list of {{"name": ..., "colour": [red, green, blue]}}, background first'
    if not isinstance(entries, list):
        raise AppError("{wanted}, got {name}.", wanted=wanted, name=type(entries).__name__)
    for entry in entries:
        if not isinstance(entry, dict) or set(entry) - {"name", "colour"} or not _is_name(entry.get("name")):
            raise AppError("{wanted}, got {entry!r}.", wanted=wanted, entry=entry)
    colours = [None if entry.get("colour") is None else _colour(entry["colour"], wanted) for entry in entries]
    names = [entry["name"].strip() for entry in entries]
    if repeated := _repeated([name.casefold() for name in names]):
        raise AppError(
            "{where}: two classes are called {repeated!r}; give each its own name.",
            where=where,
            repeated=repeated,
        )
    colour_of = dict(zip(names, colours, strict=True))
    has_undefined, undefined_colour = UNDEFINED_NAME in colour_of, colour_of.pop(UNDEFINED_NAME, None)
    if not 2 <= len(colour_of) <= MOST_CLASSES:
        raise AppError(
            "{where}: expected 2 to {most_classes} classes, background first, got {num_known}.",
            where=where,
            most_classes=MOST_CLASSES,
            num_known=len(colour_of),
        )
    num_coloured = sum(colour is not None for colour in colour_of.values())
    if 0 < num_coloured < len(colour_of):
        raise AppError(
            "{where}: give every class a colour or none; {num_coloured} of {num_known} have one.",
            where=where,
            num_coloured=num_coloured,
            num_known=len(colour_of),
        )
    if repeated_colour := _repeated([colour for colour in colours if colour is not None]):
        raise AppError(
            "{where}: two classes have the colour {repeated_colour}; give each its own.",
            where=where,
            repeated_colour=list(repeated_colour),
        )
    return ClassTable(
        tuple(
            MaskClass(name, each or _default_colour(at)) for at, (name, each) in enumerate(colour_of.items())
        ),
        by_colour=num_coloured > 0,
        palette_by_index=num_coloured == 0,
        has_undefined=has_undefined,
        undefined_colour=undefined_colour if num_coloured else None,
    )


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _colour(value: Any, wanted: str) -> Colour:
    if not isinstance(value, list) or len(value) != 3 or not all(_is_level(each) for each in value):
        raise AppError(
            "{wanted}, each colour value a whole number from 0 to 255, got {value!r}.",
            wanted=wanted,
            value=value,
        )
    return value[0], value[1], value[2]


def _is_level(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 255


def _default_colour(index: int) -> Colour:
    """The palette, then ever darker rounds of it, so that no two classes share a colour."""
    if index < len(DEFAULT_COLOURS):
        return DEFAULT_COLOURS[index]
    turn, place = divmod(index - 1, len(DEFAULT_COLOURS) - 1)
    red, green, blue = (round(level * 0.9**turn) for level in DEFAULT_COLOURS[place + 1])
    return red, green, blue


def _repeated(values: Sequence[Any]) -> Any:
    return next((value for index, value in enumerate(values) if value in values[:index]), None)

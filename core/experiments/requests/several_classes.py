"""How experiments speak of several classes: the columns of their tables and the sentences under them.

An image's Dice is then the mean over its foreground classes, as `core.evaluation.class_scores` takes it.
"""

from __future__ import annotations

from core.imaging.class_table import ClassTable
from core.language.sentence import Sentence

_ENDING = " dice"


def dice_column(name: str) -> str:
    """The column of a class's own Dice; the blank keeps it apart from every other column and its interval."""
    return f"{name}{_ENDING}"


def is_dice_column(column: str) -> bool:
    """Whether a column holds a class's own Dice."""
    return column.endswith(_ENDING)


def name_of_column(column: str) -> str:
    """The class of a column that holds its Dice."""
    return column.removesuffix(_ENDING)


def shown_columns(columns: tuple[str, ...], classes: ClassTable | None) -> tuple[str, ...]:
    """A table's columns: of several classes with the Dice of each foreground class, without a threshold."""
    if classes is None:
        return columns
    place = columns.index("iou") + 1
    own = tuple(dice_column(name) for name in classes.names[1:])
    rest = tuple(column for column in columns[place:] if column != "threshold")
    return (*columns[:place], *own, *rest)


def class_notes(classes: ClassTable | None) -> list[str]:
    """What the scores of several classes are; nothing for one foreground."""
    if classes is None:
        return []
    undefined = Sentence(" Undefined pixels of the reference weigh nothing.") if classes.has_undefined else ""
    return [
        Sentence(
            "Each pixel is of its likeliest class. Scores of an image are means over its "
            "{foreground} ({names}), boundary F1 among them; accuracy is the part of all pixels "
            "that are right, and HD95 the mean over the classes that have one. A class that is "
            "neither there nor predicted scores 1.{undefined}",
            foreground=foreground(classes),
            names=", ".join(classes.names[1:]),
            undefined=undefined,
        ),
        Sentence(
            "A class's own Dice stands beside the mean, that of the background in table.csv "
            "alone; networks are tested against each other on the means."
        ),
    ]


def foreground(classes: ClassTable) -> str:
    """How many foreground classes there are, in words."""
    number = len(classes) - 1
    return (
        Sentence("one foreground class")
        if number == 1
        else Sentence("{number} foreground classes", number=number)
    )

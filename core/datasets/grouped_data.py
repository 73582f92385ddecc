"""A data set on disk with its groups: what its table, its names and its files say belongs together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.datasets.checks import ExaminedData, examine_dataset
from core.datasets.groups import GroupRule, Linked, keys_by_pattern, link_images
from core.datasets.matching import Pair, first_of
from core.datasets.set_table import SetTable, group_column_of, read_set_table, spreadsheets, tables_of_others
from core.datasets.split import split_train_val
from core.errors import AppError, BadDatasetError
from core.imaging.class_table import ClassTable
from core.imaging.image_reading import AS_TOLD, ImageReading
from core.imaging.mask_files.mask_values import MaskValues
from core.language.sentence import Sentence

NO_COLUMN = "none"
_SHOWN = 5

_Placed = Sequence[tuple[str, Pair]]


@dataclass(frozen=True)
class GroupedData:
    """The pairs of each split, checked, with their groups.

    Attributes:
        pairs_of: For each split its pairs in the order of their stems.
        group_of: The group of each image, in the same order; equal numbers in two splits are one group.
        table: The CSV beside the set, None for none.
        column: Its column that was obeyed, None for none.
        alike: Whether likeness was taken into account.
        notes: Plain sentences for the person.
    """

    pairs_of: dict[str, list[Pair]]
    group_of: dict[str, list[int]]
    table: SetTable | None = None
    column: str | None = None
    alike: bool = True
    notes: tuple[str, ...] = ()


def read_grouped(
    root: Path,
    rule: GroupRule | None = None,
    *,
    on_progress: Callable[[int, int], None] | None = None,
    classes: ClassTable | None = None,
    values: MaskValues | None = None,
    reading: ImageReading = AS_TOLD,
) -> GroupedData:
    """Check a data set as `examine_dataset` does, and find its groups.

    What the person names must not be parted by the folders. What is found besides (a patient's column,
    DICOM's patient and study, pictures that look alike) is told in a note where the folders part it.

    Args:
        root: Folder in the training layout.
        rule: What the person says; None for nothing.
        on_progress: Called with (pairs read, all pairs).
        classes: Of the masks, None for one foreground.
        values: What the person says that the values of masks of one foreground mean.
        reading: What the person says of the images' channels and units.

    Raises:
        BadDatasetError: Everything that is wrong, groups that stand in two splits among it.
        AppError: A table that cannot be read, no such column, or a pattern that fits nothing.
    """
    rule = rule or GroupRule()
    examined = examine_dataset(root, on_progress=on_progress, classes=classes, values=values, reading=reading)
    placed = [(split, pair) for split, pairs in examined.pairs_of.items() for pair in pairs]
    stems = [pair.file_stem for _, pair in placed]
    table = read_set_table(root, stems, rule.column)
    column = _column(table, rule, root)
    named = _named_keys(stems, table, column, rule.pattern)
    if rule.pattern or column == rule.column:
        _refuse_parted(root, placed, link_images(named))
    linked = _link(examined, named)
    unknown = [] if rule.column == NO_COLUMN else _unknown(root, stems, table, column)
    return GroupedData(
        examined.pairs_of,
        _by_split(placed, linked.numbers.tolist()),
        table,
        column,
        linked.alike,
        (*examined.notes, *unknown, *_notes(placed, linked)),
    )


def with_validation(data: GroupedData, part: float, seed: int) -> tuple[list[Pair], list[Pair]]:
    """Train and validation pairs: the val folder's, or whole groups of train, the same for the same seed.

    Raises:
        AppError: There are too few images or groups to set some aside.
    """
    if "val" in data.pairs_of:
        return data.pairs_of["train"], data.pairs_of["val"]
    try:
        return split_train_val(data.pairs_of["train"], data.group_of["train"], part, seed)
    except ValueError as error:
        raise AppError(
            "No validation images can be set aside ({error}); add a val folder.", error=error
        ) from None


def _column(table: SetTable | None, rule: GroupRule, root: Path) -> str | None:
    if rule.column == NO_COLUMN:
        return None
    if table is None:
        if rule.column:
            raise AppError("No CSV in {root} names its images, so there is no column to group by.", root=root)
        return None
    return rule.column or group_column_of(table.columns)


def _named_keys(
    stems: Sequence[str], table: SetTable | None, column: str | None, pattern: str
) -> list[list[str]]:
    """What the table and the names say of each image."""
    keys: list[list[str]] = [[] for _ in stems]
    sources = []
    if table is not None and column is not None:
        sources.append(("table", table.groups(column, stems)))
    if pattern:
        sources.append(("name", [[word] if word else [] for word in keys_by_pattern(stems, pattern)]))
    for kind, groups in sources:
        for own, words in zip(keys, groups, strict=True):
            own.extend(f"{kind}:{word}" for word in words)
    return keys


def _unknown(root: Path, stems: Sequence[str], table: SetTable | None, column: str | None) -> list[str]:
    """Which images a table says nothing of, so that nothing keeps them with others of their patient."""
    if column is None and (unread := spreadsheets(root)):
        return [
            Sentence(
                "{table} is not read; if it names patients, save it as CSV, to keep their images together.",
                table=unread[0].name,
            )
        ]
    if table is None:
        return [
            Sentence(
                "{table} has a column {column!r}, but names none of the images, so it keeps none together.",
                table=path.name,
                column=called,
            )
            for path, called in tables_of_others(root, stems)
        ]
    if column is None:
        return []
    files = list(dict.fromkeys(stems))
    groups = table.groups(column, files)
    written = dict(zip(table.values(column, files), groups, strict=True))
    others = [f"{own[0]} = {word}" for word, own in written.items() if own and word not in own]
    count = sum(not own for own in groups)
    told = Sentence(
        "{count} of {num_images} images have no {column!r} in {table}, so it keeps these with no others.",
        count=count,
        num_images=len(files),
        column=column,
        table=table.path.name,
    )
    as_one = Sentence(
        "In {table} these are taken as one {column!r}: {listed}.",
        table=table.path.name,
        column=column,
        listed=first_of(others),
    )
    return [*([told] if count else []), *([as_one] if others else [])]


def _link(examined: ExaminedData, named: Sequence[Iterable[str]]) -> Linked:
    signs = [each for of_split in examined.signs_of.values() for each in of_split]
    keys = [[*own, *each.keys] for own, each in zip(named, signs, strict=True)]
    return link_images(keys, [each.fingerprint for each in signs])


def _refuse_parted(root: Path, placed: _Placed, linked: Linked) -> None:
    parted = [_words(images) for images in _parted(placed, linked)]
    if parted:
        more = (
            [Sentence("So do {num_parted} other groups.", num_parted=len(parted) - _SHOWN)]
            if len(parted) > _SHOWN
            else []
        )
        lines = [
            Sentence("{words} are of one group; keep it in one split.", words=words)
            for words in parted[:_SHOWN]
        ]
        raise BadDatasetError(str(root), [*lines, *more])


def _parted(placed: _Placed, linked: Linked) -> list[_Placed]:
    """The groups that stand in several splits: of each one image a split."""
    groups: dict[int, dict[str, Pair]] = {}
    for (split, pair), number in zip(placed, linked.numbers.tolist(), strict=True):
        groups.setdefault(number, {}).setdefault(split, pair)
    return [list(of_split.items()) for of_split in groups.values() if len(of_split) > 1]


def _words(images: _Placed) -> str:
    return " and ".join(f"{split}/{pair.image_path.name}" for split, pair in images)


def _notes(placed: _Placed, linked: Linked) -> tuple[str, ...]:
    notes = []
    if linked.num_groups < len(placed):
        notes.append(
            Sentence(
                "{num_placed} images in {num_groups} groups that are never parted.",
                num_placed=len(placed),
                num_groups=linked.num_groups,
            )
        )
    if parted := _parted(placed, linked):
        notes.append(
            Sentence(
                "{words} look alike or are of one patient, and so in {more} other groups, so scores will be "
                "better than they should be; put each group into one folder."
                if len(parted) > 1
                else "{words} look alike or are of one patient, so scores will be better than they should "
                "be; put each group into one folder.",
                words=_words(parted[0]),
                more=len(parted) - 1,
            )
        )
    return tuple(notes)


def _by_split(placed: _Placed, numbers: Sequence[int]) -> dict[str, list[int]]:
    group_of: dict[str, list[int]] = {split: [] for split, _ in placed}
    for (split, _), number in zip(placed, numbers, strict=True):
        group_of[split].append(number)
    return group_of

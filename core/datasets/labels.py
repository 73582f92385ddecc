"""Images with labels in the training layout: `labels.csv` says what each image as a whole is.

The table lies in the split's folder or in the data folder, and has a column "image" (or "id", a name with or
without ending) and a column "label". Masks lie where segmentation has them and need not be there.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.datasets.layout import images_dir, masks_dir
from core.datasets.matching import list_images, not_read, stem_of
from core.datasets.set_table import (
    NAME_COLUMNS,
    column_called,
    group_column_of,
    is_nothing,
    read_csv,
    stem_of_name,
)
from core.errors import AppError, BadDatasetError
from core.language.sentence import Sentence

_LABEL_COLUMNS = ("label", "라벨", "레이블")


@dataclass(frozen=True)
class LabelledImage:
    """An image with its label on disk.

    Attributes:
        stem: Name without suffix, in NFC.
        mask_path: The mask of the same stem, None where there is none.
        label: What the image is.
        group: Patient or lesion, whose images stay together; the stem where the table has none.
    """

    stem: str
    image_path: Path
    mask_path: Path | None
    label: str
    group: str


def find_labelled(
    data_dir: Path,
    split: str,
    *,
    labels_path: Path | None = None,
    merged: Mapping[str, str] | None = None,
    known: Sequence[str] | None = None,
) -> list[LabelledImage]:
    """The images of a split with their labels, in the order of their stems.

    Args:
        data_dir: Folder in the training layout.
        split: "train", "val" or "test".
        labels_path: The table, None for the split's or the data folder's `labels.csv`.
        merged: Labels of the table that count as another, such as {"SK": "Other_SC"}.
        known: The labels of a model, None for whatever the table says.

    Raises:
        BadDatasetError: No images, images without a row or with an unknown label, all in one list.
        AppError: The table is missing, cannot be read or has no such columns.
    """
    folder = images_dir(data_dir, split)
    if not folder.is_dir():
        raise BadDatasetError(str(data_dir), [Sentence("There is no folder {split}/images.", split=split)])
    images = list_images(folder)
    if not images:
        nothing = Sentence("{split}: There are no images.", split=split)
        raise BadDatasetError(str(data_dir), [nothing, *not_read(folder, f"{split}/images")])
    row_of = _read_table(labels_path or _find_table(data_dir, split))
    mask_of = _masks(data_dir, split)
    problems: list[str] = []
    found: list[LabelledImage] = []
    for path in images:
        stem = stem_of(path)
        if stem not in row_of:
            problems.append(
                Sentence(
                    "{split}: Image {path} has no row in the table of labels.", split=split, path=path.name
                )
            )
            continue
        label, group = row_of[stem]
        label = (merged or {}).get(label, label)
        if not label or label.casefold() == "nan":
            problems.append(
                Sentence("{split}: Image {path} has an empty label.", split=split, path=path.name)
            )
        elif known is not None and label not in known:
            problems.append(
                Sentence(
                    "{split}: Image {path} has the label {label!r}, which is none of {known}; correct it, "
                    "or count it as another (--merge {label}=...).",
                    split=split,
                    path=path.name,
                    label=label,
                    known=", ".join(known),
                )
            )
        found.append(LabelledImage(stem, path, mask_of.get(stem), label, group or stem))
    problems += _spelt_differently({image.label for image in found})
    if problems:
        raise BadDatasetError(str(data_dir), problems)
    return found


def _spelt_differently(labels: Collection[str]) -> list[str]:
    """A sentence for each two labels that differ in capitals and spaces alone."""
    first: dict[str, str] = {}
    problems: list[str] = []
    for label in sorted(labels):
        earlier = first.setdefault("".join(label.casefold().split()), label)
        if earlier != label:
            told = Sentence(
                "The labels {earlier!r} and {label!r} differ in capitals or spaces alone; write them alike, "
                "or count one as the other (--merge {old}=...).",
                earlier=earlier,
                label=label,
                old=earlier,
            )
            problems.append(told)
    return problems


def labels_of(images: Sequence[LabelledImage]) -> tuple[str, ...]:
    """The different labels in alphabetical order.

    Raises:
        BadDatasetError: Fewer than two.
    """
    labels = tuple(sorted({image.label for image in images}))
    if len(labels) < 2:
        raise BadDatasetError(
            "The table of labels",
            [
                Sentence(
                    "All images have the label {labels!r}; a classifier needs two or more.",
                    labels=labels[0] if labels else "",
                )
            ],
        )
    return labels


def parse_merged(words: Sequence[str]) -> dict[str, str]:
    """`["SK=Other_SC"]` as {"SK": "Other_SC"}.

    Raises:
        ValueError: A word of another form.
    """
    merged = {}
    for word in words:
        old, _, new = word.partition("=")
        if not old or not new:
            raise ValueError(Sentence("a merged label is written OLD=NEW, got {word!r}", word=word))
        merged[old] = new
    return merged


def _find_table(data_dir: Path, split: str) -> Path:
    for path in (data_dir / split / "labels.csv", data_dir / "labels.csv"):
        if path.is_file():
            return path
    raise AppError(
        "There is no labels.csv in {data_dir} or in {data_dir_2}; write one with the columns "
        "image and label.",
        data_dir=data_dir / split,
        data_dir_2=data_dir,
    )


def _read_table(path: Path) -> dict[str, tuple[str, str]]:
    """Label and group by stem."""
    if not path.is_file():
        raise AppError("There is no table of labels at {path}.", path=path)
    columns, rows = read_csv(path)
    name, label = column_called(columns, NAME_COLUMNS), column_called(columns, _LABEL_COLUMNS)
    group = group_column_of(columns)
    if name is None or label is None:
        raise AppError(
            "{path} has the columns {columns}; it needs image and label.",
            path=path,
            columns=", ".join(columns) or Sentence("of an empty file"),
        )
    row_of: dict[str, tuple[str, str]] = {}
    for row in rows:
        stem = stem_of_name(row[name] or "")
        said = (row[group] or "").strip() if group else ""
        value = ((row[label] or "").strip(), "" if is_nothing(said) else said)
        if row_of.setdefault(stem, value) != value:
            raise AppError("{path} has two rows for {stem} that differ; keep one.", path=path, stem=stem)
    return row_of


def _masks(data_dir: Path, split: str) -> dict[str, Path]:
    folder = masks_dir(data_dir, split)
    return {stem_of(path): path for path in list_images(folder)} if folder.is_dir() else {}

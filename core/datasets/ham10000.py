"""HAM10000 as it is downloaded -> the training layout, no lesion in two splits: a command and its functions.

HAM10000 (Tschandl, Rosendahl and Kittler 2018, Scientific Data 5:180161, doi:10.7910/DVN/DBW86T; CC BY-NC
4.0) holds 10,015 dermoscopy images of 7,470 lesions. Some lesions were photographed several times, so images
are divided by lesion. `python -m core.datasets.ham10000 --source DOWNLOAD --output_dir DATASET`
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core import language
from core.datasets.layout import SPLITS, images_dir, masks_dir
from core.datasets.matching import stem_of
from core.datasets.set_table import read_csv
from core.errors import AppError, BadDatasetError
from core.files import csv_bytes, write_whole
from core.language.help_texts import translated
from core.language.sentence import Sentence, print_sentence

MASK_ENDING = "_segmentation"
METADATA_NAMES = ("HAM10000_metadata.csv", "HAM10000_metadata", "HAM10000_metadata.tab")
LABEL_OF_DX = {"mel": "MEL", "nv": "NV", **dict.fromkeys(("akiec", "bcc", "bkl", "df", "vasc"), "Other_SC")}
"""The three labels of the published work that this follows: melanoma, nevus, and the other five together."""


DESCRIPTION = "Turn the downloaded HAM10000 into the training layout, divided by lesion."


@dataclass(frozen=True)
class Lesion:
    """One image of the set with what is known of it.

    Attributes:
        image: The JPEG.
        mask: Its `*_segmentation.png`.
        label: One of the values of `LABEL_OF_DX`.
        lesion_id: The same for all images of one lesion.
    """

    image: Path
    mask: Path
    label: str
    lesion_id: str


def read_download(source: Path) -> list[Lesion]:
    """The images of a download, in the order of their names.

    Args:
        source: Folder that holds, in any sub-folders, the images (`HAM10000_images_part_1`, `_part_2` or one
            folder), the masks (`ISIC_..._segmentation.png`) and `HAM10000_metadata.csv`.

    Raises:
        BadDatasetError: Nothing there, no metadata, or images without a row, with a diagnosis that is none of
            the seven, or without a mask; a sentence for each kind of problem.
    """
    images, masks = _find_files(source)
    if not images:
        raise BadDatasetError(
            str(source), ["There are no images (*.jpg); unpack HAM10000_images_part_1 and _part_2 there."]
        )
    rows = _read_metadata(source)
    stems = sorted(images)
    unknown = sorted({rows[s]["dx"] for s in stems if s in rows} - set(LABEL_OF_DX))
    problems = [
        *_problem(stems, rows, "no row in the metadata; download HAM10000_metadata.csv again"),
        *_problem(stems, masks, "no mask named IMAGE_segmentation.png; unpack the lesion segmentations too"),
    ]
    if unknown:
        problems.append(
            f"The metadata hold the unknown dx {', '.join(map(repr, unknown))}; {', '.join(LABEL_OF_DX)} are "
            "known."
        )
    if problems:
        raise BadDatasetError(str(source), problems)
    return [
        Lesion(images[stem], masks[stem], LABEL_OF_DX[rows[stem]["dx"]], rows[stem]["lesion_id"])
        for stem in stems
    ]


def divide(
    lesions: Sequence[Lesion], parts: Mapping[str, float], *, seed: int = 0
) -> dict[str, list[Lesion]]:
    """The images of each split: all images of a lesion in one, each label in about the same parts.

    For each label, its lesions are taken in an order that the seed draws, and fill test, then val; the rest
    is train. A lesion whose images have two labels counts as the rarer of them.

    Args:
        lesions: In any order.
        parts: Part of "val" and of "test", each from 0 on and below 1 together.
        seed: Equal seeds give equal splits, whatever the order of `lesions`.

    Returns:
        "train", "val" and "test", each in the order of the images' names; a split whose part is 0 is empty.

    Raises:
        ValueError: Parts of 1 or more.
    """
    if min(parts.values()) < 0 or sum(parts.values()) >= 1:
        told = Sentence(
            "val and test are parts from 0 on and below 1 together, got {parts}", parts=dict(parts)
        )
        raise ValueError(told.said())
    groups: dict[str, list[Lesion]] = {}
    for lesion in sorted(lesions, key=lambda each: each.image.name):
        groups.setdefault(lesion.lesion_id, []).append(lesion)
    number_of = Counter(lesion.label for lesion in lesions)
    split_of: dict[str, str] = {}
    for place, label in enumerate(sorted(number_of)):
        names = [
            name
            for name in sorted(groups)
            if min((each.label for each in groups[name]), key=lambda one: (number_of[one], one)) == label
        ]
        order = np.random.default_rng((seed, place)).permutation(len(names))
        split_of.update(_fill([names[index] for index in order], groups, parts))
    divided: dict[str, list[Lesion]] = {split: [] for split in SPLITS}
    for name, group in groups.items():
        divided[split_of[name]].extend(group)
    return {split: sorted(each, key=lambda one: one.image.name) for split, each in divided.items()}


def write_dataset(divided: Mapping[str, Sequence[Lesion]], output_dir: Path) -> None:
    """Write the training layout and `labels.csv`; files are hard links where the disk allows, else copies.

    Args:
        divided: From `divide`.
        output_dir: A folder that is empty or not there yet.

    Raises:
        AppError: There is something in the folder.
        OSError: The disk is full or the folder cannot be written.
    """
    if output_dir.exists() and (not output_dir.is_dir() or any(output_dir.iterdir())):
        raise AppError(
            "{output_dir} is not empty; give a new folder, so that nothing is mixed.", output_dir=output_dir
        )
    table = [["image", "split", "label", "lesion_id"]]
    for split, lesions in divided.items():
        for folder in (images_dir(output_dir, split), masks_dir(output_dir, split)):
            if lesions:
                folder.mkdir(parents=True)
        for lesion in lesions:
            stem = stem_of(lesion.image)
            _link(lesion.image, images_dir(output_dir, split) / lesion.image.name)
            _link(lesion.mask, masks_dir(output_dir, split) / f"{stem}{lesion.mask.suffix}")
            table.append([stem, split, lesion.label, lesion.lesion_id])
    # Last, so that a folder with labels is a whole one.
    write_whole(output_dir / "labels.csv", csv_bytes(table))


def main(arguments: list[str] | None = None) -> int:
    """Turn a download into a data set; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m core.datasets.ham10000", description=DESCRIPTION)
    parser.add_argument(
        "--source", type=Path, required=True, help="folder with what was downloaded, unpacked"
    )
    parser.add_argument("--output_dir", type=Path, required=True, help="new folder for the data set")
    parser.add_argument("--val_part", type=float, default=0.15, help="part for validation (default: 0.15)")
    parser.add_argument("--test_part", type=float, default=0.15, help="part for the test (default: 0.15)")
    parser.add_argument("--seed", type=int, default=0, help="of the split (default: 0)")
    options = translated(parser).parse_args(arguments)
    try:
        parts = {"test": options.test_part, "val": options.val_part}
        divided = divide(read_download(options.source), parts, seed=options.seed)
        write_dataset(divided, options.output_dir)
    except (AppError, ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    for split, lesions in divided.items():
        counts = Counter(lesion.label for lesion in lesions)
        labels = ", ".join(f"{label} {counts[label]}" for label in sorted(counts))
        num_lesions = len({each.lesion_id for each in lesions})
        print_sentence(
            "{split}: {count} images of {num_lesions} lesions; {labels}",
            split=split,
            count=len(lesions),
            num_lesions=num_lesions,
            labels=labels,
        )
    print_sentence("Wrote {folder} with labels.csv.", folder=options.output_dir)
    return 0


def _find_files(source: Path) -> tuple[dict[str, Path], dict[str, Path]]:
    """Images and masks by the images' stems."""
    if not source.is_dir():
        raise BadDatasetError(str(source), ["There is no such folder."])
    images: dict[str, Path] = {}
    masks: dict[str, Path] = {}
    for path in sorted(source.rglob("*")):
        if path.name.startswith(".") or not path.is_file():
            continue
        if path.suffix.lower() == ".png" and path.stem.endswith(MASK_ENDING):
            masks.setdefault(path.stem.removesuffix(MASK_ENDING), path)
        elif path.suffix.lower() in (".jpg", ".jpeg"):
            images.setdefault(stem_of(path), path)
    return images, masks


def _read_metadata(source: Path) -> dict[str, dict[str, str]]:
    """The rows by image id."""
    found = [path for name in METADATA_NAMES for path in sorted(source.rglob(name)) if path.is_file()]
    if not found:
        raise BadDatasetError(str(source), ["There is no HAM10000_metadata.csv; download it too."])
    columns, rows = read_csv(found[0])
    missing = {"lesion_id", "image_id", "dx"} - set(columns)
    if missing:
        raise BadDatasetError(str(found[0]), [f"It has no column {', '.join(sorted(missing))}."])
    return {
        row["image_id"].strip(): {name: (row[name] or "").strip() for name in ("lesion_id", "dx")}
        for row in rows
    }


def _problem(stems: Sequence[str], known: Mapping[str, object], what: str) -> list[str]:
    missing = [stem for stem in stems if stem not in known]
    if not missing:
        return []
    if len(missing) == 1:
        return [f"Image {missing[0]} has {what}."]
    return [f"{len(missing)} images, {missing[0]} the first of them, have {what}."]


def _fill(
    names: Sequence[str], groups: Mapping[str, Sequence[Lesion]], parts: Mapping[str, float]
) -> dict[str, str]:
    """Which split each lesion goes to: the first ones until a split has its part of the images."""
    total = sum(len(groups[name]) for name in names)
    split_of = dict.fromkeys(names, "train")
    left = iter(names)
    for split, part in parts.items():
        held = 0
        wanted = round(part * total)
        while held < wanted and (name := next(left, None)) is not None:
            split_of[name] = split
            held += len(groups[name])
    return split_of


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    # Another disk, or one without hard links.
    except OSError:
        shutil.copyfile(source, target)


if __name__ == "__main__":
    language.speak(language.of_environment())
    raise SystemExit(main())

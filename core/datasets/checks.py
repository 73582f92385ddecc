"""Everything that is wrong with a data set, found before training and told all at once."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from core.datasets.checked_pairs import (
    CheckedPair,
    assumed,
    shared_images,
    without_background,
    without_foreground,
)
from core.datasets.layout import SPLITS, find_split, images_dir, masks_dir
from core.datasets.loading import open_image, open_volume
from core.datasets.matching import Pair, first_of, list_images, lost_link, match, not_read, read_bytes
from core.datasets.signs import Signs, signs_of
from core.errors import BadDatasetError, BadFileError
from core.imaging.class_table import ClassTable
from core.imaging.decode import mask_reading, read_frame, read_mask, to_image
from core.imaging.geometry import Geometry
from core.imaging.image_reading import AS_TOLD, ImageReading
from core.imaging.mask_files.class_masks import split_undefined
from core.imaging.mask_files.mask_readings import MaskReading
from core.imaging.mask_files.mask_values import MaskValues
from core.imaging.mask_files.mask_volume import volume_masks
from core.imaging.readers.nifti_file import is_nifti
from core.language.sentence import Sentence

NUM_THREADS = 4


@dataclass(frozen=True)
class ExaminedData:
    """A data set with which nothing is wrong.

    Attributes:
        pairs_of: For each split its pairs in the order of their stems, of volumes each slice.
        signs_of: For each split what its images belong with, in the same order.
        notes: What was not read, and what was assumed of mask volumes.
    """

    pairs_of: dict[str, list[Pair]]
    signs_of: dict[str, list[Signs]]
    notes: tuple[str, ...] = ()


def check_dataset(
    root: Path,
    splits: Sequence[str] | None = None,
    *,
    on_progress: Callable[[int, int], None] | None = None,
    classes: ClassTable | None = None,
) -> dict[str, list[Pair]]:
    """The pairs of each split, once nothing is wrong with any of them; see `examine_dataset`."""
    return examine_dataset(root, splits, on_progress=on_progress, classes=classes).pairs_of


def examine_dataset(
    root: Path,
    splits: Sequence[str] | None = None,
    *,
    on_progress: Callable[[int, int], None] | None = None,
    classes: ClassTable | None = None,
    values: MaskValues | None = None,
    reading: ImageReading = AS_TOLD,
) -> ExaminedData:
    """The pairs of each split and what their images belong with, once nothing is wrong with any of them.

    Args:
        root: Folder in the training layout.
        splits: Splits that must be there and are read; None for all that are there, train among them.
        on_progress: Called with (pairs read, all pairs).
        classes: Of the masks, None for one foreground.
        values: What the person says that the values of masks of one foreground mean; the pairs keep it.
        reading: What the person says of the images' channels and units; the pairs keep it.

    Raises:
        BadDatasetError: Listing every problem: a missing folder, split or mate, an empty split, two files
            with one stem, a file that cannot be read, a mask of another size, a mask that is none, an image
            that stands in two splits (same bytes or same pixels), not one foreground pixel in all of a split.
    """
    present = [split for split in SPLITS if split == "train" or find_split(root, split) is not None]
    pairs_of, problems, unread = _match_splits(root, present if splits is None else splits)
    pairs_of = {
        split: [replace(pair, values=values, reading=reading) for pair in pairs]
        for split, pairs in pairs_of.items()
    }
    everything = [(split, pair) for split, pairs in pairs_of.items() for pair in pairs]
    checked: list[CheckedPair] = []
    salt = secrets.token_bytes()
    with ThreadPoolExecutor(NUM_THREADS) as pool:
        for result in pool.map(lambda each: check_pair(each[1], classes, salt=salt), everything):
            checked.append(result)
            if on_progress is not None:
                on_progress(len(checked), len(everything))
    for (split, _), result in zip(everything, checked, strict=True):
        problems.extend(
            Sentence("{split}: {problem}", split=split, problem=problem) for problem in result.problems
        )
    problems.extend(shared_images(everything, checked))
    problems.extend(without_foreground(everything, checked))
    if problems:
        raise BadDatasetError(str(root), problems)
    slices_of: dict[str, list[Pair]] = {split: [] for split in pairs_of}
    signs_of: dict[str, list[Signs]] = {split: [] for split in pairs_of}
    for (split, pair), result in zip(everything, checked, strict=True):
        if result.signs is not None:
            # Slices of one volume have the same signs, and so are of one group.
            signs_of[split] += [result.signs] * result.num_slices
            slices_of[split] += pair.slices(result.num_slices)
    others = _other_splits(root) if splits is None else ()
    full = without_background(everything, checked)
    return ExaminedData(slices_of, signs_of, (*unread, *others, *full, *assumed(checked)))


def check_pair(pair: Pair, classes: ClassTable | None = None, *, salt: bytes = b"") -> CheckedPair:
    """Reads one pair and tells what is wrong with it; never raises for a bad file."""
    problems: list[str] = []
    file_hash = signs = None
    shape: tuple[int, int] | None = None
    geometry: Geometry | None = None
    has_foreground = has_background = False
    num_slices = 1
    told: MaskReading | None = None
    notes: tuple[str, ...] = ()
    meaning = classes or pair.values
    try:
        data = read_bytes(pair.image_path)
        file_hash = hashlib.sha256(data).hexdigest()
        called = Sentence("image {file}", file=pair.image_path.name)
        file = open_image(pair, called)
        num_slices, geometry = len(file.order), file.geometry
        pair.reading.check(file, called)
        middle = file.order[num_slices // 2]
        decoded = to_image(read_frame(file, called, middle))
        shape = (decoded.values.shape[0], decoded.values.shape[1])
        notes = (*decoded.notes, *file.notes) if num_slices == 1 else ()
        signs = signs_of(data, pair.image_path.name, decoded, salt=salt)
        if num_slices > 1:
            # Empty slices look alike in every volume: the file stands for all of its pixels.
            signs = replace(signs, pixels=file_hash)
    except BadFileError as error:
        problems.append(error.sentence)
    try:
        if num_slices > 1:
            volume = open_volume(pair, meaning)
            masks = volume.masks
            notes = volume.notes
        else:
            name = Sentence("mask {file}", file=pair.mask_path.name)
            content = read_bytes(pair.mask_path)
            told = None if meaning else mask_reading(content, name)
            if told and told.mask is not None and told.mask.shape == shape and not is_nifti(content):
                masks = [told.mask]
            elif shape is None:
                masks = [read_mask(content, name, meaning=meaning)]
            else:
                masks, _ = volume_masks(content, name, [shape], geometry, meaning=meaning)
        has_foreground = any(bool(split_undefined(mask)[0].any()) for mask in masks)
        # Of several classes the first one may be a thing like the others.
        has_background = classes is not None or any(bool((mask == 0).any()) for mask in masks)
        if has_foreground and num_slices == 1 and hashlib.sha256(content).hexdigest() == file_hash:
            twins = Sentence("image {file} and its mask are the same file.", file=pair.image_path.name)
            problems.append(twins)
    except BadFileError as error:
        problems.append(error.sentence)
    read = told and replace(told, mask=None)
    sides = has_foreground, has_background
    return CheckedPair(file_hash, signs, *sides, tuple(problems), num_slices, read, notes)


def _other_splits(root: Path) -> tuple[str, ...]:
    """What lies beside the splits as they do, and is called otherwise."""
    # Case may mean nothing on a disk; a folder that may not be looked into, such as lost+found, is none.
    known = [root / split for split in SPLITS if (root / split).is_dir()]
    others = {
        path.name
        for path in root.iterdir()
        if os.path.isdir(path / "images") and not any(path.samefile(each) for each in known)
    }
    if not others:
        return ()
    told = Sentence(
        "{folder} also holds {names}; only its folders train, val and test are read.",
        folder=root.resolve().name,
        names=first_of(sorted(others)),
    )
    return (told,)


def _match_splits(
    root: Path, wanted: Sequence[str]
) -> tuple[dict[str, list[Pair]], list[str], tuple[str, ...]]:
    pairs_of: dict[str, list[Pair]] = {}
    problems: list[str] = []
    unread: tuple[str, ...] = ()
    for split in wanted:
        folders = images_dir(root, split), masks_dir(root, split)
        missing = [folder for folder in folders if not folder.is_dir()]
        if missing:
            problems.extend(dict.fromkeys(_without_folder(split, folder) for folder in missing))
            continue
        pairs, unmatched = match(list_images(folders[0]), list_images(folders[1]))
        problems.extend(Sentence("{split}: {problem}", split=split, problem=problem) for problem in unmatched)
        told = [each for folder in folders for each in not_read(folder, f"{split}/{folder.name}")]
        if not pairs and not unmatched:
            problems.extend([Sentence("{split}: There are no images.", split=split), *told])
        unread = (*unread, *told)
        pairs_of[split] = pairs
    return pairs_of, problems, unread


def _without_folder(split: str, folder: Path) -> str:
    lost = lost_link(folder.parent, split) or lost_link(folder, f"{split}/{folder.name}")
    missing = Sentence("There is no folder {split}/{folder}.", split=split, folder=folder.name)
    return lost.sentence if lost else missing

"""Pairs once each was read: what is wrong with them, or to be told, when they are seen together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.datasets.matching import Pair
from core.datasets.signs import Signs
from core.imaging.mask_files.mask_readings import MaskReading, differing
from core.language.sentence import Sentence

_SHOWN = 5


@dataclass(frozen=True)
class CheckedPair:
    """What reading one pair told.

    Attributes:
        file_hash: SHA-256 of the image file, None where it could not be read.
        signs: What the image belongs with, None where it could not be read.
        has_foreground: Whether a pixel of the mask is foreground; False where it could not be read.
        has_background: Likewise.
        problems: Sentences.
        num_slices: Of a volume, 1 for a picture.
        mask: How the mask is read where it tells that itself, without its pixels.
        notes: What was assumed of a picture or of a mask volume.
    """

    file_hash: str | None
    signs: Signs | None
    has_foreground: bool = False
    has_background: bool = False
    problems: tuple[str, ...] = ()
    num_slices: int = 1
    mask: MaskReading | None = None
    notes: tuple[str, ...] = ()


def assumed(checked: Sequence[CheckedPair]) -> list[str]:
    """What was assumed of the first few files, and of how many more."""
    alike: dict[str, list[str]] = {}
    for note in (note for result in checked for note in result.notes):
        alike.setdefault(getattr(note, "template", note), []).append(note)
    told: list[str] = []
    for notes in alike.values():
        told += notes[:_SHOWN]
        if more := len(notes[_SHOWN:]):
            told.append(Sentence("Of {more} other files the like is assumed.", more=more))
    if how := differing(result.mask for result in checked if result.mask is not None):
        told.append(
            Sentence(
                "Foreground is {how}; all of it counts as one foreground, so say --mask_values or --classes "
                "if they are several.",
                how=how,
            )
        )
    return told


def shared_images(everything: Sequence[tuple[str, Pair]], checked: Sequence[CheckedPair]) -> list[str]:
    """A sentence for each image that an earlier split has too."""
    first_of: dict[str, tuple[str, Pair]] = {}
    problems: list[str] = []
    for (split, pair), result in zip(everything, checked, strict=True):
        pixels = None if result.signs is None else result.signs.pixels
        for seal, what in ((result.file_hash, "file"), (pixels, "picture")):
            if seal is None:
                continue
            earlier_split, earlier = first_of.setdefault(seal, (split, pair))
            if earlier_split != split:
                twins = Sentence(
                    "{first} and {second}",
                    first=f"{earlier_split}/{earlier.image_path.name}",
                    second=f"{split}/{pair.image_path.name}",
                )
                problems.append(
                    Sentence("{twins} are the same {what}; keep it in one split.", twins=twins, what=what)
                )
                break
    return problems


def without_foreground(everything: Sequence[tuple[str, Pair]], checked: Sequence[CheckedPair]) -> list[str]:
    """A sentence for each split whose masks could all be read and are empty: they teach and judge nothing."""
    return [
        Sentence(
            "{split}: The only mask is empty; at least one must have foreground, so look whether "
            "these are the masks."
            if len(results) == 1
            else "{split}: All {count} masks are empty; at least one must have foreground, so look "
            "whether these are the masks.",
            split=split,
            count=len(results),
        )
        for split, results in _of_splits(everything, checked)
        if not any(result.has_foreground or result.problems for result in results)
    ]


def without_background(everything: Sequence[tuple[str, Pair]], checked: Sequence[CheckedPair]) -> list[str]:
    """A sentence for each split in whose masks nothing is background."""
    return [
        Sentence("{split}: No mask has background, so look whether these are the masks.", split=split)
        for split, results in _of_splits(everything, checked)
        if results and not any(result.has_background for result in results)
    ]


def _of_splits(
    everything: Sequence[tuple[str, Pair]], checked: Sequence[CheckedPair]
) -> Iterable[tuple[str, list[CheckedPair]]]:
    results_of: dict[str, list[CheckedPair]] = {}
    for (split, _), result in zip(everything, checked, strict=True):
        results_of.setdefault(split, []).append(result)
    return results_of.items()

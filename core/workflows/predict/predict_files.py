"""Which files predict.py takes, and where the results of each go; nothing is written here."""

from __future__ import annotations

import glob
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.datasets.matching import list_images, not_read, stem_of
from core.errors import AppError
from core.language.sentence import Sentence

# What file systems take, less the longest ending that is put behind an image's name.
_LONGEST_NAME = 255 - len("_explained.png")


@dataclass(frozen=True)
class Targets:
    """Where the files of one image go.

    Attributes:
        mask: Of 0 and 255, PNG.
        overlay: The mask over the image, PNG.
        note: A sentence where they are not called like the image, else empty.
    """

    mask: Path
    overlay: Path
    note: str = ""


def find_inputs(image_path: str) -> list[Path]:
    """The image files that a path, a folder or a glob pattern names, links to nowhere among them.

    Raises:
        AppError: There are none.
    """
    path = Path(image_path)
    if path.is_dir():
        found = list_images(path)
    elif path.exists():
        found = [path]
    else:
        found = sorted(
            each for name in glob.glob(image_path, recursive=True) if not (each := Path(name)).is_dir()
        )
    if not found:
        what = (
            Sentence("holds no image")
            if path.is_dir()
            else Sentence("is no file, no folder and no pattern that finds one")
        )
        raise AppError(
            "{image_path} {what}; give an image, a folder of images or a pattern in quotes.",
            image_path=image_path,
            what=what,
        )
    return found


def not_read_of(image_path: str) -> tuple[str, ...]:
    """What of a folder is none of the inputs, in one sentence."""
    folder = Path(image_path)
    return not_read(folder, folder.resolve().name) if folder.is_dir() else ()


def plan_targets(images: Sequence[Path], output: Path) -> tuple[list[Targets], Path]:
    """Where the files of each image go, and where the CSV goes; writes nothing.

    Args:
        images: At least one.
        output: A folder, there or not; with one image also a name that ends in .png.

    Raises:
        AppError: The output cannot take them all, or an image would be overwritten.
    """
    if output.suffix and not output.is_dir():
        if len(images) > 1:
            raise AppError(
                "{output} is one file for {num_images} images; give a folder as the output.",
                output=output,
                num_images=len(images),
            )
        if output.suffix.lower() != ".png":
            raise AppError(
                "Masks are written as PNG, so {output} must end in .png, or be a folder.", output=output
            )
        beside = output.with_name(f"{output.stem}_overlay.png")
        if images[0].resolve() in (output.resolve(), beside.resolve()):
            raise AppError("{output} would overwrite the image; give another output.", output=output)
        return [Targets(output, beside)], output.with_name(f"{output.stem}_areas.csv")
    if output.is_file():
        raise AppError("{output} is a file; give a folder, or a name that ends in .png.", output=output)
    if len(images) > 1 and output.resolve() in {image.parent.resolve() for image in images}:
        raise AppError(
            "{output} is the images' own folder; give another one, so that masks stay apart.", output=output
        )
    targets = []
    for image, name in zip(images, _unique_names(images), strict=True):
        mask, overlay = output / f"{name}_mask.png", output / f"{name}_overlay.png"
        note = ""
        if _is_long(stem_of(image)):
            note = Sentence(
                "{image}: its name is too long for its results; they begin with {name}.",
                image=image.name,
                name=name,
            )
        targets.append(Targets(mask, overlay, note))
    areas = output / "areas.csv"
    if not areas.exists() and output.resolve() == images[0].parent.resolve() and targets[0].mask.exists():
        # Data sets keep masks beside images under this name (BUSI); where areas lie, this one is ours.
        raise AppError(
            "{mask} lies beside the image already and would be overwritten; give another output.",
            mask=targets[0].mask,
        )
    return targets, areas


def names_in_tables(images: Sequence[Path]) -> list[str]:
    """What a table calls each image: its name, with its folders where the images lie in several."""
    if len({image.parent for image in images}) < 2:
        return [image.name for image in images]
    shared = os.path.commonpath([image.parent.absolute() for image in images])
    return [image.absolute().relative_to(shared).as_posix() for image in images]


def _unique_names(images: Sequence[Path]) -> list[str]:
    """The stem of each image; with its ending, then with a number, where that would not tell them apart.

    Case does not: Windows and macOS take `A_mask.png` and `a_mask.png` for one file.
    """
    stems = [_shortened(stem_of(image)) for image in images]
    counts = Counter(stem.casefold() for stem in stems)
    names: list[str] = []
    taken: set[str] = set()
    for image, stem in zip(images, stems, strict=True):
        name = stem if counts[stem.casefold()] == 1 else f"{stem}_{image.suffix.lstrip('.').lower()}"
        number = 2
        while name.casefold() in taken:
            name = f"{stem}_{number}"
            number += 1
        names.append(name)
        taken.add(name.casefold())
    return names


def _is_long(stem: str) -> bool:
    return len(os.fsencode(stem)) > _LONGEST_NAME - len("_tiff_000")


def _shortened(stem: str) -> str:
    cut = os.fsencode(stem)[: _LONGEST_NAME - len("_tiff_000")]
    return cut.decode(errors="ignore") if _is_long(stem) else stem

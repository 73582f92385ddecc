"""Which files predict.py takes, and where the results of each go; nothing is written here."""

from __future__ import annotations

import glob
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.datasets.matching import list_images, stem_of
from core.errors import AppError


@dataclass(frozen=True)
class Targets:
    """Where the files of one image go.

    Attributes:
        mask: Of 0 and 255, PNG.
        overlay: The mask over the image, PNG.
    """

    mask: Path
    overlay: Path


def find_inputs(image_path: str) -> list[Path]:
    """The image files that a path, a folder or a glob pattern names.

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
            each for name in glob.glob(image_path, recursive=True) if (each := Path(name)).is_file()
        )
    if not found:
        what = "holds no image" if path.is_dir() else "is no file, no folder and no pattern that finds one"
        raise AppError(f"{image_path} {what}; give an image, a folder of images or a pattern in quotes.")
    return found


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
            raise AppError(f"{output} is one file for {len(images)} images; give a folder as the output.")
        if output.suffix.lower() != ".png":
            raise AppError(f"Masks are written as PNG, so {output} must end in .png, or be a folder.")
        beside = output.with_name(f"{output.stem}_overlay.png")
        if images[0].resolve() in (output.resolve(), beside.resolve()):
            raise AppError(f"{output} would overwrite the image; give another output.")
        return [Targets(output, beside)], output.with_name(f"{output.stem}_areas.csv")
    if output.is_file():
        raise AppError(f"{output} is a file; give a folder, or a name that ends in .png.")
    if len(images) > 1 and output.resolve() in {image.parent.resolve() for image in images}:
        raise AppError(f"{output} is the images' own folder; give another one, so that masks stay apart.")
    names = _unique_names(images)
    targets = [Targets(output / f"{name}_mask.png", output / f"{name}_overlay.png") for name in names]
    return targets, output / "areas.csv"


def _unique_names(images: Sequence[Path]) -> list[str]:
    """The stem of each image; with its ending, then with a number, where that would not tell them apart."""
    stems = [stem_of(image) for image in images]
    names: list[str] = []
    for image, stem in zip(images, stems, strict=True):
        name = stem if stems.count(stem) == 1 else f"{stem}_{image.suffix.lstrip('.').lower()}"
        number = 2
        while name in names:
            name = f"{stem}_{number}"
            number += 1
        names.append(name)
    return names

"""Which mask belongs to which image in two folders: found by stem and never by position.

What is wrong with a data set as a whole is found in `core.datasets.checks`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

from core.errors import BadDatasetError, BadFileError
from core.imaging.archives.archive import is_left_by_systems
from core.imaging.image_reading import AS_TOLD, ImageReading
from core.imaging.mask_files.mask_values import MaskValues
from core.imaging.readers.dicom_file import is_dicom
from core.language.sentence import Sentence
from core.large_files import read_file

SUFFIXES = (
    *(".png", ".jpg", ".jpeg", ".jfif", ".jpe", ".mpo", ".tif", ".tiff", ".bmp", ".webp", ".gif"),
    *(".dcm", ".dicom", ".ima"),  # Siemens writes .IMA
    *(".ppm", ".pgm", ".pbm", ".pnm", ".nii", ".nii.gz"),
    # Pictures that are not read: whoever tries is told, and they do not vanish without a word.
    *(".heic", ".heif", ".avif", ".jxl", ".jp2", ".j2k"),
)

# Tables and outlines that often lie beside images.
_BESIDE_IMAGES = (".txt", ".csv", ".json", ".xml", ".md")
_MOST_NAMED = 3


@dataclass(frozen=True)
class Pair:
    """An image and its mask on disk, or one slice of both.

    Attributes:
        stem: Name without suffix, in NFC; of a slice with its number behind it.
        mask_path: Its mask.
        values: What the person says that the mask's values mean, None for what the file tells.
        reading: What the person says of the image's channels and units.
        slice: Its place in a volume and in the mask's, None where both are one picture.
    """

    stem: str
    image_path: Path
    mask_path: Path
    values: MaskValues | None = None
    reading: ImageReading = AS_TOLD
    slice: int | None = None

    @property
    def name(self) -> str:
        """What people read: the image's file, and which slice of it."""
        return self.image_path.name if self.slice is None else f"{self.image_path.name} #{self.slice + 1}"

    @property
    def file_stem(self) -> str:
        """The stem of the file, which all slices of a volume share."""
        return stem_of(self.image_path)

    def slices(self, count: int) -> list[Pair]:
        """One pair for each slice; the pair itself where there is one picture."""
        if count == 1:
            return [self]
        return [replace(self, stem=slice_stem(self.stem, place), slice=place) for place in range(count)]


def slice_stem(stem: str, place: int) -> str:
    """What a slice of a file is called that has a file of its own."""
    return f"{stem}_s{place + 1:04d}"


def stem_of(path: PurePath) -> str:
    """The name without its suffix, in NFC: macOS and Windows write Korean names differently."""
    is_packed = path.name.lower().endswith(".nii.gz")
    stem = path.name if _ends_without_suffix(path) else path.stem
    return unicodedata.normalize("NFC", path.name[: -len(".nii.gz")] if is_packed else stem)


def _ends_without_suffix(path: PurePath) -> bool:
    """Whether a name has none, as archives of hospitals write them: IM0001, 1.2.840.113619.2.5."""
    return not path.suffix or path.suffix[1:].isdigit()


def _is_bare_dicom(path: Path) -> bool:
    """Whether a file without a suffix has the DICOM mark, or had it before its link led nowhere.

    The table of contents of a CD has it too.
    """
    if not _ends_without_suffix(path) or path.name.upper() == "DICOMDIR" or not path.is_file():
        return path.is_symlink() and not path.exists() and _ends_without_suffix(path)
    try:
        with path.open("rb") as file:
            return is_dicom(file.read(132))
    except OSError:
        return False


def is_image_name(name: str) -> bool:
    """Whether a file is called like an image, and is not hidden."""
    return name.lower().endswith(SUFFIXES) and not name.startswith(".")


def list_images(folder: Path) -> list[Path]:
    """The image files of a folder in the order of their stems, DICOM files without a suffix among them.

    Hidden files and other suffixes are left out.

    Raises:
        BadDatasetError: There is no such folder.
    """
    if not folder.is_dir():
        raise BadDatasetError(str(folder), [Sentence("There is no such folder.")])
    found = (
        path
        for path in folder.iterdir()
        if is_image_name(path.name) or (not path.name.startswith(".") and _is_bare_dicom(path))
    )
    # A link to nowhere stays in: whoever reads it is told, and the image does not vanish without a word.
    return sorted((path for path in found if not path.is_dir()), key=lambda path: (stem_of(path), path.name))


def not_read(folder: Path, called: str) -> tuple[Sentence, ...]:
    """What lies in a folder of images and is none by its name, in one sentence: folders, other formats.

    Raises:
        BadDatasetError: There is no such folder.
    """
    images = {path.name for path in list_images(folder)}
    names = sorted(
        path.name
        for path in folder.iterdir()
        if path.name not in images
        and not is_left_by_systems(path.name)
        and not path.name.lower().endswith(_BESIDE_IMAGES)
    )
    if not names:
        return ()
    told = Sentence(
        "{folder} also holds {names}; only image files directly in it are read.",
        folder=called,
        names=first_of(names),
    )
    return (told,)


def first_of(names: Sequence[str]) -> str:
    """The first few names, and whether there are more."""
    return ", ".join(names[:_MOST_NAMED]) + (" ..." if len(names) > _MOST_NAMED else "")


def match(images: Sequence[Path], masks: Sequence[Path]) -> tuple[list[Pair], list[str]]:
    """The pairs with the same stem, and a sentence for each file that has no mate or shares its stem.

    Returns:
        Pairs in the order of their stems, and the problems.
    """
    problems: list[str] = []
    image_of = _by_stem(images, "images", problems)
    mask_of = _by_stem(masks, "masks", problems)
    for stem in sorted(set(image_of) - set(mask_of)):
        problems.append(Sentence("Image {name} has no mask of the same name.", name=image_of[stem].name))
    for stem in sorted(set(mask_of) - set(image_of)):
        problems.append(Sentence("Mask {name} has no image of the same name.", name=mask_of[stem].name))
    shared = sorted(set(image_of) & set(mask_of))
    return [Pair(stem, image_of[stem], mask_of[stem]) for stem in shared], problems


def find_pairs(images_dir: Path, masks_dir: Path) -> list[Pair]:
    """The pairs of two folders, in the order of their stems.

    Raises:
        BadDatasetError: A folder is missing, a file has no mate, or two files of a folder have the same stem;
            all such problems are listed.
    """
    pairs, problems = match(list_images(images_dir), list_images(masks_dir))
    if problems:
        raise BadDatasetError(str(images_dir.parent), problems)
    return pairs


def read_bytes(path: Path) -> bytes:
    """The file's bytes.

    Raises:
        BadFileError: It cannot be opened.
    """
    try:
        return read_file(path)
    except OSError as error:
        if lost := lost_link(path, path.name):
            raise lost from None
        raise BadFileError(
            path.name, "cannot be opened ({strerror}).", strerror=error.strerror or error
        ) from None


def lost_link(path: Path, name: str) -> BadFileError | None:
    """The error for a link to nowhere, None for all else; `name` is what people call it."""
    if not path.is_symlink() or path.exists():
        return None
    return BadFileError(
        name,
        "is a link to nowhere ({readlink}); fetch what it points to (git annex, dvc).",
        readlink=path.readlink(),
    )


def _by_stem(paths: Sequence[Path], folder: str, problems: list[str]) -> dict[str, Path]:
    first: dict[str, Path] = {}
    for path in paths:
        known = first.setdefault(stem_of(path), path)
        if known is not path:
            problems.append(
                Sentence(
                    "{known} and {path} in {folder} have the same stem; keep one or rename it.",
                    known=known.name,
                    path=path.name,
                    folder=folder,
                )
            )
    return first

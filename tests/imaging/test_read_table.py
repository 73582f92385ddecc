"""The tables of what is read in the READMEs: each cell is found out here by writing a file and reading it."""

from functools import partial
from pathlib import Path

import cv2
import nibabel as nib
import numpy as np
import pytest
from PIL import Image
from pydicom.uid import ExplicitVRLittleEndian

from core.errors import BadFileError
from core.imaging.decode import decode_image, decode_mask, open_file
from tests.imaging.making import dicom, saved, tiff

PROJECT = Path(__file__).resolve().parents[2]
CELLS = {"README.md": ("yes", "no", "decimals"), "README.ko.md": ("예", "아니요", "소수")}
BLOCKS = np.kron(np.arange(16).reshape(4, 4), np.ones((16, 16))).astype(np.uint8)
"""Sixteen greys in blocks, which a JPEG keeps apart."""
GREYS = {
    "1": BLOCKS > 7,
    "8": BLOCKS * np.uint8(17),
    "16": BLOCKS * np.uint16(4369),
    "32": BLOCKS * np.int32(100_000_000),
    "decimals": BLOCKS * np.float32(0.5) + np.float32(0.25),
}
COLOURS = np.stack([GREYS["8"], GREYS["8"].T, GREYS["8"][::-1]], -1)
SLICES = np.stack([GREYS["8"], 255 - GREYS["8"], GREYS["8"].T])


def by_pillow(file_format, values, **options):
    # Two values become eight bits in a JPEG and a WebP.
    if values.dtype.itemsize > 2 or (values.dtype == bool and file_format in ("JPEG", "WEBP")):
        raise ValueError
    pages = [Image.fromarray(each) for each in (values if is_stack(values) else [values])]
    more = {"save_all": True, "append_images": pages[1:]} if len(pages) > 1 else {}
    return saved(pages[0], file_format, **more, **options)


def is_stack(values):
    return values.ndim == 3 and values.shape[-1] != 3


def pnm(values):
    if is_stack(values) or values.dtype.itemsize > 2:
        raise ValueError
    if values.dtype == bool:
        return saved(Image.fromarray(values), "PPM")
    suffix, pixels = (".ppm", values[..., ::-1]) if values.ndim == 3 else (".pgm", values)
    return cv2.imencode(suffix, pixels)[1].tobytes()


def by_tifffile(values, mm=()):
    colour = values.ndim == 3 and not is_stack(values)
    # As ImageJ says it; a resolution alone is a printer's in most files.
    placed = {"imagej": True, "metadata": {"unit": "mm"}, "resolution": (1 / mm[1], 1 / mm[0])} if mm else {}
    return tiff(values, **({"photometric": "rgb" if colour else "minisblack"} | placed))


def by_pydicom(values, mm=()):
    if values.dtype not in (np.uint8, np.uint16):
        raise ValueError
    elements = {"NumberOfFrames": len(values)} if is_stack(values) else {}
    if mm:
        elements |= {"PixelSpacing": list(mm), "ImagePositionPatient": [0, 0, 0]}
        elements["ImageOrientationPatient"] = [1, 0, 0, 0, 1, 0]
    return dicom(values, ExplicitVRLittleEndian, Modality="OT", **elements)


def by_nibabel(values, mm=(1, 1)):
    if values.dtype == bool or (values.ndim == 3 and not is_stack(values)):
        raise ValueError
    # As a NIfTI lies whose axes run to the left, to the back and up.
    volume = np.moveaxis(values if is_stack(values) else values[None], 0, -1).swapaxes(0, 1)
    file = nib.Nifti1Image(volume, np.diag([-mm[1], -mm[0], 2, 1]))
    return file.to_bytes()


WRITERS = {
    "PNG": partial(by_pillow, "PNG"),
    "BMP": partial(by_pillow, "BMP"),
    "GIF": partial(by_pillow, "GIF"),
    "WebP": partial(by_pillow, "WEBP", lossless=True),
    "PNM": pnm,
    "JPEG": partial(by_pillow, "JPEG", quality=95),
    "TIFF": by_tifffile,
    "DICOM": by_pydicom,
    "NIfTI": by_nibabel,
}


def read(write, values, **place):
    """The pictures of a file of these values and where it lies; None where the format cannot hold them."""
    try:
        data = write(values, **place)
    except (ValueError, OSError, TypeError, KeyError):
        return None
    file = open_file(data, "file")
    return [decode_image(data, "file", frame=frame).values for frame in file.order], file.geometry


def comes_back(write, values):
    found = read(write, values)
    if found is None:
        return False
    wanted = values if is_stack(values) else [values]
    return len(found[0]) == len(wanted) and all(map(alike, found[0], wanted))


def alike(found, wanted):
    """Equal but for what a JPEG changes, whatever is black and white."""
    if found.shape != wanted.shape:
        return False
    found, wanted = (np.asarray(each, float) for each in (found, wanted))
    found, wanted = ((each - each.min()) / np.ptp(each) for each in (found, wanted))
    return float(np.abs(found - wanted).mean()) < 0.02


def knows_millimetres(write):
    try:
        _, place = read(write, GREYS["8"], mm=(0.5, 0.75))
    except TypeError:
        return False
    return place is not None and np.allclose((place.row_mm, place.column_mm), (0.5, 0.75))


def is_mask(write):
    mask = (BLOCKS > 7).astype(np.uint8)
    try:
        return np.array_equal(decode_mask(write(mask * 255), "file"), mask)
    except BadFileError:
        return False


def row(name):
    write = WRITERS[name]
    return (
        [bits for bits, values in GREYS.items() if comes_back(write, values)],
        comes_back(write, COLOURS),
        comes_back(write, SLICES),
        knows_millimetres(write),
        is_mask(write),
    )


@pytest.fixture(scope="module")
def rows():
    return {name: row(name) for name in WRITERS}


@pytest.mark.parametrize("readme", CELLS)
def test_the_readme_s_table_of_what_is_read(rows, readme):
    yes, no, decimals = CELLS[readme]
    lines = [
        f"| {name} | {', '.join(greys).replace('decimals', decimals)} | "
        + " | ".join(yes if each else no for each in found)
        + " |"
        for name, (greys, *found) in rows.items()
    ]
    assert "\n".join(lines) in (PROJECT / readme).read_text(encoding="utf-8"), "\n".join(lines)

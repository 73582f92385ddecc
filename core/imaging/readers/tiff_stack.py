"""Which pages of a TIFF are its pictures, in which order, and how large their pixels are.

OME's and ImageJ's descriptions give the axes: of several channels the first is taken, and said; time points
and slices follow each other. Where a description does not fit the pages, they are taken as they lie.
"""

from __future__ import annotations

import math
import struct
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import tifffile

from core.imaging.geometry import Geometry, positive
from core.imaging.stored import broken
from core.language.sentence import Sentence

_MM = {"nm": 1e-6, "um": 1e-3, "µm": 1e-3, "μm": 1e-3, "micron": 1e-3, "microns": 1e-3}
_MM |= {"\\u00b5m": 1e-3, "Å": 1e-7, "mm": 1.0, "cm": 10.0, "m": 1000.0, "inch": 25.4, "in": 25.4}

# The bit of NewSubfileType that GDAL's inner masks have.
_TRANSPARENCY = 4


@dataclass(frozen=True)
class TiffStack:
    """The pictures of a TIFF file.

    Attributes:
        pages: Their pages in order, one channel after the other; a page may stand for several where the file
            has one directory for all.
        planes: For each picture the place of its plane behind its page's first, nearly always 0.
        geometry: Of their pixels, None where nobody says.
        notes: Plain sentences on how the axes were understood.
        channels: What the channels are called that lie in pages of their own, empty for one.
        offset: What is to be added to the stored numbers: ImageJ holds signed ones with 32768 added.
    """

    pages: tuple[tifffile.TiffPage, ...]
    planes: tuple[int, ...]
    geometry: Geometry | None = None
    notes: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    offset: int = 0


def find_pages(file: tifffile.TiffFile, name: str) -> TiffStack:
    """The pages of a TIFF that are pictures; smaller copies of them and their transparency are none.

    Args:
        file: The open file.
        name: What the person calls it.

    Raises:
        BadFileError: Its pages run in a circle.
    """
    if _runs_in_a_circle(file):
        raise broken(name, Sentence("its pages run in a circle"))
    # MetaMorph's have one directory for all planes.
    described = file.series[0] if file.is_ome or file.is_imagej or file.is_stk else None
    if described is not None and described.kind in ("ome", "imagej", "stk"):
        if stack := _described(file, described, name):
            return stack
    # Aperio's smaller copies, label and overview are not marked as such.
    pages = [page.aspage() for page in (file.pages[:1] if file.is_svs else file.pages)]
    pages = [page for page in pages if not page.is_reduced and not page.subfiletype & _TRANSPARENCY]
    notes: tuple[str, ...] = ()
    if described is not None and len(pages) > 1:
        tool = "OME" if file.is_ome else "ImageJ" if file.is_imagej else "MetaMorph"
        notes = (
            Sentence(
                "{name}: its {tool} description does not fit its {count} pages, which are taken as they lie.",
                name=name,
                tool=tool,
                count=len(pages),
            ),
        )
    pages = pages or [file.pages.first]
    return TiffStack(tuple(pages), (0,) * len(pages), None, notes)


def _runs_in_a_circle(file: tifffile.TiffFile) -> bool:
    """Whether a page names an earlier one as its next: tifffile would follow them until memory ends."""
    kind, handle = file.tiff, file.filehandle
    seen: set[int] = set()
    offset = file.pages.first.offset
    while offset and offset not in seen:
        seen.add(offset)
        try:
            handle.seek(offset)
            (count,) = struct.unpack(kind.tagnoformat, handle.read(kind.tagnosize))
            handle.seek(offset + kind.tagnosize + count * kind.tagsize)
            (offset,) = struct.unpack(kind.offsetformat, handle.read(kind.offsetsize))
        except (struct.error, OSError, ValueError, OverflowError):
            return False  # cut off, which is told where its pixels are read
    return offset != 0


def _described(file: tifffile.TiffFile, series: tifffile.TiffPageSeries, name: str) -> TiffStack | None:
    """What a description says, None where it does not fit."""
    pages = list(series.pages)
    total = math.prod(series.shape) // max(math.prod(series.keyframe.shape), 1)
    one_directory = len(pages) == 1 and total > 1
    if any(page is None for page in pages) or (len(pages) != total and not one_directory):
        return None
    told = sum(len(each.pages) for each in file.series)
    if not one_directory and told != len(file.pages):
        return None
    axes, shape = _axes_before_page(series, total)
    # A channel is one stack, and so is a time point, in whichever order the pages lie.
    places = sorted(range(len(axes)), key=lambda place: "CT".find(axes[place]) % 3)
    order = np.arange(total).reshape(shape).transpose(places)
    axes, shape = "".join(axes[place] for place in places), tuple(shape[place] for place in places)
    notes: list[str] = []
    num_channels = shape[axes.index("C")] if "C" in axes else 1
    channels = _channel_names(file, num_channels) if num_channels > 1 else ()
    kept = [(axis, size) for axis, size in zip(axes, shape, strict=True) if axis != "C" and size > 1]
    if len(kept) > 1:
        notes.append(
            Sentence(
                "{name} has {sizes}; all are taken, one after the other.",
                name=name,
                sizes=_told_sizes(dict(kept)),
            )
        )
    if len(file.series) > 1 and file.is_ome:
        notes.append(
            Sentence(
                "{name} has {count} series of images; the first one is used.",
                name=name,
                count=len(file.series),
            )
        )
    wanted = order.ravel().tolist()
    chosen = [page.aspage() for place in wanted if (page := pages[0 if one_directory else place]) is not None]
    geometry = _ome_geometry(file) if file.is_ome else _imagej_geometry(file)
    return TiffStack(
        tuple(chosen),
        tuple(wanted if one_directory else [0] * len(wanted)),
        geometry,
        tuple(notes),
        channels,
        _imagej_offset(file),
    )


def _told_sizes(sizes: dict[str, int]) -> str:
    if list(sizes) == ["T", "Z"]:
        return Sentence("{times} time points of {slices} slices", times=sizes["T"], slices=sizes["Z"])
    return " x ".join(f"{size} {axis}" for axis, size in sizes.items())


def _axes_before_page(series: tifffile.TiffPageSeries, total: int) -> tuple[str, tuple[int, ...]]:
    """Axes and sizes of what is not within a page."""
    for count in range(len(series.shape) + 1):
        if math.prod(series.shape[:count]) == total:
            return series.axes[:count], tuple(series.shape[:count])
    return "I", (total,)


def _pixels(file: tifffile.TiffFile) -> ElementTree.Element | None:
    """OME's element that describes the first image."""
    try:
        root = ElementTree.fromstring(file.ome_metadata or "")  # noqa: S314  # expat expands no outer entity
    except ElementTree.ParseError:
        return None
    return root.find(".//{*}Pixels")


def _channel_names(file: tifffile.TiffFile, num_channels: int) -> tuple[str, ...]:
    names: list[Any] = []
    if file.is_ome:
        pixels = _pixels(file)
        names = [] if pixels is None else [each.get("Name", "") for each in pixels.findall("{*}Channel")]
    elif isinstance(labels := (file.imagej_metadata or {}).get("Labels"), Sequence):
        names = list(labels)
    names = [str(name)[:40] for name in names[:num_channels]]
    return (*names, *[""] * (num_channels - len(names)))


def _ome_geometry(file: tifffile.TiffFile) -> Geometry | None:
    pixels = _pixels(file)
    if pixels is None:
        return None

    def size(axis: str) -> float | None:
        unit = _MM.get(pixels.get(f"PhysicalSize{axis}Unit", "µm"))
        value = positive(pixels.get(f"PhysicalSize{axis}"))
        return None if value is None or unit is None else value * unit

    row, column = size("Y"), size("X")
    return None if row is None or column is None else Geometry(row, column, size("Z"))


def _imagej_geometry(file: tifffile.TiffFile) -> Geometry | None:
    told = file.imagej_metadata or {}
    unit = _MM.get(str(told.get("unit", "")).strip().lower())
    tags = file.pages.first.tags
    column, row = (_per_unit(tags.valueof(f"{axis}Resolution")) for axis in "XY")
    if unit is None or column is None or row is None:
        return None
    spacing = positive(told.get("spacing"))
    return Geometry(row * unit, column * unit, None if spacing is None else spacing * unit)


def _imagej_offset(file: tifffile.TiffFile) -> int:
    """The constant of ImageJ's calibration where it is a straight line (function 0) that adds one, else 0."""
    told = file.imagej_metadata or {}
    offset = told.get("c0")
    if told.get("cf") != 0 or told.get("c1") != 1 or not isinstance(offset, int | float):
        return 0
    return int(offset) if float(offset).is_integer() else 0


def _per_unit(resolution: Any) -> float | None:
    """Units a pixel, of pixels a unit as a fraction."""
    try:
        return positive(resolution[1] / resolution[0])
    except (TypeError, ValueError, ZeroDivisionError, IndexError):
        return None

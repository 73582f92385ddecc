"""TIFF bytes -> stored pixels: tifffile with imagecodecs unpacks them, here they get their colours.

What is stored becomes grey with black as 0, or RGB: white-is-zero, palettes, CMYK, YCbCr and Lab are turned
into that by the formulas of TIFF 6.0.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import tifffile
from numpy.typing import NDArray
from tifffile import COMPRESSION, PHOTOMETRIC, TIFF

from core.errors import BadFileError
from core.imaging.class_table import UNDEFINED_SAID
from core.imaging.readers.codestream import packed_form
from core.imaging.readers.orientation import upright
from core.imaging.readers.quiet import quiet_libraries
from core.imaging.readers.tiff_colours import (
    JPEG_2000,
    as_colours,
    is_picture_codec,
    looked_up,
    to_rgb,
    turned_round,
)
from core.imaging.readers.tiff_stack import TiffStack, find_pages
from core.imaging.stored import OpenFile, StoredPixels, broken, check_size, inverts, spread_bits
from core.imaging.value_types import plain_type, robust_range
from core.language.sentence import Sentence
from core.large_files import as_file

_PHOTOMETRIC, _ORIENTATION, _GDAL_NODATA = 262, 274, 42113
_FAX = (COMPRESSION.CCITTRLE, COMPRESSION.CCITT_T4, COMPRESSION.CCITT_T6)
# Deflate packs 1032 : 1 at the most; a header that promises more than this is no image.
_MOST_PACKED = 1100
_COLOURS: dict[int, int] = {
    PHOTOMETRIC.MINISWHITE: 1,
    PHOTOMETRIC.MINISBLACK: 1,
    PHOTOMETRIC.RGB: 3,
    PHOTOMETRIC.PALETTE: 1,
    PHOTOMETRIC.MASK: 1,
    PHOTOMETRIC.SEPARATED: 4,
    PHOTOMETRIC.YCBCR: 3,
    PHOTOMETRIC.CIELAB: 3,
    PHOTOMETRIC.ICCLAB: 3,
    PHOTOMETRIC.LINEAR_RAW: 1,
}


def is_tiff(data: bytes) -> bool:
    """Whether the bytes begin as TIFF or BigTIFF."""
    return data[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")


def open_tiff(data: bytes, name: str) -> OpenFile:
    """The pages of a TIFF file; `core.imaging.readers.tiff_stack` says which ones they are.

    Raises:
        BadFileError: Cut off or damaged; reading a page also where it is too large, of a layout, colour model
            or compression that is not known, or with values that are not numbers.
    """
    with quiet_libraries():
        file = tifffile.TiffFile(as_file(data))
        stack = find_pages(file, name)
        says_undefined = UNDEFINED_SAID in file.pages.first.description.split("\n")
    num_samples = _num_grey_samples(stack.pages[0])
    channels = stack.channels or (("",) * num_samples if num_samples > 1 else ())
    num_pages = len(stack.pages) // max(len(stack.channels), 1)

    def read_page(place: int, channel: int) -> StoredPixels:
        with quiet_libraries():
            frame, sample = (channel * num_pages + place, 0) if stack.channels else (place, channel)
            found = _read_page(stack, frame, data, name, sample)
            unsaid = None if channels else found.unsaid
            return replace(found, unsaid=unsaid, num_pictures=num_pages, says_undefined=says_undefined)

    def read(frame: int) -> StoredPixels:
        if not channels:
            return read_page(frame, 0)
        channel, place = divmod(frame, num_pages)
        told = _channel_note(name, channels, channel)
        if channel < len(channels):
            found = read_page(place, channel)
            return replace(found, notes=(*found.notes, told))
        parts = [read_page(place, each).values for each in range(min(3, len(channels)))]
        return StoredPixels(as_colours(parts), num_pictures=num_pages, notes=(told,))

    return OpenFile(read, tuple(range(num_pages)), stack.geometry, stack.notes, channels=channels)


def _channel_note(name: str, channels: Sequence[str], channel: int) -> Sentence:
    if channel == len(channels):
        return Sentence(
            "{name} has {count} channels; the first ones are shown as red, green and blue, each over its own "
            "range.",
            name=name,
            count=len(channels),
        )
    called = Sentence(" ({name})", name=channels[channel]) if channels[channel] else ""
    return Sentence(
        "{name} has {count} channels; number {number}{called} is used.",
        name=name,
        count=len(channels),
        number=channel + 1,
        called=called,
    )


def _signed(values: NDArray[Any], stack: TiffStack) -> NDArray[Any]:
    """Whole numbers with what ImageJ says is to be added; only a CT's mean something by themselves."""
    return values.astype(np.int64) + stack.offset if stack.offset and values.dtype.kind in "ui" else values


def _read_page(stack: TiffStack, frame: int, data: bytes, name: str, sample: int) -> StoredPixels:
    page = stack.pages[frame]
    _check_page(page, data, name)
    stored = _samples(page, data, stack.planes[frame])
    is_channel = stored.ndim == 3 and _num_grey_samples(page) > 1
    samples, alpha = (stored[..., sample], None) if is_channel else _split_samples(stored, page)
    image, values = _with_data(samples, page), samples
    if page.photometric != PHOTOMETRIC.PALETTE:
        values = plain_type(
            samples if image is None else np.where(image, samples, samples[image].min()), name
        )
    numbers, by_number, unsaid, shown, notes = None, False, None, None, []
    if page.photometric == PHOTOMETRIC.PALETTE and page.colormap is not None:
        numbers, values = samples, looked_up(samples, page.colormap)
        by_number = page.colormap.shape[1] == 256 and inverts(looked_up(np.arange(256), page.colormap))
    elif values.ndim == 3:
        values = to_rgb(values, page, _packed(page, data))
        if _COLOURS[page.photometric] == 1:
            notes.append(
                Sentence("{name}: its three grey samples are taken as red, green and blue.", name=name)
            )
        if alpha is not None and page.extrasamples[-1:] in ((), (0,)):
            notes.append(
                Sentence("{name}: its fourth channel is not explained and taken as alpha.", name=name)
            )
    else:
        bits = page.bitspersample if isinstance(page.bitspersample, int) else 8
        if bits < 8 and values.dtype == np.uint8:
            numbers, by_number = values, True
            values = spread_bits(values, bits)
        # Where nobody says it tifffile has this kind too, while to libtiff and ImageJ 0 is black.
        if page.photometric == PHOTOMETRIC.MINISWHITE and _PHOTOMETRIC in page.tags:
            # Fiji writes masks in this way, with 255 as foreground; a fax is black ink on white paper.
            numbers, by_number = values if numbers is None else numbers, page.compression not in _FAX
            values = turned_round(page, values)
        elif image is not None:
            numbers, by_number, shown = samples, True, robust_range(values[image])
        else:
            unsaid = _signed(values, stack)
    read = StoredPixels(
        values=values,
        unsaid=unsaid,
        alpha=alpha,
        numbers=numbers,
        by_number=by_number,
        shown=shown,
        lossy=is_picture_codec(page),
        num_pictures=len(stack.pages),
        notes=tuple(notes),
    )
    return upright(read, page.tags.valueof(_ORIENTATION, 1), name)


def _with_data(samples: NDArray[Any], page: tifffile.TiffPage) -> NDArray[np.bool_] | None:
    """Where a deep grey page has data by what GDAL says; None where all is data, or nothing is said."""
    if samples.ndim > 2 or samples.dtype.itemsize == 1 or page.photometric != PHOTOMETRIC.MINISBLACK:
        return None
    try:  # tifffile takes 0 for one that it cannot read, such as the lowest number of 32 bits
        no_data = float(page.tags.valueof(_GDAL_NODATA))
    except (TypeError, ValueError):
        return None
    image = np.logical_not(np.isclose(samples, no_data, rtol=1e-7, atol=0, equal_nan=True))
    return image if image.any() and not image.all() else None


def _check_page(page: tifffile.TiffPage, data: bytes, name: str) -> None:
    """Refuse what cannot be read, and by its true reason, before any pixel is unpacked."""
    if not isinstance(page.imagelength, int) or not isinstance(page.imagewidth, int):
        raise broken(name, Sentence("its header does not say how large the image is"))
    check_size(name, page.imagelength, page.imagewidth)
    if page.imagedepth != 1:
        raise BadFileError(
            name,
            "is a volume of {imagedepth} slices in one page; save them as pages.",
            imagedepth=page.imagedepth,
        )
    if page.is_tiled:
        check_size(name, page.tilelength, page.tilewidth)
    if page.photometric not in _COLOURS:
        raise BadFileError(
            name,
            "has colours of the kind {called}; save it as RGB or grey.",
            called=_called(PHOTOMETRIC, page.photometric),
        )
    if page.compression != COMPRESSION.NONE and page.compression not in TIFF.DECOMPRESSORS:
        packed = _called(COMPRESSION, page.compression)
        raise BadFileError(
            name, "is packed as {packed}, which is not read; save it without compression.", packed=packed
        )
    if page.samplesperpixel > max(4, _COLOURS[page.photometric] + 1) and _num_grey_samples(page) < 2:
        raise BadFileError(
            name,
            "has {samplesperpixel} channels a pixel; grey and RGB, with or without alpha, are read.",
            samplesperpixel=page.samplesperpixel,
        )
    if page.dtype is None or page.dtype.kind not in "buif":
        what = (
            Sentence("complex numbers")
            if page.dtype is not None
            else Sentence("{bitspersample} bits a value", bitspersample=page.bitspersample)
        )
        raise BadFileError(name, "has {what}; whole and decimal numbers of 1 to 64 bits are read.", what=what)
    most = 4 * page.imagelength * page.imagewidth * page.samplesperpixel + 1_000_000
    if is_picture_codec(page) and any(count > most for count in _packed_values(page, data)):
        raise broken(name, Sentence("its strips or tiles are larger than its pixels"))
    ends = (offset + count for offset, count in zip(page.dataoffsets, page.databytecounts, strict=True))
    if max(ends, default=0) > len(data):
        raise broken(name, Sentence("its pixels end too early"))
    if page.nbytes > _MOST_PACKED * sum(page.databytecounts) + 1_000_000:
        raise broken(name, Sentence("it holds far fewer bytes than its pixels need"))


def _packed_values(page: tifffile.TiffPage, data: bytes) -> Iterator[int]:
    """How many values each strip or tile holds by its own word, where it is JPEG or JPEG 2000."""
    for begin, count in zip(page.dataoffsets, page.databytecounts, strict=True):
        form = packed_form(data[begin : begin + min(count, 4096)])
        if form is not None:
            yield form.height * form.width * form.samples


def _packed(page: tifffile.TiffPage, data: bytes) -> bytes:
    """The first bytes of a page's first strip or tile."""
    begin = page.dataoffsets[0]
    return data[begin : begin + min(page.databytecounts[0], 65536)]


def _called(names: Any, number: int) -> str:
    return str(names(number).name) if number in set(names) else f"number {number}"


def _samples(page: tifffile.TiffPage, data: bytes, plane: int = 0) -> NDArray[Any]:
    """The page as it is stored, (H, W) or (H, W, C); or a plane that lies behind it without a directory."""
    if plane and page.dtype is not None:
        start = page.dataoffsets[0] + plane * page.nbytes
        kind = page.dtype.newbyteorder(page.parent.byteorder)
        return np.frombuffer(data, kind, page.size, start).reshape(page.shape)
    if page.is_subsampled and not is_picture_codec(page):
        values = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_RGB)
        return np.asarray(values)
    if page.compression in JPEG_2000:
        page.subsampling = 1, 1  # the codec's own affair, which tifffile would refuse
    values = page.asarray()
    return np.moveaxis(values, 0, -1) if page.planarconfig == 2 and values.ndim == 3 else values


def _num_grey_samples(page: tifffile.TiffPage) -> int:
    """Channels of a page of grey values: several only where no one of them is alpha and all are no RGB."""
    num_samples = page.samplesperpixel
    if page.photometric == PHOTOMETRIC.RGB and num_samples == 2:  # of Zeiss (.lsm), whatever it calls them
        return 2
    if page.photometric not in (PHOTOMETRIC.MINISBLACK, PHOTOMETRIC.MINISWHITE):
        return 1
    # Nobody says of what lies behind the first one that it is alpha.
    is_grey_and_others = num_samples in (2, 4) and set(page.extrasamples) == {0}
    return num_samples if num_samples > 4 or is_grey_and_others else 1


def _split_samples(values: NDArray[Any], page: tifffile.TiffPage) -> tuple[NDArray[Any], NDArray[Any] | None]:
    """Colour or grey, and alpha."""
    if values.ndim == 2:
        return values, None
    num_colours = min(_COLOURS[page.photometric], values.shape[2])
    # Three samples of "grey" are how some tools write RGB.
    if num_colours == 1 and values.shape[2] >= 3 and page.photometric != PHOTOMETRIC.PALETTE:
        num_colours = 3
    extra = page.extrasamples[0] if page.extrasamples else 2
    colour = values[..., 0] if num_colours == 1 else values[..., :num_colours]
    has_more = values.shape[2] > num_colours
    return colour, values[..., num_colours] if has_more and (extra in (1, 2) or num_colours >= 3) else None

"""What DICOM's stored values mean, in the order of PS3.3 C.11: CT in Hounsfield units, all else as shown.

Stored bits, modality (slope and intercept or table), padding left out, values of interest (window or table),
presentation.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, MutableSequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from core.errors import BadFileError
from core.imaging.stored import StoredPixels
from core.imaging.value_types import robust_range
from core.language.sentence import Sentence

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_WHITE = 65535
# A window under which all of an image spans so little of that, though its values span so much, is too wide.
_FEW_LEVELS, _DEEP = 4096, 64
_CT_STORAGE = tuple(f"1.2.840.10008.5.1.4.1.1.2{kind}" for kind in ("", ".1", ".2"))


def stored_pixels(values: NDArray[Any], dataset: Dataset, name: str, frame: int = 0) -> StoredPixels:
    """What the stored values of a frame mean.

    Args:
        values: (H, W), or (H, W, 3) for colours, as they were unpacked.
        dataset: Its elements.
        name: What the person calls the file.
        frame: Which one it is of the file.

    Raises:
        BadFileError: Values that are no numbers.
    """
    num_frames = int(dataset.get("NumberOfFrames") or 1)
    photometric = dataset.get("PhotometricInterpretation") or "MONOCHROME2"
    syntax = dataset.file_meta.TransferSyntaxUID
    lossy = syntax.startswith("1.2.840.10008.1.2.4") and not re.search("(?<!Near-)Lossless", syntax.name)
    about: dict[str, Any] = {"num_pictures": num_frames, "lossy": lossy}
    if photometric == "PALETTE COLOR":
        from pydicom.pixels.processing import apply_color_lut

        return StoredPixels(_to_uint8(apply_color_lut(values, dataset)), numbers=values, **about)
    if values.ndim == 3:
        values = _stored_bits(values, dataset)
        return StoredPixels(_to_uint8(values, int(dataset.get("BitsStored") or 16)), **about)
    numbers = _stored_bits(values, dataset)
    image = _is_image(values, numbers, dataset)
    dataset = _with_frame_values(dataset, frame)
    outside = _modality(numbers, dataset)
    if not np.isfinite(outside).all():
        raise BadFileError(name, "has values that are not numbers (NaN or infinite); export it again.")
    about |= {"numbers": numbers, "by_number": True, "notes": _told(values, numbers, image, dataset, name)}
    if _says_hounsfield(dataset, outside):
        # What a scanner stores, with wild padding values clipped.
        units = np.clip(np.rint(_at_least(outside, image)), -32768, 32767)
        return StoredPixels(units.astype(np.int16), kind="hu", **about)
    windowed = _values_of_interest(outside, dataset)
    if windowed is not None and (told := _of_window(windowed, outside, image, name)):
        about["notes"] += (told,)
        windowed = None if windowed.min() == windowed.max() else windowed
    seen = _at_least(outside if windowed is None else windowed, image)
    inverted = photometric == "MONOCHROME1" or dataset.get("PresentationLUTShape") == "INVERSE"
    if seen.dtype == np.uint8 and image is None and dataset.get("BitsStored") == 8:
        return StoredPixels(255 - seen if inverted else seen, **about)
    seen = _from_zero(seen)
    if inverted:
        # Decimals change their sign, so that one value far away takes no digits from the others.
        top = _WHITE if windowed is not None else 0 if seen.dtype.kind == "f" else int(seen.max())
        seen = (top - seen.astype(np.float64)).astype(seen.dtype)
    if windowed is not None:
        seen = seen if image is None else np.where(image, seen, np.uint16(0))
        return StoredPixels(seen, shown=(0.0, float(_WHITE)), **about)
    shown = None if image is None else robust_range(seen[image])
    return StoredPixels(_at_least(seen, image), shown=shown, **about)


def _stored_bits(values: NDArray[Any], dataset: Dataset) -> NDArray[Any]:
    """The bits that count (PS3.5 8.1.1); those above may be an overlay, those below are nothing."""
    stored, high = dataset.get("BitsStored"), dataset.get("HighBit")
    size = values.dtype.itemsize * 8
    if values.dtype.kind not in "iu" or not isinstance(stored, int) or not 1 <= stored < size:
        return values
    from pydicom.uid import RLELossless

    syntax = dataset.file_meta.TransferSyntaxUID
    # What is compressed holds the values themselves, at its own low end, and of more bits than the header
    # says where it has them.
    packed = syntax.is_encapsulated and syntax != RLELossless
    if packed and (values.max() >= 2**stored or values.min() < -(2 ** (stored - 1))):
        return values
    low = high + 1 - stored if isinstance(high, int) and stored - 1 <= high < size and not packed else 0
    bits = (values.view(f"u{values.dtype.itemsize}") >> low).astype(np.int64) & (2**stored - 1)
    if values.dtype.kind == "i":
        bits = np.where(bits >= 2 ** (stored - 1), bits - 2**stored, bits)
    return np.asarray(bits.astype(np.uint8 if stored == 8 and values.dtype.kind == "u" else values.dtype))


def _is_image(values: NDArray[Any], numbers: NDArray[Any], dataset: Dataset) -> NDArray[np.bool_] | None:
    """Where there is image rather than padding (C.7.5.1.1.2); None where all is image."""
    kind = {"f4": "Float", "f8": "DoubleFloat"}.get(values.dtype.str[1:], "")
    padding = _signed(_number(dataset, f"{kind}PixelPaddingValue"), values)
    if padding is None:
        return None
    limit = _signed(_number(dataset, f"{kind}PixelPaddingRangeLimit"), values)
    low, high = sorted((padding, padding if limit is None else limit))
    image = ~(((values >= low) & (values <= high)) | ((numbers >= low) & (numbers <= high)))
    return image if image.any() and not image.all() else None


def _signed(number: float | None, values: NDArray[Any]) -> float | None:
    """A value of stored pixels that was written without the sign that they have, or with one they lack."""
    if number is None or values.dtype.kind not in "iu":
        return number
    size = 2 ** (8 * values.dtype.itemsize)
    if values.dtype.kind == "u":
        return number + size if number < 0 else number
    return number - size if number >= size / 2 else number


def _with_frame_values(dataset: Dataset, frame: int) -> Dataset:
    """The elements, slope and window of a frame among them: enhanced files keep these with their frames."""
    from pydicom.dataset import Dataset

    own = Dataset()
    own.update(dataset)
    for values in frame_items(dataset, frame, "PixelValueTransformationSequence", "FrameVOILUTSequence"):
        own.update(values)
    return own


def frame_items(dataset: Dataset, frame: int, *kinds: str) -> Iterator[Dataset]:
    """What an enhanced file says of a frame, of each kind: for all frames first, then for this one alone."""
    for groups, place in (("SharedFunctionalGroupsSequence", 0), ("PerFrameFunctionalGroupsSequence", frame)):
        for group in (dataset.get(groups) or [])[place : place + 1]:
            for kind in kinds:
                yield from (group.get(kind) or [])[:1]


def _modality(numbers: NDArray[Any], dataset: Dataset) -> NDArray[Any]:
    """C.11.1: the table if there is one, else slope and intercept; empty elements count as absent."""
    if table := _table(dataset, "ModalityLUTSequence"):
        return _looked_up(numbers, table)
    slope, intercept = _number(dataset, "RescaleSlope") or 1.0, _number(dataset, "RescaleIntercept") or 0.0
    if (slope, intercept) == (1, 0):
        return numbers
    outside: NDArray[Any] = numbers.astype(np.float64) * slope + intercept
    whole = slope.is_integer() and intercept.is_integer()
    return outside.astype(np.int64) if whole and numbers.dtype.kind in "iu" else outside


def _told(
    values: NDArray[Any], numbers: NDArray[Any], image: NDArray[np.bool_] | None, dataset: Dataset, name: str
) -> tuple[Sentence, ...]:
    """What is to be said of bits that do not count, as of an overlay, and of a slope that leaves nothing."""
    notes: list[Sentence] = []
    if numbers is not values:
        low = max(int(dataset.get("HighBit") or 0) + 1 - int(dataset.BitsStored), 0)
        bits = numbers.astype(np.int64) << low
        beside = (
            (values != numbers) & (values != bits) & (values != bits & (2 ** (dataset.BitsStored + low) - 1))
        )
        if (beside if image is None else beside & image).any():
            told = Sentence(
                "{name} holds bits beside the {bits} that count by its header; they are left out.",
                name=name,
                bits=int(dataset.BitsStored),
            )
            notes.append(told)
    slope, intercept = _number(dataset, "RescaleSlope"), _number(dataset, "RescaleIntercept")
    if not (_table(dataset, "ModalityLUTSequence") or slope or (slope is None and not intercept)):
        notes.append(Sentence("{name} has no rescale slope, or one of 0; 1 is taken.", name=name))
    return tuple(notes)


def _says_hounsfield(dataset: Dataset, outside: NDArray[Any]) -> bool:
    """Whether the file says that these are Hounsfield units: by its rescale type, or as a CT with a scale."""
    table = (dataset.get("ModalityLUTSequence") or [{}])[0]
    kind = str(dataset.get("RescaleType") or table.get("ModalityLUTType") or "").strip().upper()
    if kind:
        return kind == "HU"
    # From 0 to 255 there is no air and no bone: a screenshot, that a secondary capture has a scale for too.
    is_deep = int(dataset.get("BitsStored") or 16) > 8
    # An anonymiser may blank what the kind of the object still tells.
    blanked = not dataset.get("Modality") and dataset.get("SOPClassUID") in _CT_STORAGE
    return (blanked or dataset.get("Modality") == "CT") and (
        (is_deep and _number(dataset, "RescaleIntercept") is not None) or bool(outside.min() < 0)
    )


def _values_of_interest(outside: NDArray[Any], dataset: Dataset) -> NDArray[np.uint16] | None:
    """C.11.2: the first table or window, as 0 to 65535; None without one."""
    if item := _table(dataset, "VOILUTSequence"):
        # The descriptor's third value: how many bits the entries have; some writers say 16 of fewer.
        most = int(_entries(item).max())
        white = 2 ** min(int(item.LUTDescriptor[2]), most.bit_length()) - 1
        looked_up = _looked_up(np.rint(outside), item) / max(white, 1)
    else:
        centre, width = _number(dataset, "WindowCenter"), _number(dataset, "WindowWidth")
        if centre is None or width is None or width <= 0:
            return None
        function = str(dataset.get("VOILUTFunction") or "LINEAR").strip().upper()
        if function == "SIGMOID":
            looked_up = 1 / (1 + np.exp(-4 * (outside - centre) / width))
        elif function == "LINEAR_EXACT":
            looked_up = (outside - centre) / width + 0.5
        elif width < 1:
            return None
        else:
            looked_up = (outside - (centre - 0.5)) / max(width - 1, 1e-9) + 0.5
    return np.asarray(np.rint(np.clip(looked_up, 0, 1) * _WHITE).astype(np.uint16))


def _of_window(
    levels: NDArray[np.uint16], outside: NDArray[Any], image: NDArray[np.bool_] | None, name: str
) -> Sentence | None:
    """What is to be said of a window or table that hides what is in the image."""
    inside = slice(None) if image is None else image
    span = int(np.ptp(levels[inside]))
    if levels.min() == levels.max() and outside.min() < outside.max():
        return Sentence("{name}: its display window shows nothing of it and is left out.", name=name)
    if span >= _FEW_LEVELS or np.ptp(outside[inside]) < _DEEP:
        return None
    count = len(np.unique(levels[inside] >> 8))
    return Sentence("{name}: its display window leaves it {count} of 256 greys.", name=name, count=count)


def _table(dataset: Dataset, keyword: str) -> Dataset | None:
    """The first table of a sequence; None where it is absent or blank."""
    item = next(iter(dataset.get(keyword) or []), None)
    return item if item and item.get("LUTDescriptor") and item.get("LUTData") else None


def _looked_up(values: NDArray[Any], item: Dataset) -> NDArray[Any]:
    """Values by a table (C.11.1.1): how many entries, the first value that has one, how many bits each."""
    first, table = int(item.LUTDescriptor[1]), _entries(item)
    first = first - 65536 if first >= 32768 and values.max() < first else first  # without its sign
    return np.asarray(table[np.clip(values.astype(np.int64) - first, 0, len(table) - 1)])


def _entries(item: Dataset) -> NDArray[Any]:
    """What a table holds; of 8 bits also in words of 16, told by their bytes, which pydicom misreads."""
    count = int(item.LUTDescriptor[0]) or 65536
    data = item.LUTData
    if not isinstance(data, bytes):
        return np.atleast_1d(np.asarray(data, np.int64)) & 0xFFFF
    is_big = bool(item.original_encoding and item.original_encoding[1] is False)
    words = ">u2" if is_big else "<u2"
    return np.frombuffer(data, words if len(data) >= 2 * count else "u1")[:count]


def _number(dataset: Dataset, keyword: str) -> float | None:
    """The first value of an element; None where it is absent, empty or no number."""
    try:
        value = dataset.get(keyword)
        value = value[0] if isinstance(value, MutableSequence) and value else value
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


def _at_least(values: NDArray[Any], image: NDArray[np.bool_] | None) -> NDArray[Any]:
    """The values with padding at the smallest of the rest."""
    return values if image is None else np.where(image, values, values[image].min())


def _to_uint8(values: NDArray[Any], num_bits: int = 16) -> NDArray[np.uint8]:
    """Colours of so many bits as 8; some writers keep 8 in words of 16, and say 16."""
    if values.dtype == np.uint8:
        return values
    most = int(values.max())
    num_bits = max(num_bits, most.bit_length())
    return (values >> (num_bits - 8 if most > 255 else 0)).astype(np.uint8)


def _from_zero(values: NDArray[Any]) -> NDArray[np.uint16] | NDArray[np.float32]:
    """Whole grey values from 0 up; decimals and a wide range as they are."""
    low, high = float(values.min()), float(values.max())
    if values.dtype.kind not in "iu" or high - low > _WHITE:
        return values.astype(np.float32)
    return (values.astype(np.int64) - (0 if low >= 0 and high <= _WHITE else int(low))).astype(np.uint16)

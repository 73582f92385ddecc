"""What a DICOM header leaves blank, or says otherwise than the pixels themselves: mended, and told.

Before anything is unpacked; the dataset is changed.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from core.imaging.readers.codestream import is_jpeg_2000, packed_form, unpacks_as
from core.language.sentence import Sentence

if TYPE_CHECKING:
    from pydicom.dataset import Dataset
    from pydicom.uid import UID

# Its colours are YBR unless a file says otherwise.
_JPEG = ("1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51")
_OF_JPEG_2000 = ("YBR_RCT", "YBR_ICT")
_DECIMALS = ("RescaleSlope", "RescaleIntercept", "WindowCenter", "WindowWidth", "PixelSpacing")
_LONGEST_START = 65536


def mended_header(dataset: Dataset, name: str) -> tuple[Sentence, ...]:
    """Fill in what is blank and correct the colours; what was done, in sentences.

    Args:
        dataset: With its pixels.
        name: What the person calls it.
    """
    told = (*_with_points(dataset, name), *_fill_blanks(dataset, name))
    syntax = dataset.file_meta.get("TransferSyntaxUID")
    differ = _as_packed(dataset, syntax) if syntax and syntax.is_encapsulated else _as_they_lie(dataset)
    return told + tuple(
        Sentence(
            "{name}: its header says {called}, but its pixels are packed as {packed}, which counts.",
            name=name,
            called=called,
            packed=packed,
        )
        for called, packed in differ
    )


def _with_points(dataset: Dataset, name: str) -> tuple[Sentence, ...]:
    """Decimals with a point, which programs in some countries write with a comma; told."""
    changed = []
    for keyword in _DECIMALS:
        element = dataset.get_item(keyword)
        if element is not None and isinstance(element.value, bytes) and b"," in element.value:
            with suppress(ValueError):  # what is no number either way counts as blank
                setattr(dataset, keyword, element.value.replace(b",", b".").decode("latin1").split("\\"))
                changed.append(keyword)
    told = Sentence(
        "{name} writes decimals with a comma ({elements}); it is taken as a point.",
        name=name,
        elements=", ".join(changed),
    )
    return (told,) if changed else ()


def _fill_blanks(dataset: Dataset, name: str) -> tuple[Sentence, ...]:
    """What an anonymiser blanked of the pixels' form, as every viewer takes it; told."""
    if not dataset.get("ExtendedOffsetTable"):
        dataset.pop("ExtendedOffsetTable", None)
    # Blanks round a code say nothing (PS3.5 6.2), but pydicom minds those before it.
    colours = str(dataset.get("PhotometricInterpretation") or "").strip(" \0").upper()
    dataset.PhotometricInterpretation = colours
    is_coloured = colours.startswith(("RGB", "YBR"))
    samples = dataset.get("SamplesPerPixel") or (3 if is_coloured else 1)
    count = max(int(dataset.get("NumberOfFrames") or 1), 1) * dataset.Rows * dataset.Columns * int(samples)
    syntax = dataset.file_meta.get("TransferSyntaxUID")
    num_bytes = len(dataset.get("PixelData") or b"")
    bits = dataset.get("BitsAllocated") or 8 * (num_bytes // max(count, 1))
    frames, left = divmod(num_bytes, max(count * bits // 8, 2))  # a byte may be there to make the number even
    are_several = frames > 1 and left < 2 and bits >= 8 and not (syntax and syntax.is_encapsulated)
    kind = "MONOCHROME2" if samples == 1 else "YBR_FULL_422" if syntax in _JPEG else "RGB"
    usual = {
        "SamplesPerPixel": samples,
        "PhotometricInterpretation": kind,
        "PixelRepresentation": 0,
        "BitsAllocated": bits,
        "BitsStored": bits,
        **({} if samples == 1 else {"PlanarConfiguration": 0}),
        **({"NumberOfFrames": frames} if are_several else {}),
    }
    blank = [keyword for keyword in usual if dataset.get(keyword) in (None, "")]
    if "PixelData" not in dataset or not blank:
        return ()
    for keyword in blank:
        setattr(dataset, keyword, usual[keyword])
    return (
        Sentence(
            "{name} does not say its {elements}; the usual is taken ({usual}).",
            name=name,
            elements=", ".join(blank),
            usual=", ".join(str(usual[keyword]) for keyword in blank),
        ),
    )


def _as_they_lie(dataset: Dataset) -> list[tuple[str, str]]:
    """The colours of pixels that are no longer compressed, of which the header says those of the codec."""
    called = str(dataset.get("PhotometricInterpretation"))
    count = max(int(dataset.get("NumberOfFrames") or 1), 1) * dataset.Rows * dataset.Columns
    is_whole = called == "YBR_FULL_422" and len(dataset.get("PixelData") or b"") >= 3 * count
    unpacked = "YBR_FULL" if is_whole else "RGB" if called in _OF_JPEG_2000 else called
    dataset.PhotometricInterpretation = unpacked
    return [(called, unpacked)] if called != unpacked else []


def _as_packed(dataset: Dataset, syntax: UID) -> list[tuple[str, str]]:
    """Colours and bits as the compressed pixels say, by which decoders unpack them (PS3.5 8.2)."""
    from pydicom.uid import RLELossless

    data = dataset.get("PixelData") or b""
    if syntax == RLELossless:
        return []
    # A table of offsets, then the first piece, each behind its mark and its length.
    begin = 16 + int.from_bytes(data[4:8], "little")
    start = data[begin : begin + _LONGEST_START]
    differ: list[tuple[str, str]] = []
    form = packed_form(start)
    if form and form.bits > dataset.BitsAllocated == 8:
        differ.append((Sentence("{bits} bits", bits=8), Sentence("{bits} bits", bits=form.bits)))
        dataset.BitsAllocated = 16
    if form and form.samples in (1, 3) and form.samples != dataset.SamplesPerPixel:
        samples = form.samples
        usual = "MONOCHROME2" if samples == 1 else "YBR_FULL_422" if syntax in _JPEG else "RGB"
        packed = (unpacks_as(start) if samples == 3 else "") or usual
        differ.append((str(dataset.PhotometricInterpretation), packed))
        dataset.SamplesPerPixel, dataset.PhotometricInterpretation = samples, packed
    if dataset.SamplesPerPixel == 3:
        dataset.PlanarConfiguration = 0  # a codec gives pixel by pixel, whatever older files say
        called, packed = str(dataset.PhotometricInterpretation), unpacks_as(start)
        is_right = not packed or called[:3] == packed[:3]
        if is_jpeg_2000(start) and called in _OF_JPEG_2000:
            # Its component transform makes these; where that is off, RGB was packed.
            is_right, packed = packed == "RGB", "RGB"
        if not is_right:
            differ.append((called, packed))
        dataset.PhotometricInterpretation = packed or called
    return differ

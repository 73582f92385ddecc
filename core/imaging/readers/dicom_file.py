"""DICOM bytes -> stored pixels: unpacked here, their meaning found in `core.imaging.readers.dicom_values`.

Only the elements that describe pixels are read; those about the patient are never parsed into memory that
anybody sees, and no message repeats a value of the file. pydicom is imported where it is used, here and in
the modules beside it: the first page comes half a second sooner without it.
"""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import imagecodecs
import numpy as np
from numpy.typing import NDArray

from core.errors import BadFileError
from core.imaging.readers.codestream import packed_form
from core.imaging.readers.dicom_header import mended_header
from core.imaging.readers.dicom_places import place_frames
from core.imaging.readers.dicom_segments import Segments, frame_origins, segment_places
from core.imaging.readers.dicom_values import stored_pixels
from core.imaging.readers.quiet import quiet_libraries
from core.imaging.stored import OpenFile, StoredPixels, broken, check_size, spread_bits
from core.language.sentence import Sentence

if TYPE_CHECKING:
    from pydicom.dataset import Dataset
    from pydicom.uid import UID

_DEFLATED = b"1.2.840.10008.1.2.1.99"
# Of films and of DICOM's early years; they would be taken for RGB.
_UNREAD_COLOURS = ("YBR_PARTIAL_420", "YBR_PARTIAL_422", "HSV", "ARGB", "CMYK", "XYB")
_SEGMENTATIONS = ("1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7")
_PIXEL_TAGS = """
    SOPClassUID Modality SamplesPerPixel PhotometricInterpretation PlanarConfiguration NumberOfFrames Rows
    Columns BitsAllocated BitsStored HighBit PixelRepresentation PixelSpacing ImageOrientationPatient
    ImagePositionPatient SpacingBetweenSlices SliceThickness SmallestImagePixelValue LargestImagePixelValue
    PixelPaddingValue PixelPaddingRangeLimit FloatPixelPaddingValue FloatPixelPaddingRangeLimit
    DoubleFloatPixelPaddingValue DoubleFloatPixelPaddingRangeLimit WindowCenter WindowWidth
    VOILUTFunction VOILUTSequence RescaleIntercept RescaleSlope RescaleType ModalityLUTSequence
    PresentationLUTShape TotalPixelMatrixColumns TotalPixelMatrixRows
    RedPaletteColorLookupTableDescriptor GreenPaletteColorLookupTableDescriptor
    BluePaletteColorLookupTableDescriptor RedPaletteColorLookupTableData GreenPaletteColorLookupTableData
    BluePaletteColorLookupTableData SegmentedRedPaletteColorLookupTableData
    SegmentedGreenPaletteColorLookupTableData SegmentedBluePaletteColorLookupTableData
    SharedFunctionalGroupsSequence PerFrameFunctionalGroupsSequence SegmentationType SegmentSequence
    MaximumFractionalValue ExtendedOffsetTable ExtendedOffsetTableLengths FloatPixelData
    DoubleFloatPixelData PixelData
""".split()


def is_dicom(data: bytes) -> bool:
    """Whether the bytes have the DICOM mark; what comes before it may look like a TIFF file."""
    return data[128:132] == b"DICM"


def is_dicom_name(name: str) -> bool:
    """Whether a file without the mark may still be DICOM: old ones begin with their elements."""
    return name.lower().endswith((".dcm", ".dicom", ".ima"))


def open_dicom(data: bytes, name: str) -> OpenFile:
    """The frames of a DICOM file, ordered along the body where it says so; a segmentation as masks.

    Raises:
        BadFileError: No pixels, too large, cut off, damaged, compressed in a way that cannot be read, or a
            segmentation of several segments.
    """
    if _DEFLATED in data[:2048]:
        raise BadFileError(name, "is a deflated DICOM file, which is not read; save it uncompressed.")
    import pydicom

    with quiet_libraries():
        dataset = pydicom.dcmread(io.BytesIO(data), force=True, specific_tags=list(_PIXEL_TAGS))
        if not any(key in dataset for key in ("PixelData", "FloatPixelData", "DoubleFloatPixelData")):
            raise BadFileError(name, _without_pixels(dataset))
        height, width = dataset.get("Rows"), dataset.get("Columns")
        if not isinstance(height, int) or not isinstance(width, int):
            raise broken(name, Sentence("its DICOM header does not say how large the image is"))
        check_size(name, height, width)
        mended = mended_header(dataset, name)
        num_frames = max(int(dataset.get("NumberOfFrames") or 1), 1)
        is_mask = dataset.get("SOPClassUID") in _SEGMENTATIONS or dataset.get("Modality") == "SEG"
        told = (*mended, *_of_tiles(dataset, num_frames, name))
        if is_mask:
            file = _open_segmentation(dataset, name, num_frames)
            return replace(file, notes=(*told, *file.notes))
        order, geometry, notes = place_frames(dataset, num_frames, name)

    def read(frame: int) -> StoredPixels:
        with quiet_libraries():
            return stored_pixels(_frame(dataset, name, frame), dataset, name, frame)

    return OpenFile(read, order, geometry, (*told, *notes))


def is_segmentation(data: bytes) -> bool:
    """Whether the bytes begin as a DICOM segmentation: a mask, whatever it is called."""
    return is_dicom(data) and any(kind.encode() in data[:4096] for kind in _SEGMENTATIONS)


def _open_segmentation(dataset: Dataset, name: str, num_frames: int) -> OpenFile:
    """A segmentation as one picture a place; of several segments each pixel holds its segment's number."""
    from pydicom.dataset import Dataset

    places = segment_places(dataset, num_frames, name)
    shown = Dataset()
    shown.update(dataset.group_dataset(0x0020))
    shown.update(dataset.group_dataset(0x0028))
    for keyword in ("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"):
        if keyword in dataset:
            setattr(shown, keyword, dataset.get(keyword))
    per_frame = dataset.get("PerFrameFunctionalGroupsSequence") or []
    if len(per_frame) >= num_frames:
        shown.PerFrameFunctionalGroupsSequence = [per_frame[place[0][1]] for place in places]
    order, geometry, notes = place_frames(shown, len(places), name)
    origins = frame_origins(shown, len(places))
    places = [places[each] for each in order]

    def read(place: int) -> StoredPixels:
        with quiet_libraries():
            return _segmentation(dataset, name, places[place])

    only = ""
    if len(places) > 1:
        only = Sentence(
            "is a DICOM segmentation of {num_frames} slices; give it as the mask of its images.",
            num_frames=len(places),
        )
    return OpenFile(
        read,
        tuple(range(len(places))),
        geometry,
        notes,
        only,
        origins=None if origins is None else origins[list(order)],
    )


def _of_tiles(dataset: Dataset, num_frames: int, name: str) -> tuple[Sentence, ...]:
    """What is to be said of a slide's frames."""
    width, height = dataset.get("TotalPixelMatrixColumns"), dataset.get("TotalPixelMatrixRows")
    if num_frames < 2 or not width or not height:
        return ()
    return (
        Sentence(
            "{name}: its {num_frames} frames are tiles of a picture of {width} x {height} pixels, and are "
            "not put together.",
            name=name,
            num_frames=num_frames,
            width=width,
            height=height,
        ),
    )


def _without_pixels(dataset: Dataset) -> str:
    from pydicom.uid import UID

    kind = dataset.get("SOPClassUID")
    known = isinstance(kind, UID) and kind.name != kind
    called = f" ({str(kind.name).removesuffix(' Storage')})" if known else ""
    if dataset.get("Modality") == "RTSTRUCT" or "RT Structure Set" in called:
        return Sentence(
            "is a DICOM structure set (RTSTRUCT), which holds contours and no pixels; save the "
            "structures as DICOM segmentation (SEG) or as PNG masks."
        )
    return Sentence(
        "is a DICOM file without an image in it{called}; choose the image series instead.", called=called
    )


def _frame(dataset: Dataset, name: str, frame: int) -> NDArray[Any]:
    """A frame's stored values, YBR turned into RGB."""
    from pydicom.pixels.utils import pixel_array
    from pydicom.uid import ImplicitVRLittleEndian, JPEGExtended12Bit, RLELossless

    syntax = dataset.file_meta.get("TransferSyntaxUID")
    if not syntax:  # old files begin with their elements, in the encoding that all must understand
        dataset.file_meta.TransferSyntaxUID = syntax = ImplicitVRLittleEndian
    if not _can_unpack(syntax):
        known = syntax.name if syntax.name != syntax else Sentence("an unknown kind")
        raise BadFileError(
            name, "is compressed ({known}) in a way that is not read; save it uncompressed.", known=known
        )
    colours = str(dataset.get("PhotometricInterpretation"))
    bits = dataset.get("BitsAllocated")
    is_deep_ybr = colours.startswith("YBR_FULL") and isinstance(bits, int) and bits > 8
    if colours in _UNREAD_COLOURS or is_deep_ybr:
        called = f"{colours} ({bits})" if is_deep_ybr else colours
        raise BadFileError(name, "has colours of the kind {called}; save it as RGB or grey.", called=called)
    if isinstance(bits, int) and bits != 1 and bits % 8:
        raise BadFileError(
            name, "packs {bits} bits a value, a DICOM form that is retired; save it with 16 bits.", bits=bits
        )
    try:
        if bits == 1 and syntax.is_little_endian and not syntax.is_encapsulated:
            return _single_bits(dataset.PixelData, dataset.Rows, dataset.Columns, frame)
        packed = syntax.is_encapsulated and syntax != RLELossless and _packed_frame(dataset, frame)
        try:
            # Unused bits are left for `dicom_values`, which knows that they may lie below.
            values = pixel_array(dataset, index=frame, correct_unused_bits=False)
        except RuntimeError:
            if not packed or syntax != JPEGExtended12Bit or dataset.SamplesPerPixel != 1:
                raise
            # Of gamma cameras; their scans do not say where they end, which libjpeg alone minds.
            values = imagecodecs.jpeg_decode(packed)
        return np.asarray(values, values.dtype.newbyteorder("="))
    except ValueError:
        raise broken(name, Sentence("its DICOM pixels end too early or do not fit its header")) from None


def _packed_frame(dataset: Dataset, frame: int) -> bytes:
    """A compressed frame; refused where its size is not the header's, before its pixels take memory.

    Raises:
        ValueError: It has, or does not say its size.
    """
    from pydicom.encaps import get_frame

    offsets = dataset.get("ExtendedOffsetTable"), dataset.get("ExtendedOffsetTableLengths")
    known = (offsets[0], offsets[1]) if all(offsets) else None
    num_frames = max(int(dataset.get("NumberOfFrames") or 1), 1)
    packed = get_frame(dataset.PixelData, frame, number_of_frames=num_frames, extended_offsets=known)
    form = packed_form(packed)
    told = dataset.Rows, dataset.Columns, dataset.SamplesPerPixel
    if form is None or (form.height, form.width, form.samples) != told:
        raise ValueError("a frame of another size")
    return packed


def _single_bits(data: bytes, height: int, width: int, frame: int) -> NDArray[np.uint8]:
    """A frame of one bit a value, which may begin within a byte; pydicom drops bits of some of those."""
    begin, end = frame * height * width, (frame + 1) * height * width
    bits = np.unpackbits(np.frombuffer(data[begin // 8 : -(-end // 8)], np.uint8), bitorder="little")
    return bits[begin % 8 :][: height * width].reshape(height, width)


def _can_unpack(syntax: UID) -> bool:
    from pydicom.pixels.decoders.base import get_decoder

    try:
        return bool(get_decoder(syntax).is_available)
    except NotImplementedError:
        return False


def _segmentation(dataset: Dataset, name: str, frames: Segments) -> StoredPixels:
    """A slice of a segmentation, from the frames of its segments; where they overlap the last one stays."""
    most = int(dataset.get("MaximumFractionalValue") or 255)
    labels: NDArray[Any] | None = None
    for segment, frame in frames:
        values = _frame(dataset, name, frame)
        if dataset.get("SegmentationType") == "FRACTIONAL":
            values = (values.astype(np.int32) * 2 >= most).astype(np.uint8)
        if len(dataset.get("SegmentSequence") or []) < 2 or dataset.get("SegmentationType") == "LABELMAP":
            labels = values
            continue
        labels = np.zeros(values.shape, np.uint8) if labels is None else labels
        labels[values != 0] = segment
    if labels is None:
        raise broken(name, Sentence("it has no frames"))
    spread = spread_bits(labels, 1) if labels.max() <= 1 else labels
    return StoredPixels(
        spread,
        numbers=labels,
        by_number=True,
        notes=(Sentence("{name} is a DICOM segmentation: a mask, not an image.", name=name),),
    )

"""DICOM bytes -> stored pixels: CT in Hounsfield units, everything else as it is meant to be shown.

Only the elements that describe pixels are read; those about the patient are never parsed into memory that
anybody sees, and no message repeats a value of the file.
"""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue
from pydicom.pixels.decoders.base import get_decoder
from pydicom.pixels.processing import apply_color_lut, apply_modality_lut, apply_voi_lut
from pydicom.pixels.utils import pixel_array
from pydicom.uid import UID, ImplicitVRLittleEndian

from core.config import Limits
from core.errors import BadFileError
from core.imaging.quiet import quiet_libraries
from core.imaging.stored import StoredPixels, broken, check_size

_DEFLATED = b"1.2.840.10008.1.2.1.99"
_PIXEL_TAGS = [
    "SOPClassUID",
    "Modality",
    "SamplesPerPixel",
    "PhotometricInterpretation",
    "PlanarConfiguration",
    "NumberOfFrames",
    "Rows",
    "Columns",
    "BitsAllocated",
    "BitsStored",
    "HighBit",
    "PixelRepresentation",
    "SmallestImagePixelValue",
    "LargestImagePixelValue",
    "PixelPaddingValue",
    "WindowCenter",
    "WindowWidth",
    "VOILUTFunction",
    "VOILUTSequence",
    "RescaleIntercept",
    "RescaleSlope",
    "RescaleType",
    "ModalityLUTSequence",
    "RedPaletteColorLookupTableDescriptor",
    "GreenPaletteColorLookupTableDescriptor",
    "BluePaletteColorLookupTableDescriptor",
    "RedPaletteColorLookupTableData",
    "GreenPaletteColorLookupTableData",
    "BluePaletteColorLookupTableData",
    "SegmentedRedPaletteColorLookupTableData",
    "SegmentedGreenPaletteColorLookupTableData",
    "SegmentedBluePaletteColorLookupTableData",
    "SharedFunctionalGroupsSequence",
    "PerFrameFunctionalGroupsSequence",
    "ExtendedOffsetTable",
    "ExtendedOffsetTableLengths",
    "FloatPixelData",
    "DoubleFloatPixelData",
    "PixelData",
]


def is_dicom(data: bytes) -> bool:
    """Whether the bytes have the DICOM mark; what comes before it may look like a TIFF file."""
    return data[128:132] == b"DICM"


def is_dicom_name(name: str) -> bool:
    """Whether a file without the mark may still be DICOM: old ones begin with their elements."""
    return name.lower().endswith((".dcm", ".dicom"))


def read_dicom(data: bytes, name: str, limits: Limits) -> StoredPixels:
    """The first frame of a DICOM file.

    Raises:
        BadFileError: No pixels, too large, cut off, damaged, or compressed in a way that cannot be read.
    """
    if _DEFLATED in data[:2048]:
        raise BadFileError(name, "is a deflated DICOM file, which is not read; save it uncompressed.")
    with quiet_libraries():
        dataset = pydicom.dcmread(io.BytesIO(data), force=True, specific_tags=list(_PIXEL_TAGS))
        if not any(key in dataset for key in ("PixelData", "FloatPixelData", "DoubleFloatPixelData")):
            raise BadFileError(
                name, "is a DICOM file without an image in it; choose the image series instead."
            )
        height, width = dataset.get("Rows"), dataset.get("Columns")
        if not isinstance(height, int) or not isinstance(width, int):
            raise broken(name, "its DICOM header does not say how large the image is")
        check_size(name, height, width, limits)
        return _meaning(_frame(dataset, name), dataset, name)


def _frame(dataset: Dataset, name: str) -> NDArray[Any]:
    """The first frame's stored values, YBR turned into RGB."""
    syntax = dataset.file_meta.get("TransferSyntaxUID")
    if syntax is None:  # old files begin with their elements, in the encoding that all must understand
        dataset.file_meta.TransferSyntaxUID = syntax = ImplicitVRLittleEndian
    if not _can_unpack(syntax):
        known = syntax.name if syntax.name != syntax else "an unknown kind"
        raise BadFileError(name, f"is compressed ({known}) in a way that is not read; save it uncompressed.")
    try:
        return pixel_array(dataset, index=0)
    except ValueError:
        raise broken(name, "its DICOM pixels end too early or do not fit its header") from None


def _can_unpack(syntax: UID) -> bool:
    try:
        return bool(get_decoder(syntax).is_available)
    except NotImplementedError:
        return False


def _meaning(values: NDArray[Any], dataset: Dataset, name: str) -> StoredPixels:
    notes: tuple[str, ...] = ()
    num_frames = int(dataset.get("NumberOfFrames") or 1)
    if num_frames > 1:
        notes = (f"{name} has {num_frames} frames; the first one is used.",)
    photometric = str(dataset.get("PhotometricInterpretation", "MONOCHROME2"))
    if photometric == "PALETTE COLOR":
        return StoredPixels(_to_uint8(apply_color_lut(values, dataset)), notes=notes)
    if values.ndim == 3:
        return StoredPixels(_to_uint8(values), notes=notes)
    _lift_rescale(dataset)
    values = apply_modality_lut(values, dataset)
    if not np.isfinite(values).all():
        raise BadFileError(name, "has values that are not numbers (NaN or infinite); export it again.")
    if dataset.get("Modality") == "CT" and ("RescaleIntercept" in dataset or values.min() < 0):
        return StoredPixels(_hounsfield(values), kind="hu", notes=notes)
    if "VOILUTSequence" in dataset or _has_window(dataset):
        values = apply_voi_lut(values, dataset)
    values = _to_uint16(values)
    if photometric == "MONOCHROME1":
        values = values.max() - values
    return StoredPixels(values, notes=notes)


def _lift_rescale(dataset: Dataset) -> None:
    """Puts slope and intercept where the rest looks for them: enhanced files keep them with their frames."""
    for groups in ("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"):
        for frame in dataset.get(groups, [])[:1]:
            for rescale in frame.get("PixelValueTransformationSequence", [])[:1]:
                dataset.RescaleSlope = rescale.RescaleSlope
                dataset.RescaleIntercept = rescale.RescaleIntercept


def _has_window(dataset: Dataset) -> bool:
    """Whether there is a window that can be used: some files hold one of width 0."""
    if "WindowCenter" not in dataset or "WindowWidth" not in dataset:
        return False
    widths = dataset.WindowWidth
    first = widths[0] if isinstance(widths, MultiValue) and widths else widths
    return isinstance(first, float) and first > 1


def _hounsfield(values: NDArray[Any]) -> NDArray[np.int16]:
    """Whole numbers in [-32768, 32767]: what a scanner stores, with wild padding values clipped."""
    units: NDArray[np.int16] = np.clip(np.rint(values), -32768, 32767).astype(np.int16)
    return units


def _to_uint8(values: NDArray[Any]) -> NDArray[np.uint8]:
    if values.dtype == np.uint8:
        return values
    return (values >> 8).astype(np.uint8) if values.max() > 255 else values.astype(np.uint8)


def _to_uint16(values: NDArray[Any]) -> NDArray[np.uint16]:
    """Grey values from 0 up; shifted if they begin lower, stretched if not whole or too many."""
    low, high = float(values.min()), float(values.max())
    whole = values.dtype.kind in "iu"
    if whole and low >= 0 and high <= 65535:
        return values.astype(np.uint16)
    if whole and high - low <= 65535:
        return (values.astype(np.int64) - int(low)).astype(np.uint16)
    scaled = (values.astype(np.float64) - low) / max(high - low, 1e-12)
    return np.rint(scaled * 65535).astype(np.uint16)

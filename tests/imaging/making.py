"""Files for the tests, made from arrays that one can see: PNG by hand, rasters by Pillow, TIFF, DICOM."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import nibabel as nib
import numpy as np
import pydicom
import tifffile
from numpy.typing import NDArray
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

PATIENT = "Hong^Gildong"
CT_STORAGE = "1.2.840.10008.5.1.4.1.1.2"


def saved(picture: Image.Image, file_format: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, file_format, **options)
    return buffer.getvalue()


def png_chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png_by_hand(
    width: int, height: int, *, depth: int, colour: int, pixels: bytes, transparent: bytes = b""
) -> bytes:
    """A PNG whose header says what one wants, whatever the pixels are."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + png_chunk(b"IHDR", header)
        + (png_chunk(b"tRNS", transparent) if transparent else b"")
        + png_chunk(b"IDAT", zlib.compress(pixels))
        + png_chunk(b"IEND", b"")
    )


def tiff(values: NDArray[Any], **options: Any) -> bytes:
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, values, **options)
    return buffer.getvalue()


def nifti(array: NDArray[Any], affine: NDArray[Any] | None = None, kind: Any = nib.Nifti1Image) -> bytes:
    """A NIfTI file of an (i, j, k) array, by default with a voxel of 1 mm at every number."""
    return bytes(kind(array, np.eye(4) if affine is None else affine).to_bytes())


def dicom(values: NDArray[Any] | None, syntax: str = ExplicitVRLittleEndian, **elements: Any) -> bytes:
    """A DICOM file with a patient's name; a CT unless `elements` say otherwise, without pixels for None."""
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.file_meta.MediaStorageSOPClassUID = CT_STORAGE
    dataset.file_meta.MediaStorageSOPInstanceUID = "1.2.3"
    dataset.PatientName = PATIENT
    dataset.PatientID = "secret-17"
    dataset.SOPClassUID = CT_STORAGE
    dataset.SOPInstanceUID = "1.2.3"
    dataset.Modality = "CT"
    if values is not None:
        colour = values.ndim > 2 and values.shape[-1] == 3
        dataset.Rows, dataset.Columns = values.shape[-3:-1] if colour else values.shape[-2:]
        dataset.SamplesPerPixel = 3 if colour else 1
        dataset.PhotometricInterpretation = "RGB" if colour else "MONOCHROME2"
        if colour:
            dataset.PlanarConfiguration = 0
        dataset.BitsAllocated = dataset.BitsStored = values.dtype.itemsize * 8
        dataset.HighBit = dataset.BitsStored - 1
        dataset.PixelRepresentation = int(values.dtype.kind == "i")
        dataset.PixelData = values.tobytes()
        dataset["PixelData"].VR = "OW" if values.dtype.itemsize == 2 else "OB"
    for keyword, value in elements.items():
        setattr(dataset, keyword, value)
    buffer = io.BytesIO()
    pydicom.dcmwrite(buffer, dataset, enforce_file_format=True)
    return buffer.getvalue()

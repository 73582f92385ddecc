"""Masks as DICOM Segmentation objects that refer to the images they were drawn on (PS3.3 A.51), by highdicom.

A segmentation must carry its source's patient and study, so it is the one export that holds patient fields:
whoever offers it says so first.
"""

from __future__ import annotations

import io
from collections.abc import Sequence

import highdicom as hd
import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.sr.codedict import codes
from pydicom.uid import ExplicitVRLittleEndian

from core.errors import BadFileError
from core.imaging.class_table import UNDEFINED

_MANUFACTURER = "Mask Loop"
_UTF_8 = "ISO_IR 192"
_REQUIRED = ("SOPInstanceUID", "SOPClassUID", "StudyInstanceUID", "SeriesInstanceUID", "Rows", "Columns")
_MAY_BE_EMPTY = (
    *("PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyDate", "StudyTime", "StudyID"),
    *("AccessionNumber", "ReferringPhysicianName"),
)


def mask_dicom_seg(
    sources: Sequence[bytes], masks: NDArray[np.uint8], class_names: Sequence[str], *, name: str, version: str
) -> bytes:
    """One segmentation object with a segment for each class, empty classes among them.

    Pixels that nobody decided are in no segment.

    Args:
        sources: The DICOM files of the frames, one for each mask, or one multi-frame file.
        masks: (frames, H, W) uint8 of class indices, 255 where nobody decided.
        class_names: Foreground classes, class 1 first.
        name: Of the source, for messages.
        version: Of this program.

    Raises:
        BadFileError: The source lacks what a segmentation has to name.
    """
    datasets = [pydicom.dcmread(io.BytesIO(each), stop_before_pixels=True) for each in sources]
    for dataset in datasets:
        # Names of patients and of classes may need other letters than those of the source.
        dataset.decode()
        _check(dataset, name)
    num_classes = len(class_names)
    segments = np.stack([masks == index for index in range(1, num_classes + 1)], axis=-1)
    segments &= (masks != UNDEFINED)[..., None]
    try:
        segmentation = hd.seg.Segmentation(
            source_images=datasets,
            pixel_array=segments.astype(np.uint8),
            segmentation_type=hd.seg.SegmentationTypeValues.BINARY,
            segment_descriptions=[
                _description(index, each, version) for index, each in enumerate(class_names, 1)
            ],
            series_instance_uid=hd.UID(),
            series_number=100,
            sop_instance_uid=hd.UID(),
            instance_number=1,
            manufacturer=_MANUFACTURER,
            manufacturer_model_name=_MANUFACTURER,
            software_versions=version,
            device_serial_number="0",
            transfer_syntax_uid=ExplicitVRLittleEndian,
            omit_empty_frames=False,
            content_label="MASK",
        )
    except (ValueError, AttributeError, KeyError, TypeError) as error:
        reason = " ".join(str(error).split())[:200]
        raise BadFileError(
            name, "no DICOM segmentation can refer to it ({reason}); take another format", reason=reason
        ) from error
    segmentation.SpecificCharacterSet = _UTF_8
    buffer = io.BytesIO()
    segmentation.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def _check(dataset: pydicom.Dataset, name: str) -> None:
    missing = [each for each in _REQUIRED if not dataset.get(each)]
    if missing:
        raise BadFileError(
            name,
            "it lacks {missing}, which a DICOM segmentation has to refer to; take another format",
            missing=", ".join(missing),
        )
    # Type 2 elements may be empty but have to be there, and sources in the wild leave them out.
    for keyword in _MAY_BE_EMPTY:
        if keyword not in dataset:
            setattr(dataset, keyword, "")


def _description(number: int, label: str, version: str) -> hd.seg.SegmentDescription:
    # What a class is called is all that is known of it, so its type is the most general one there is.
    return hd.seg.SegmentDescription(
        segment_number=number,
        segment_label=label[:64],
        segmented_property_category=codes.SCT.AnatomicalStructure,
        segmented_property_type=codes.SCT.BodyStructure,
        algorithm_type=hd.seg.SegmentAlgorithmTypeValues.SEMIAUTOMATIC,
        algorithm_identification=hd.AlgorithmIdentificationSequence(
            name=_MANUFACTURER, family=codes.DCM.ArtificialIntelligence, version=version
        ),
    )

"""DICOM segmentations, read back by pydicom and highdicom."""

import io

import highdicom as hd
import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

from core.errors import BadFileError
from core.formats.dicom_seg import mask_dicom_seg

HEIGHT, WIDTH, FRAMES = 8, 10, 3


def series(orientation=(1, 0, 0, 0, 1, 0), step=(0, 0, 2.5), **changes):
    study, of_series, frame = generate_uid(), generate_uid(), generate_uid()
    files = []
    for number in range(FRAMES):
        dataset = Dataset()
        dataset.file_meta = FileMetaDataset()
        dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = CTImageStorage
        dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = generate_uid()
        dataset.StudyInstanceUID, dataset.SeriesInstanceUID, dataset.FrameOfReferenceUID = (
            study,
            of_series,
            frame,
        )
        dataset.Modality, dataset.PatientID, dataset.PatientName = "CT", "secret", "Kim^Minji"
        dataset.InstanceNumber = number + 1
        dataset.ImageOrientationPatient = list(orientation)
        dataset.ImagePositionPatient = [float(number * each) for each in step]
        dataset.PixelSpacing, dataset.SliceThickness = [0.5, 0.75], 2.5
        dataset.Rows, dataset.Columns, dataset.SamplesPerPixel = HEIGHT, WIDTH, 1
        dataset.PhotometricInterpretation, dataset.PixelRepresentation = "MONOCHROME2", 0
        dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 16, 15
        for keyword, value in changes.items():
            if value is None:
                delattr(dataset, keyword)
            else:
                setattr(dataset, keyword, value)
        dataset.PixelData = bytes(2 * HEIGHT * WIDTH)
        buffer = io.BytesIO()
        pydicom.dcmwrite(buffer, dataset, enforce_file_format=True)
        files.append(buffer.getvalue())
    return files


MASKS = np.random.default_rng(3).integers(0, 3, (FRAMES, HEIGHT, WIDTH)).astype(np.uint8)
MASKS[0, 0, 0] = 255


def read(content):
    return hd.seg.segread(io.BytesIO(content))


@pytest.mark.parametrize(
    ("orientation", "step"),
    [
        ((1, 0, 0, 0, 1, 0), (0, 0, 2.5)),
        ((1, 0, 0, 0, 1, 0), (0, 0, -2.5)),
        ((0.8, 0.6, 0, -0.6, 0.8, 0), (0, 0, 2.5)),
    ],
    ids=["plain", "reversed", "oblique"],
)
def test_each_frame_comes_back_on_its_source(orientation, step):
    files = series(orientation, step)
    found = read(mask_dicom_seg(files, MASKS, ["lung", "심장"], name="ct", version="1"))
    uids = [pydicom.dcmread(io.BytesIO(each)).SOPInstanceUID for each in files]
    pixels = found.get_pixels_by_source_instance(uids, combine_segments=True)
    assert np.array_equal(pixels, np.where(MASKS == 255, 0, MASKS))
    source = pydicom.dcmread(io.BytesIO(files[0]))
    assert found.FrameOfReferenceUID == source.FrameOfReferenceUID
    assert found.StudyInstanceUID == source.StudyInstanceUID
    assert found.PatientID == "secret"
    assert [found.get_segment_description(each).segment_label for each in (1, 2)] == ["lung", "심장"]


def test_an_empty_class_keeps_its_segment():
    found = read(mask_dicom_seg(series(), np.zeros_like(MASKS), ["lung"], name="ct", version="1"))
    assert found.number_of_segments == 1


def test_a_single_image_will_do():
    files = series()[:1]
    found = read(mask_dicom_seg(files, MASKS[:1], ["a", "b"], name="ct", version="1"))
    assert found.number_of_segments == 2


def test_empty_patient_fields_do_not_matter():
    content = mask_dicom_seg(
        series(PatientName=None, PatientID=None), MASKS, ["a", "b"], name="ct", version="1"
    )
    assert read(content).PatientID in ("", None)


def test_a_source_without_a_study_is_told():
    with pytest.raises(BadFileError, match="ct: it lacks StudyInstanceUID"):
        mask_dicom_seg(series(StudyInstanceUID=None), MASKS, ["a"], name="ct", version="1")

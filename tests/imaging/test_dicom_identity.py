"""Whom a DICOM file is of: equal keys for one patient, and no value of the file in them."""

from __future__ import annotations

import numpy as np

from core.imaging.readers.dicom_identity import identity_keys
from tests.imaging.making import dicom

PIXELS = np.zeros((2, 2), np.int16)


def test_patient_and_study_are_kept_as_salted_hashes_only() -> None:
    data = dicom(PIXELS, PatientID="secret-17", StudyInstanceUID="1.2.840.7")
    keys = identity_keys(data, "a.dcm", b"salt")
    assert [key.partition(":")[0] for key in keys] == ["patient", "study"]
    assert identity_keys(data, "b.dcm", b"salt") == keys
    assert not set(identity_keys(data, "a.dcm", b"other")) & set(keys)
    assert "secret" not in str(keys)
    assert "840" not in str(keys)


def test_what_stands_for_nobody_is_no_key() -> None:
    for nobody in ("", "0000", "ANONYMOUS", "Anonymized", "xxx", "unknown"):
        assert identity_keys(dicom(PIXELS, PatientID=nobody), "a.dcm", b"salt") == ()
    assert len(identity_keys(dicom(PIXELS, PatientID="Patient 12"), "a.dcm", b"salt")) == 1


def test_other_and_damaged_files_have_no_keys() -> None:
    assert identity_keys(b"\x89PNG", "a.png", b"salt") == ()
    assert identity_keys(dicom(PIXELS)[:150], "a.dcm", b"salt") == ()
    assert identity_keys(b"no dicom at all", "a.dcm", b"salt") == ()

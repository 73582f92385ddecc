"""Whom a DICOM file is of, as salted hashes: enough to keep one patient's images together, and nothing more.

The only place that reads elements about the patient; none of their values leaves it.
"""

from __future__ import annotations

import hashlib
import io

from core.imaging.readers.dicom_file import is_dicom, is_dicom_name
from core.imaging.readers.quiet import quiet_libraries

_TAGS = {"patient": "PatientID", "study": "StudyInstanceUID"}
# What anonymising programs put in the place of a patient's number: it would make one patient of all.
_NOBODY = {
    *("anon", "anonymous", "anonymized", "anonymised", "deidentified", "removed"),
    *("unknown", "none", "null", "na", "noid", "patient", "patientid", "test"),
}


def identity_keys(data: bytes, name: str, salt: bytes) -> tuple[str, ...]:
    """A key for the patient and one for the study; equal for images of one, with the same salt.

    Args:
        name: What the person calls it.
        salt: Of the workspace or the run: without it nobody finds a number by hashing all there are.

    Returns:
        Such as ("patient:6f...", "study:a1..."); empty for other files and where DICOM names nobody.
    """
    if not is_dicom(data) and not is_dicom_name(name):
        return ()
    import pydicom

    try:
        with quiet_libraries():
            tags = list(_TAGS.values())
            dataset = pydicom.dcmread(
                io.BytesIO(data), force=True, specific_tags=tags, stop_before_pixels=True
            )
            values = {kind: str(dataset.get(tag) or "").strip() for kind, tag in _TAGS.items()}
    # Damaged headers raise nearly every type there is; a picture that can be read is kept all the same.
    except Exception:
        return ()
    return tuple(f"{kind}:{hashed(value, salt)}" for kind, value in values.items() if _names_somebody(value))


def _names_somebody(value: str) -> bool:
    plain = "".join(letter for letter in value.lower() if letter.isalnum())
    return bool(plain.strip("0x")) and plain not in _NOBODY


def hashed(value: str, salt: bytes) -> str:
    """A salted hash of a value that must not be kept."""
    return hashlib.blake2b(value.encode(), key=salt[:64], digest_size=16).hexdigest()

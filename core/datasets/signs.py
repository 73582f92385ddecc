"""What an image file tells of the images it belongs with: its pixels, how it looks, whom DICOM names."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.datasets.likeness import fingerprint
from core.imaging.decode import DecodedImage
from core.imaging.readers.dicom_identity import identity_keys


@dataclass(frozen=True)
class Signs:
    """Of one image.

    Attributes:
        pixels: See `pixel_hash`.
        of_whom: Salted hashes of patient and study, see `core.imaging.readers.dicom_identity`.
        fingerprint: See `core.datasets.likeness`.
    """

    pixels: str
    of_whom: tuple[str, ...]
    fingerprint: NDArray[np.float32]

    @property
    def keys(self) -> tuple[str, ...]:
        """What it shares with the images of its group, for `core.datasets.groups.link_images`."""
        return (f"pixels:{self.pixels}", *self.of_whom)


def signs_of(data: bytes, name: str, decoded: DecodedImage, *, salt: bytes) -> Signs:
    """The signs of an image.

    Args:
        name: What the person calls it.
        decoded: The image in it.
        salt: Of the hashes of patient and study.
    """
    return Signs(pixel_hash(decoded), identity_keys(data, name, salt), fingerprint(decoded))


def pixel_hash(decoded: DecodedImage) -> str:
    """SHA-256 of the values with shape and type: equal for one picture in two lossless formats."""
    values = np.ascontiguousarray(decoded.values)
    seal = hashlib.sha256(f"{values.shape} {values.dtype}".encode())
    seal.update(values.data)
    return seal.hexdigest()

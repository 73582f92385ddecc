"""Whatever is done to a file, an image or one plain sentence comes out, and no warning."""

from __future__ import annotations

import random

import numpy as np
import pytest
from PIL import Image

from core.errors import BadFileError
from core.imaging.decode import decode_image, decode_mask
from tests.imaging.making import dicom, saved, tiff

NOISE = np.random.default_rng(1).integers(0, 255, (20, 24, 3), dtype=np.uint8)
PICTURE = Image.fromarray(NOISE)
EXIF = Image.Exif()
EXIF[0x0112] = 6

FILES = {
    "a.png": saved(PICTURE, "PNG", exif=EXIF),
    "palette.png": saved(PICTURE.quantize(16), "PNG"),
    "film.png": saved(PICTURE, "PNG", save_all=True, append_images=[PICTURE.rotate(180)]),
    "a.jpg": saved(PICTURE, "JPEG", exif=EXIF),
    "progressive.jpg": saved(PICTURE, "JPEG", progressive=True),
    "a.webp": saved(PICTURE, "WEBP"),
    "a.gif": saved(PICTURE, "GIF", save_all=True, append_images=[PICTURE.rotate(180)]),
    "a.bmp": saved(PICTURE, "BMP"),
    "plain.tif": tiff(NOISE, photometric="rgb"),
    "deep.tif": tiff(NOISE[..., 0].astype(np.uint16) * 200, compression="zlib"),
    "lzw.tif": saved(PICTURE, "TIFF", compression="tiff_lzw"),
    "float.tif": tiff(NOISE[..., 0].astype(np.float32)),
    "ct.dcm": dicom(NOISE[..., 0].astype(np.uint16), RescaleSlope=1, RescaleIntercept=-1024),
    "mr.dcm": dicom(NOISE[..., 0].astype(np.uint16), Modality="MR", WindowCenter=90, WindowWidth=50),
    "us.dcm": dicom(NOISE, Modality="US"),
}


def damaged(data: bytes, chance: random.Random) -> bytes:
    spoilt = bytearray(data)
    kind = chance.random()
    if kind < 0.35:
        return data[: chance.randrange(1, len(data))]
    if kind < 0.85:
        reach = chance.choice([64, 300, len(data)])
        for _ in range(chance.choice([1, 3, 10])):
            spoilt[chance.randrange(min(reach, len(data)))] = chance.choice([0, 1, 127, 255])
        return bytes(spoilt)
    start = chance.randrange(len(data))
    return data[:start] + data[start + chance.randrange(1, 40) :]


@pytest.mark.parametrize("name", FILES)
def test_an_image_or_one_sentence(name: str) -> None:
    chance = random.Random(name)
    decode_image(FILES[name], name)
    for round_number in range(60):
        data = damaged(FILES[name], chance)
        read = decode_mask if round_number % 4 == 0 else decode_image
        try:
            read(data, name)
        except BadFileError as error:
            assert str(error).startswith(f"{name}: ")
            assert "\n" not in str(error)


def test_pages_that_run_in_a_circle_are_told() -> None:
    data = bytearray(tiff(NOISE[..., 0]))
    offset = int.from_bytes(data[4:8], "little")
    after = offset + 2 + 12 * int.from_bytes(data[offset : offset + 2], "little")
    data[after : after + 4] = data[4:8]
    with pytest.raises(BadFileError, match="pages run in a circle"):
        decode_image(bytes(data), "a.tif")

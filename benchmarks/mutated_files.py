"""300 damaged files of every format: no traceback, no hang over 10 s, no memory over 1 GB.

Phantoms of the project are written in each format, spoilt in a way that the seed decides, and read as images
and as masks through the doors that an upload goes through. Each format has a process of its own, whose
largest resident memory is told. Exit code 1 where anything but an image or one sentence comes out.

    python -m benchmarks.mutated_files [--count 300] [FORMAT ...]
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import random
import resource
import struct
import subprocess
import sys
import time
import traceback
import zipfile
from collections.abc import Callable

import imagecodecs
import nibabel as nib
import numpy as np
import pydicom
import tifffile
from PIL import Image
from pydicom.encaps import encapsulate
from pydicom.uid import ExplicitVRLittleEndian, JPEG2000Lossless, JPEGLSLossless, RLELossless

from benchmarks.files_in_and_out import dicom_slice
from benchmarks.phantoms.ct import ct_phantom_units
from benchmarks.phantoms.xray import xray_phantom
from core.errors import AppError
from core.formats.dicom_seg import mask_dicom_seg
from core.formats.yolo import yolo_labels
from core.imaging.archives.archive import unpack_upload
from core.imaging.decode import decode_image, mask_reading, open_file, read_frame, to_image
from core.imaging.intensity import to_display
from core.imaging.levels import pack_levels
from core.imaging.mask_files.outlines import read_outlines
from core.imaging.mask_files.yolo import yolo_mask
from core.imaging.readers.dicom_places import slice_place
from core.imaging.readers.dicom_segments import referenced_series

MOST_SECONDS, MOST_MEGABYTES = 10.0, 1000
SIDE = 96


def samples() -> dict[str, bytes]:
    """One good file of each format, by a name that tells it."""
    grey, mask = xray_phantom(1, SIDE)
    units = np.stack([ct_phantom_units(seed, SIDE)[0] for seed in range(4)]).astype(np.int16)
    colour = np.stack([grey, grey[::-1], mask.astype(np.uint8) * 255], -1)
    picture = Image.fromarray(colour)

    def saved(file_format: str, of: Image.Image = picture, **options: object) -> bytes:
        buffer = io.BytesIO()
        of.save(buffer, file_format, **options)
        return buffer.getvalue()

    def tiff(values: np.ndarray, **options: object) -> bytes:
        buffer = io.BytesIO()
        tifffile.imwrite(buffer, values, **options)
        return buffer.getvalue()

    volume = nib.Nifti1Image(units.transpose(2, 1, 0), np.diag([-1.0, -1.0, 2.0, 1.0])).to_bytes()
    slices = [dicom_slice(each, place, "1.2.3") for place, each in enumerate(units)]
    masks = np.repeat(np.asarray(mask, np.uint8)[None], len(slices), 0)
    masks[1] *= 2
    polygon = [[10, 10], [60, 12], [40, 70]]
    labelme = {"imagePath": "a.png", "imageHeight": SIDE, "imageWidth": SIDE}
    labelme["shapes"] = [{"label": "lung", "points": polygon, "shape_type": "polygon"}]
    flat = [each for corner in polygon for each in corner]
    coco = {
        "images": [{"id": 1, "file_name": "a.png", "height": SIDE, "width": SIDE}],
        "categories": [{"id": 1, "name": "lung"}],
        "annotations": [
            {"id": 1, "image_id": 1, "category_id": 1, "segmentation": [flat], "iscrowd": 0},
            {"id": 2, "image_id": 1, "category_id": 1, "iscrowd": 1}
            | {"segmentation": {"counts": [100, 50, SIDE * SIDE - 150], "size": [SIDE, SIDE]}},
        ],
    }
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as pack:
        pack.writestr("images/a.png", saved("PNG"))
        pack.writestr("masks/a.png", saved("PNG"))
    return {
        "a.png": saved("PNG"),
        "a.ppm": saved("PPM"),
        "text.pgm": f"P2\n# a film\n{SIDE} {SIDE}\n255\n{' '.join(map(str, grey.ravel()))}\n".encode(),
        "film.png": saved("PNG", save_all=True, append_images=[picture.rotate(180)]),
        "a.jpg": saved("JPEG"),
        "a.webp": saved("WEBP"),
        "a.gif": saved("GIF", save_all=True, append_images=[picture.rotate(180)]),
        "a.bmp": saved("BMP"),
        "rgb.tif": tiff(colour, photometric="rgb", compression="lzw"),
        "units.tif": tiff(units, photometric="minisblack", compression="zlib", predictor=True),
        "cells.ome.tif": tiff(
            np.stack([units, units + 5]), ome=True, photometric="minisblack", metadata={"axes": "CZYX"}
        ),
        "imagej.tif": tiff(units.astype(np.uint16), imagej=True, metadata={"axes": "ZYX", "spacing": 2.0}),
        "samples.tif": tiff(
            np.repeat(grey[..., None], 6, -1), photometric="minisblack", planarconfig="contig"
        ),
        "packed.tif": packed_tiff(np.asarray(grey)),
        "planar.tif": tiff(colour.transpose(2, 0, 1), photometric="rgb", planarconfig="separate"),
        **{
            f"{way}.tif": tiff(colour, photometric="rgb", compression=way, bigtiff=True, tile=(32, 32))
            for way in ("jpeg", "jpeg2000", "webp", "zstd", "lzma", "packbits")
        },
        "deep.jpg": imagecodecs.ljpeg_encode(np.asarray(grey, np.uint16) * 16, bitspersample=12),
        "cmyk.jpg": saved("JPEG", of=picture.convert("CMYK")),
        "deep.png": imagecodecs.png_encode(np.asarray(grey, np.uint16) * 257),
        "palette.png": saved("PNG", of=picture.quantize(9), transparency=0),
        "two.nii": nib.Nifti2Image(units.transpose(2, 1, 0), np.diag([-1.0, -1.0, 2.0, 1.0])).to_bytes(),
        "frames.dcm": packed_dicom(units, ExplicitVRLittleEndian, None),
        "rle.dcm": packed_dicom(units, RLELossless, rle_frame),
        "jpeg2000.dcm": packed_dicom(units, JPEG2000Lossless, imagecodecs.jpeg2k_encode),
        "jpegls.dcm": packed_dicom(units, JPEGLSLossless, imagecodecs.jpegls_encode),
        "a.nii": volume,
        "a.nii.gz": gzip.compress(volume),
        "ct.dcm": slices[0],
        "seg.dcm": mask_dicom_seg(slices, masks, ("lung", "vessel"), name="s", version="1"),
        "labelme.json": json.dumps(labelme).encode(),
        "coco.json": json.dumps(coco).encode(),
        "yolo.txt": yolo_labels(np.asarray(mask, np.uint8)).encode(),
        "a.zip": archive.getvalue(),
    }  # fmt: skip


def packed_tiff(grey: np.ndarray) -> bytes:
    """A TIFF of 12 bits a pixel, with no byte for itself."""
    buffer = io.BytesIO()
    tifffile.imwrite(
        buffer,
        iter([imagecodecs.packints_encode(grey.astype(np.uint16) * 16, 12)]),
        shape=grey.shape,
        dtype=np.uint16,
        bitspersample=12,
        photometric="minisblack",
        rowsperstrip=SIDE,
    )
    return buffer.getvalue()


def packed_dicom(units: np.ndarray, syntax: str, encode: Callable[[np.ndarray], bytes] | None) -> bytes:
    """Frames of a CT in one file, each as `encode` packs it."""
    data = pydicom.dcmread(io.BytesIO(dicom_slice(units[0], 0)))
    frames = (units + 1024).astype(np.uint16)
    data.NumberOfFrames, data.PixelRepresentation, data.RescaleIntercept = len(frames), 0, -1024
    data.file_meta.TransferSyntaxUID = syntax
    data.PixelData = encapsulate([encode(each) for each in frames]) if encode else frames.tobytes()
    data["PixelData"].VR = "OB" if encode else "OW"
    data["PixelData"].is_undefined_length = encode is not None
    buffer = io.BytesIO()
    pydicom.dcmwrite(buffer, data, enforce_file_format=True)
    return buffer.getvalue()


def rle_frame(frame: np.ndarray) -> bytes:
    """A frame of 16 bits in RLE: its high bytes, then its low ones (PS3.5 G)."""
    planes = [imagecodecs.packbits_encode(part.astype(np.uint8)) for part in (frame >> 8, frame & 255)]
    planes = [each + bytes(len(each) % 2) for each in planes]
    return struct.pack("<16I", 2, 64, 64 + len(planes[0]), *[0] * 13) + b"".join(planes)


def spoilt(data: bytes, chance: random.Random) -> bytes:
    """The file cut off, with bytes changed (mostly in its first kilobyte), left out, doubled or shuffled."""
    kind = chance.random()
    if kind < 0.25:
        return data[: chance.randrange(0, len(data))]
    changed = bytearray(data)
    if kind < 0.75:
        reach = min(chance.choice([64, 350, 1024, len(data)]), len(data))
        for _ in range(chance.choice([1, 2, 5, 20])):
            changed[chance.randrange(reach)] = chance.choice([0, 1, 127, 128, 255, chance.randrange(256)])
        return bytes(changed)
    start, length = chance.randrange(len(data)), chance.randrange(1, 64)
    if kind < 0.85:
        del changed[start : start + length]
    elif kind < 0.95:
        changed[start:start] = changed[start : start + length]
    else:
        block = list(changed[start : start + 256])
        chance.shuffle(block)
        changed[start : start + 256] = bytes(block)
    return bytes(changed)


def read_all(data: bytes, name: str) -> None:
    """Everything that an upload may do with a file."""

    def image() -> None:
        file = open_file(data, name)
        choices = [file, *([file.of_channel(len(file.channels))] if file.channels else [])]
        for frame in [frame for choice in choices for frame in choice.order]:
            decoded = to_image(read_frame(file, name, frame))
            to_display(decoded)
            pack_levels(decoded, None)
        decode_image(data, name)

    steps: list[Callable[[], object]] = [image, lambda: mask_reading(data, name)]
    if name.endswith(".dcm"):
        steps += [lambda: slice_place(data, name), lambda: referenced_series(data)]
    if name.endswith(".json"):
        steps = [lambda: read_outlines(data, name)]
    if name.endswith(".txt"):
        steps = [lambda: yolo_mask(data, name, (SIDE, SIDE))]
    if name.endswith(".zip"):
        steps = [lambda: [decode_image(each.data, each.name) for each in unpack_upload(data, name)]]
    for step in steps:
        try:
            step()
        except AppError as error:
            said = str(error)
            if "\n" in said or not said:
                raise ValueError(f"no one sentence: {said!r}") from error


def child(name: str, count: int) -> None:
    """Read the mutations of one format; one line of JSON on what came of them."""
    data = samples()[name]
    read_all(data, name)
    told = {"bad": 0, "slowest": 0.0}
    for number in range(count):
        spoiled = spoilt(data, random.Random(f"{name} {number}"))
        begun = time.monotonic()
        try:
            read_all(spoiled, name)
        except Exception:
            told["bad"] += 1
            print(f"{name} number {number}:\n{traceback.format_exc()}", file=sys.stderr)
        seconds = time.monotonic() - begun
        if seconds > MOST_SECONDS:
            print(f"{name} number {number}: {seconds:.1f} s", file=sys.stderr)
        told["slowest"] = max(told["slowest"], seconds)
    told["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(told))


def main() -> int:
    """Every format in a process of its own; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("formats", nargs="*", metavar="FORMAT")
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--child", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        child(options.child, options.count)
        return 0
    failed = False
    print("| file | not one sentence | slowest, s | peak memory, MB |\n|---|---|---|---|")
    for name in options.formats or samples():
        command = [sys.executable, "-m", "benchmarks.mutated_files", "--child", name]
        done = subprocess.run(
            [*command, "--count", str(options.count)], stdout=subprocess.PIPE, text=True, check=False
        )
        if done.returncode != 0:
            failed = True
            print(f"| {name} | the process ended with {done.returncode} | | |", flush=True)
            continue
        told = json.loads(done.stdout.splitlines()[-1])
        failed |= told["bad"] > 0 or told["slowest"] > MOST_SECONDS or told["memory"] > MOST_MEGABYTES
        print(f"| {name} | {told['bad']} | {told['slowest']:.2f} | {told['memory']:.0f} |", flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())

"""Images a second and peak memory: import, export of saved masks in each format, and volumes of gigabytes.

Each is done by a process of its own, whose largest resident memory is told.

    python -m benchmarks.files_in_and_out --images 1000 --masks 2000 --json docs/results/files.json
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pydicom
import tifffile
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

from benchmarks.phantoms.ct import ct_phantom_units
from benchmarks.phantoms.xray import xray_phantom
from core.files import write_json
from core.imaging.decode import open_file, read_frame
from core.imaging.masks import encode_png
from core.large_files import read_file
from core.workflows.add_images import add_images
from core.workflows.export.export_files import FORMATS, export_files
from core.workflows.export.packing import Selection
from core.workspace import NewRevision, Workspace

IMPORT_SIDE, EXPORT_SIDE, VOLUME_SIDE = 512, 256, 1024
NUM_SLICES = 300


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=int, default=1000)
    parser.add_argument("--masks", type=int, default=2000)
    parser.add_argument("--json", type=Path, help="written anew after each row")
    parser.add_argument("--child", nargs=2, metavar=("WHAT", "FOLDER"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        print(json.dumps(_measured(options.child[0], Path(options.child[1]), options.images)))
        return
    with tempfile.TemporaryDirectory() as folder:
        _fill(Path(folder) / "png", options.masks, dicom=False)
        _fill(Path(folder) / "dicom", options.masks, dicom=True)
        rows: dict[str, dict[str, float]] = {}
        for what in ("nothing", "import", "series", *FORMATS, "volume.nii", "volume.nii.gz", "volume.tif"):
            place = Path(folder) / ("dicom" if what == "dicom_seg" else "png")
            command = [sys.executable, "-m", "benchmarks.files_in_and_out", "--images", str(options.images)]
            told = subprocess.run(
                [*command, "--child", what, str(place)], check=True, stdout=subprocess.PIPE, text=True
            ).stdout
            rows[what] = json.loads(told.splitlines()[-1]) | {"load": os.getloadavg()[0]}
            print(what, rows[what], flush=True)
            if options.json:
                about = {"images": options.images, "masks": options.masks, "cores": os.cpu_count()}
                write_json(options.json, {**about, "rows": rows}, indent=1)


def _measured(what: str, folder: Path, num_images: int) -> dict[str, float]:
    size, count, seconds = 0.0, 0, 1.0
    if what.startswith("volume"):
        path = folder.with_name(what)
        _write_volume(path)
        # Of this program alone: what was needed to make the file counts for nothing.
        read = [sys.executable, "-m", "benchmarks.files_in_and_out", "--child", "read", str(path)]
        return dict(json.loads(subprocess.run(read, check=True, capture_output=True, text=True).stdout))
    if what == "read":
        start = time.perf_counter()
        file = open_file(read_file(folder), folder.name)
        for frame in file.order:
            read_frame(file, folder.name, frame)
        seconds, count, size = time.perf_counter() - start, len(file.order), folder.stat().st_size / 1e6
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        return {"rate": count / seconds, "memory": memory, "size": size}
    with Workspace.open(folder) as workspace:
        task = workspace.tasks.get("lung_xray")
        if what in ("import", "series"):
            files = list(_pngs(num_images)) if what == "import" else list(_series())
            task = workspace.tasks.create(what)
            start = time.perf_counter()
            count = len(add_images(workspace, task.id, files))
            size = sum(len(data) for _, data in files) / 1e6
        else:
            start = time.perf_counter()
            if what != "nothing":
                export = export_files(workspace, Selection(task.id), what)  # type: ignore[arg-type]
                size = export.path.stat().st_size / 1e6
                count = export.num_train + export.num_val + export.num_test
        seconds = time.perf_counter() - start
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"rate": count / seconds, "memory": memory, "size": size}


def _pngs(count: int) -> Iterator[tuple[str, bytes]]:
    base, _ = xray_phantom(0, IMPORT_SIDE)
    for number in range(count):
        image = np.asarray(base, np.uint8).copy()
        image[0, :4] = np.frombuffer(number.to_bytes(4, "little"), np.uint8)
        yield f"film_{number:04}.png", encode_png(image)


def _series() -> Iterator[tuple[str, bytes]]:
    """A CT of 300 slices, a file each."""
    base, uid = ct_phantom_units(0, IMPORT_SIDE)[0], generate_uid()
    for number in range(NUM_SLICES):
        yield f"slice_{number:03}.dcm", dicom_slice(base + np.int16(number % 7), number, uid)


def _write_volume(path: Path) -> None:
    """1,024 slices of 1,024 x 1,024 in 16 bits, 2 GB unpacked; no more of it in memory than a slice."""
    slices = (np.full((VOLUME_SIDE, VOLUME_SIDE), number, np.int16) for number in range(VOLUME_SIDE))
    if path.suffix == ".tif":
        with tifffile.TiffWriter(path, bigtiff=True) as writer:
            for each in slices:
                writer.write(each, contiguous=False)
        return
    header: Any = nib.Nifti1Header()
    header.set_data_dtype(np.int16)
    header.set_data_shape((VOLUME_SIDE,) * 3)
    header["vox_offset"], header["magic"] = 352, b"n+1"
    with gzip.open(path, "wb", 1) if path.suffix == ".gz" else path.open("wb") as file:
        file.write(header.binaryblock + bytes(4))
        for each in slices:
            file.write(each.tobytes())


def _fill(folder: Path, count: int, *, dicom: bool) -> None:
    """A task with saved masks of `count` images, every one with other pixels."""
    with Workspace.open(folder) as workspace:
        task = workspace.tasks.get("lung_xray")
        image, mask = (np.asarray(each, np.uint8) for each in xray_phantom(1, EXPORT_SIDE))
        for number in range(count):
            own = image.copy()
            own[0, :4] = np.frombuffer(number.to_bytes(4, "little"), np.uint8)
            file = dicom_slice(own, number) if dicom else encode_png(own)
            name = f"image_{number:04}.{'dcm' if dicom else 'png'}"
            (outcome,) = add_images(workspace, task.id, [(name, file)])
            drawn = np.roll(mask != 0, number % 17, axis=0)
            new = NewRevision(
                encode_png(drawn.astype(np.uint8)), None, 0.5, None, "Kim", 1.0, float(drawn.mean())
            )
            workspace.masks.save(outcome.image_id or 0, new)


def dicom_slice(values: NDArray[Any], number: int, series: str = "") -> bytes:
    """A CT slice; without a series a study of its own, so that it is a single image and no stack."""
    data: Any = Dataset()
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data.SOPClassUID = data.file_meta.MediaStorageSOPClassUID = CTImageStorage
    data.SOPInstanceUID = data.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    own = (series or generate_uid())[:60]
    data.StudyInstanceUID, data.SeriesInstanceUID, data.FrameOfReferenceUID = own, f"{own}.1", f"{own}.2"
    data.Modality, data.PatientID, data.PatientName = "CT", str(number), "Phantom^"
    data.InstanceNumber = number
    data.ImageOrientationPatient, data.ImagePositionPatient = [1, 0, 0, 0, 1, 0], [0, 0, number]
    data.PixelSpacing, data.SliceThickness = [0.7, 0.7], 1
    data.Rows, data.Columns = values.shape
    data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
    data.BitsAllocated, data.BitsStored, data.HighBit = 16, 16, 15
    data.PixelRepresentation = 1
    data.PixelData = values.astype(np.int16).tobytes()
    buffer = io.BytesIO()
    pydicom.dcmwrite(buffer, data, enforce_file_format=True)
    return buffer.getvalue()


if __name__ == "__main__":
    main()

"""Made-up images with masks, so that a newcomer without data sees the whole loop at once.

`python -m benchmarks.phantoms.samples` writes those that ship into `sample_images/`, in the folders of the
training layout and under the names of the tasks whose models they suit.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.phantoms.ct import ct_phantom
from benchmarks.phantoms.skin import skin_phantom
from benchmarks.phantoms.xray import xray_phantom
from core.config import SAMPLES_DIR
from core.files import write_whole
from core.imaging.masks import encode_png

Phantom = Callable[[int, int], tuple[NDArray[np.uint8], NDArray[np.uint8]]]


@dataclass(frozen=True)
class SampleSet:
    """The phantoms that ship for one task.

    Attributes:
        prefix: Beginning of the file names.
        phantom: Makes (image, mask) from a seed and a side.
        seeds: One a sample, chosen by eye so that no two are alike.
        side: Height and width in pixels.
    """

    prefix: str
    phantom: Phantom
    seeds: tuple[int, ...]
    side: int


SAMPLE_SETS = {
    "lung_xray": SampleSet("xray", xray_phantom, (0, 2, 9, 12, 15), 512),
    "lung_ct": SampleSet("ct", ct_phantom, (10, 11, 14, 20, 30), 512),
    "skin_lesion": SampleSet("skin", skin_phantom, (0, 16, 19, 20, 25), 384),
}


def write_samples(folder: Path) -> list[Path]:
    """Write every sample into `folder/TASK/{images,masks}/NAME.png`.

    Returns:
        The images' paths; each mask has the same name in the folder beside it.
    """
    written = []
    for task, samples in SAMPLE_SETS.items():
        for number, seed in enumerate(samples.seeds, start=1):
            image, mask = samples.phantom(seed, samples.side)
            name = f"{samples.prefix}_{number:02d}.png"
            image_path = folder / task / "images" / name
            write_whole(image_path, encode_png(image))
            write_whole(folder / task / "masks" / name, encode_png(mask != 0))
            written.append(image_path)
    return written


def main(arguments: list[str] | None = None) -> int:
    """Writes the samples; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.phantoms.samples",
        description="Write the made-up sample images with their masks.",
    )
    parser.add_argument("--output_dir", type=Path, default=SAMPLES_DIR, help="folder to write to")
    options = parser.parse_args(arguments)
    print(f"{len(write_samples(options.output_dir))} samples written to {options.output_dir}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

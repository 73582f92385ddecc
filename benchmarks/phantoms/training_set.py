"""Phantoms of every kind in the training layout, for the network that follows clicks.

`python -m benchmarks.phantoms.training_set FOLDER` writes `train/` and `val/`.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks.phantoms.samples import SAMPLE_SETS
from core.files import write_whole
from core.imaging.masks import encode_png

FIRST_SEED = {"train": 1000, "val": 2000}
"""Far from those of the samples that ship."""
NUM_EACH = {"train": 25, "val": 5}


def write_training_set(folder: Path) -> int:
    """Write `folder/{train,val}/{images,masks}/NAME.png`; how many images there are."""
    written = 0
    for split, first in FIRST_SEED.items():
        for samples in SAMPLE_SETS.values():
            for seed in range(first, first + NUM_EACH[split]):
                image, mask = samples.phantom(seed, samples.side)
                name = f"{samples.prefix}_{seed}.png"
                write_whole(folder / split / "images" / name, encode_png(image))
                write_whole(folder / split / "masks" / name, encode_png(mask != 0))
                written += 1
    return written


def main(arguments: list[str] | None = None) -> int:
    """Writes the set; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.phantoms.training_set",
        description="Write made-up images with masks to train on.",
    )
    parser.add_argument("folder", type=Path, help="folder to write to")
    options = parser.parse_args(arguments)
    print(f"{write_training_set(options.folder)} images written to {options.folder}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

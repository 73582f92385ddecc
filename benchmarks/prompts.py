"""How long a proposal takes at 512x512, and how good it is where the prompts come from the true mask.

A box around each large part of the mask, a little loose as people draw them; then a line inside each part
with lines beside it. Pictures are the project's own phantoms, or a data set of yours:

    python -m benchmarks.prompts
    python -m benchmarks.prompts --data_dir DATA/skin_lesion --split val --limit 20

Times are of the processor, so that other programs on the machine do not count.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.phantoms.ct import ct_phantom
from benchmarks.phantoms.skin import skin_phantom
from benchmarks.phantoms.xray import xray_phantom
from core.correction.prompts import Box, Prompts, Scribble, boxed_area, propose_mask
from core.datasets.layout import find_split
from core.datasets.pairs import find_pairs, load_pair
from core.evaluation.scores import score_mask
from core.imaging.intensity import to_display

SIDE = 512
LOOSE = 0.08
"""Part of a side that a box is wider than its object, at each end."""
LEAST_PART = 0.05
MOST_PARTS = 6

Case = tuple[NDArray[np.uint8], NDArray[np.bool_]]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data_dir", type=Path, help="a data set instead of the phantoms")
    parser.add_argument("--split", choices=("train", "val"), default="val", help="which split (default: val)")
    parser.add_argument("--limit", type=int, default=20, help="images of each set (default: 20)")
    options = parser.parse_args(arguments)
    if options.data_dir is not None:
        sets = {options.data_dir.name: list(data_set(options.data_dir, options.split, options.limit))}
    else:
        makers = {"X-ray": xray_phantom, "CT": ct_phantom, "skin": skin_phantom}
        sets = {name: [case(*make(seed)) for seed in range(options.limit)] for name, make in makers.items()}
    print(f"{'picture':14}{'prompt':12}{'images':>7}{'Dice':>8}{'median':>9}{'slowest':>9}")
    for name, cases in sets.items():
        for kind in ("boxes", "scribbles"):
            report(name, kind, cases)


def report(name: str, kind: str, cases: Sequence[Case]) -> None:
    dices, seconds = [], []
    for picture, mask in cases:
        prompts = boxes_around(mask) if kind == "boxes" else lines_on(mask)
        begun = time.process_time()
        proposal = propose_mask(picture, prompts)
        seconds.append(time.process_time() - begun)
        asked = boxed_area(boxes_around(mask).boxes, (SIDE, SIDE)) & mask
        dices.append(score_mask(proposal, asked)["dice"] or 0.0)
    times = f"{np.median(seconds):7.2f} s{max(seconds):7.2f} s"
    print(f"{name:14}{kind:12}{len(cases):7}{np.mean(dices):8.3f}{times}")


def data_set(root: Path, split: str, limit: int) -> Iterator[Case]:
    folder = find_split(root, split)
    if folder is None:
        raise SystemExit(f"{root} has no {split}/images and {split}/masks")
    for pair in find_pairs(folder / "images", folder / "masks")[:limit]:
        image, mask = load_pair(pair)
        yield case(to_display(image), mask)


def case(picture: NDArray[np.uint8], mask: NDArray[np.uint8]) -> Case:
    """Both at 512x512."""
    resized = cv2.resize(picture, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    labels = cv2.resize(mask, (SIDE, SIDE), interpolation=cv2.INTER_NEAREST)
    return np.asarray(resized, np.uint8), np.asarray(labels) != 0


def parts_of(mask: NDArray[np.bool_]) -> Iterator[tuple[Box, NDArray[np.bool_]]]:
    """The largest separate parts, each with a loose box around it."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    order = np.argsort(-stats[1:, cv2.CC_STAT_AREA])[:MOST_PARTS] + 1
    for part in order:
        left, top, width, height, area = (int(value) for value in stats[part])
        if area >= LEAST_PART * stats[order[0], cv2.CC_STAT_AREA]:
            rows, cols = LOOSE * height, LOOSE * width
            yield (top - rows, left - cols, top + height + rows, left + width + cols), labels == part


def boxes_around(mask: NDArray[np.bool_]) -> Prompts:
    return Prompts(boxes=tuple(box for box, _ in parts_of(mask)))


def lines_on(mask: NDArray[np.bool_]) -> Prompts:
    """In each part a line through its thickest place; one left and right of it where there is room."""
    foreground, background = [], []
    room = np.asarray(cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 5))
    for (top, left, bottom, right), part in parts_of(mask):
        depth = np.asarray(
            cv2.distanceTransform(np.pad(part, 1).astype(np.uint8), cv2.DIST_L2, 5)[1:-1, 1:-1]
        )
        row, col = np.unravel_index(int(depth.argmax()), depth.shape)
        reach = 0.6 * depth.max()
        foreground.append(Scribble(((row - reach, float(col)), (row + reach, float(col))), 6.0))
        for beside in (left - 4, right + 4):
            rows = range(max(0, int(top)), min(SIDE, int(bottom)))
            clear = [at for at in rows if 0 <= beside < SIDE and room[at, int(beside)] > 6]
            if len(clear) > 10:
                background.append(Scribble(tuple((float(at), float(beside)) for at in clear), 6.0))
    return Prompts((), tuple(foreground), tuple(background))


if __name__ == "__main__":
    main()

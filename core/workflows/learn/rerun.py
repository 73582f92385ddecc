"""A run once more from what its folder says, on the same images or not at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from core.cards import ModelCard
from core.datasets.layout import find_splits, images_dir, masks_dir
from core.datasets.loading import slices_of
from core.datasets.pairs import Pair, find_pairs
from core.errors import AppError
from core.files import file_hash
from core.inference.stock_layers import weights_path
from core.workflows.learn.run_folder import DataHashes, RunRecord, pair_hashes, read_record
from core.workflows.learn.train_model import NOBODY, TrainOutcome, Watchers, train_on
from core.workflows.learn.training_card import TrainRequest


def rerun(
    run_dir: Path, change: Callable[[TrainRequest], TrainRequest], watchers: Watchers = NOBODY
) -> TrainOutcome[ModelCard]:
    """Train again as run.json says, with the same images in the same splits.

    Images that came to the data folder since are left out.

    Args:
        change: From the request of then to that of now: another output folder, data that were moved.

    Raises:
        AppError: No such run, or an image, a mask or the weights that it started from are missing or not what
            they were; the message names the first.
    """
    record = read_record(run_dir)
    record = replace(record, request=change(record.request))
    _check_start(run_dir, record)
    request = record.request
    pairs_of = {
        split: [replace(pair, values=request.mask_values, reading=request.reading) for pair in pairs]
        for split, pairs in same_pairs(request.data_dir, record.data, run_dir).items()
    }
    return train_on(pairs_of["train"], pairs_of.get("val", []), request, watchers, num_test=record.num_test)


def same_pairs(data_dir: Path, data: DataHashes, run_dir: Path) -> dict[str, list[Pair]]:
    """The pairs of a run in its splits, found by name and checked by content."""
    found: dict[str, list[Pair]] = {}
    for split in find_splits(data_dir):
        for pair in find_pairs(images_dir(data_dir, split), masks_dir(data_dir, split)):
            found.setdefault(pair.stem, []).append(pair)
    return {
        split: [
            one
            for stem, hashes in of.items()
            for one in slices_of(_same_pair(found.get(stem, []), stem, hashes, data_dir, run_dir))
        ]
        for split, of in data.items()
    }


def _same_pair(candidates: list[Pair], stem: str, hashes: list[str], data_dir: Path, run_dir: Path) -> Pair:
    if not candidates:
        raise AppError(
            "{stem}, which {run_dir} was trained on, is not in {data_dir}; name the folder with --data_dir.",
            stem=stem,
            run_dir=run_dir,
            data_dir=data_dir,
        )
    seen = [pair_hashes(pair) for pair in candidates]
    if hashes in seen:
        return candidates[seen.index(hashes)]
    first = candidates[0]
    changed = first.image_path if seen[0][0] != hashes[0] else first.mask_path
    raise AppError(
        "{changed} is not what it was when {run_dir} was trained; put the file of then back.",
        changed=changed,
        run_dir=run_dir,
    )


def _check_start(run_dir: Path, record: RunRecord) -> None:
    start = record.request.start_from
    if start is not None and file_hash(weights_path(start)) != record.start_from_hash:
        raise AppError(
            "{start} is not what it was when {run_dir} was trained; put the weights of then back.",
            start=start,
            run_dir=run_dir,
        )

"""Data sets on disk -> the network behind "Smart click" in a folder: what `train.py --task click` does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from core.cards import DataSource, ModelCard, Score, card_path, save_card
from core.correction.click_crop import CHANNELS, SIDE
from core.datasets.pairs import Pair, find_pairs, load_pair
from core.imaging.intensity import to_display
from core.inference.stock_layers import weights_path
from core.workflows.learn.run_folder import (
    files_of,
    forget_checkpoints,
    hash_pairs,
    move_earlier_files,
    write_record,
    write_result,
)
from core.workflows.learn.train_model import TrainOutcome, Watchers, surroundings_of
from core.workflows.learn.training_card import TrainRequest, read_about, training_card

if TYPE_CHECKING:
    from core.training.click_examples import ClickImage

VALIDATION_SEED = 1
"""Of the examples that are chosen on; the same whatever the run's seed."""


@dataclass(frozen=True)
class ClickSet:
    """A data set in the training layout; each counts as much as the others, whatever its size.

    Attributes:
        name: Of its folder.
        train: To learn from.
        val: To choose on; may be empty.
    """

    name: str
    train: tuple[Pair, ...]
    val: tuple[Pair, ...]


def find_click_sets(folders: Sequence[Path]) -> list[ClickSet]:
    """The training and validation pairs of folders; test is not opened.

    Raises:
        BadDatasetError: A folder is missing, or an image or mask has no mate.
    """
    return [ClickSet(folder.name, _pairs(folder / "train"), _pairs(folder / "val")) for folder in folders]


def train_clicks(
    request: TrainRequest,
    sets: Sequence[ClickSet],
    *,
    num_examples: int,
    num_validated: int,
    watchers: Watchers | None = None,
) -> TrainOutcome[ModelCard]:
    """Train on drawn examples, write weights, card, history and record.

    Args:
        request: The run; `net` and `settings.image_size` must be those of `click_request`.
        sets: To train on.
        num_examples: That make an epoch.
        num_validated: Fixed examples of the validation images that the best epoch is chosen on.
        watchers: Who is told, and asked.

    Raises:
        BadFileError: An image or mask cannot be read.
        DivergedError: The loss stopped being finite.
        AppError: `about` cannot be read.
        OSError: A file cannot be written.
    """
    watchers = watchers or Watchers()
    about = read_about(request.about)
    card = training_card(request, about, {})
    card = replace(card, data=_sources(about, sets))
    hashes = {
        split: {
            f"{each.name}/{stem}": files
            for each in sets
            for stem, files in hash_pairs({split: getattr(each, split)})[split].items()
        }
        for split in ("train", "val")
    }
    around = surroundings_of(request, hashes, watchers)
    from core.training.click_examples import click_examples, kept_examples
    from core.training.fit import train

    validated = [_images(each.val) for each in sets if each.val]
    result = train(
        click_examples([_images(each.train) for each in sets], num_examples),
        kept_examples(validated, num_validated, VALIDATION_SEED) if validated else None,
        net=request.net,
        settings=request.settings,
        augment=request.augment,
        start_from=None if request.start_from is None else weights_path(request.start_from),
        on_progress=watchers.on_progress,
        should_stop=watchers.should_stop,
        surroundings=around,
    )
    previous = move_earlier_files(request.output_dir, files_of(request))
    weights = write_result(request, result)
    best = result.history[result.best_epoch - 1].val_dice if result.history else None
    if best is not None:
        card = replace(card, validation={"dice": Score(best)})
    save_card(card, card_path(weights))
    write_record(request, card, hashes, "" if around.accelerator is None else around.accelerator.line)
    if not result.stopped:
        forget_checkpoints(request)
    return TrainOutcome(weights, card, len(result.history), result.best_epoch, previous, result.stopped)


def click_request(request: TrainRequest) -> TrainRequest:
    """The request with the network's own kind of input."""
    net = replace(request.net, architecture="click", input_channels=CHANNELS, num_classes=1)
    return replace(request, net=net, settings=replace(request.settings, image_size=(SIDE, SIDE)))


def _pairs(folder: Path) -> tuple[Pair, ...]:
    if not folder.is_dir() and folder.name == "val":
        return ()
    return tuple(find_pairs(folder / "images", folder / "masks"))


def _images(pairs: Sequence[Pair]) -> list[ClickImage]:
    from core.training.click_examples import ClickImage

    def load(pair: Pair) -> ClickImage:
        image, mask = load_pair(pair)
        return ClickImage(to_display(image), mask == 1)

    return [load(pair) for pair in pairs]


def _sources(about: dict[str, object], sets: Sequence[ClickSet]) -> tuple[DataSource, ...]:
    """What the card says of each set; `about` may say where one of its name comes from."""
    given = about.get("data")
    known = {each["name"]: each for each in given} if isinstance(given, list) else {}
    return tuple(
        DataSource(
            each.name,
            known.get(each.name, {}).get("source", ""),
            known.get(each.name, {}).get("licence", ""),
            num_train=len(each.train),
            num_val=len(each.val),
        )
        for each in sets
    )

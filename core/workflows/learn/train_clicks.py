"""Data sets on disk -> the network behind "Smart click" in a folder: what `train.py --task click` does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from core.cards import DataSource, ModelCard
from core.correction.click_crop import CHANNELS, SIDE
from core.datasets.pairs import Pair, find_pairs, load_pair
from core.errors import BadModelError
from core.imaging.intensity import to_display
from core.workflows.learn.run_folder import hash_pairs, write_result
from core.workflows.learn.train_model import NOBODY, TrainOutcome, Watchers, finish, fit, surroundings_of
from core.workflows.learn.training_card import (
    TrainRequest,
    read_about,
    read_base_card,
    training_card,
    validation_of,
)

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
    watchers: Watchers = NOBODY,
) -> TrainOutcome[ModelCard]:
    """Train on drawn examples, write weights, card, history and record.

    Args:
        request: The run; `net` and `settings.image_size` must be those of `click_request`.
        num_examples: That make an epoch.
        num_validated: Fixed examples of the validation images that the best epoch is chosen on.

    Raises:
        BadFileError: An image or mask cannot be read.
        DivergedError: The loss stopped being finite.
        AppError: `about` cannot be read.
        OSError: A file cannot be written.
    """
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

    validated = [_images(each.val) for each in sets if each.val]
    examples = click_examples([_images(each.train) for each in sets], num_examples)
    kept = kept_examples(validated, num_validated, VALIDATION_SEED) if validated else None
    result = fit(request, examples, kept, watchers, around)
    previous = write_result(request, result)
    card = replace(card, validation=validation_of(result))
    return finish(request, card, hashes, result, around, previous)


def click_request(request: TrainRequest) -> TrainRequest:
    """The request with a network of the right input: that of the model to go on from, else the usual one.

    Raises:
        BadModelError: The model to go on from cannot be used.
    """
    net = replace(request.net, architecture="click", input_channels=CHANNELS, num_classes=1)
    if request.start_from is not None:
        net = read_base_card(request.start_from).net
    if (net.input_channels, net.num_classes) != (CHANNELS, 1):
        raise BadModelError(
            "{folder} is no network that follows clicks; train one with train.py --task click.",
            folder=request.start_from,
        )
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

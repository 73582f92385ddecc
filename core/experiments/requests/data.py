"""The images of an experiment: checked, hashed, and known to hold what is looked for."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from core.datasets.grouped_data import GroupedData, read_grouped, with_validation
from core.datasets.groups import GroupRule
from core.datasets.pairs import Pair, load_pair
from core.errors import AppError
from core.experiments.requests.plan import CompareRequest, OnData, TuneRequest
from core.experiments.runs.experiment import Experiment
from core.imaging.class_table import ClassTable
from core.imaging.mask_files.class_masks import split_undefined
from core.language.sentence import Sentence
from core.workflows.learn.run_folder import hash_pairs

NUM_THREADS = 4


def read_data(
    experiment: Experiment, request: OnData, rule: GroupRule | None = None, classes: ClassTable | None = None
) -> GroupedData:
    """The pairs of every split that is there with their groups; their hashes are kept with the experiment.

    Test images are read to see that none of them is trained on, whatever is scored.

    Args:
        rule: What the person says of images that belong together, None for nothing.

    Raises:
        BadDatasetError: Everything that is wrong with the data set.
        AppError: The data are not those that the experiment was begun with, or a rule that groups nothing.
    """
    experiment.say(Sentence("Checking the data"))
    data = read_grouped(
        Path(request.data_dir),
        rule,
        on_progress=experiment.watchers.on_check,
        classes=classes,
        values=request.values,
        reading=request.reading,
    )
    experiment.keep_hashes(hash_pairs({**data.pairs_of}))
    return data


def train_and_val(
    experiment: Experiment, request: CompareRequest | TuneRequest
) -> tuple[GroupedData, list[Pair], list[Pair]]:
    """The data, with the pairs to train on and those to choose on, which show what is looked for."""
    classes, settings = request.recipe.classes, request.recipe.settings
    rule = GroupRule(request.group_column, request.group_pattern)
    data = read_data(experiment, request, rule, classes)
    train, val = with_validation(data, settings.val_part, settings.seed)
    require_foreground(Sentence("training split"), train, classes)
    require_foreground(Sentence("validation split"), val, classes)
    return data, train, val


def have_foreground(pairs: Sequence[Pair], classes: ClassTable | None = None) -> list[bool]:
    """Whether each pair's mask has a foreground pixel, of whatever class."""

    def has_any(pair: Pair) -> bool:
        return bool(split_undefined(load_pair(pair, classes=classes)[1])[0].any())

    with ThreadPoolExecutor(NUM_THREADS) as pool:
        return list(pool.map(has_any, pairs))


def require_foreground(name: str, pairs: Sequence[Pair], classes: ClassTable | None = None) -> None:
    """Refuse a part of the data without an image, or without a foreground pixel."""
    if not pairs:
        raise AppError("The {name} has no image; give it at least one.", name=name)
    if not any(have_foreground(pairs, classes)):
        raise AppError(
            "No mask of the {name} has a foreground pixel, so no Dice can be measured; give it at "
            "least one image that shows what is looked for.",
            name=name,
        )

"""A data set on disk -> weights, card, history and curves in a folder: what train.py does."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from core.cards import Card, ModelCard, card_path, save_card
from core.datasets.grouped_data import GroupedData, read_grouped, with_validation
from core.datasets.groups import GroupRule
from core.datasets.pairs import Pair, load_pair
from core.errors import AppError
from core.evaluation.report import card_scores
from core.inference.predictor import Predictor
from core.inference.stock_layers import weights_path
from core.training.augment import changed_size
from core.watching import OnProgress, never, untold
from core.workflows.learn.run_folder import (
    CHECKPOINTS_DIR,
    TENSORBOARD_DIR,
    DataHashes,
    hash_pairs,
    move_earlier_files,
    run_identity,
    write_record,
    write_result,
)
from core.workflows.learn.training_card import TrainRequest, read_about, read_base_card, training_card
from core.workflows.measure.score_model import choose_threshold, score_pairs

if TYPE_CHECKING:
    from core.training.examples import ExampleArrays
    from core.training.fit import Surroundings, TrainResult

AnyCard = TypeVar("AnyCard", bound=Card)
# Images that are looked at to tell grey from colour.
NUM_PROBED = 20


@dataclass(frozen=True)
class TrainOutcome(Generic[AnyCard]):
    """What a run left on disk.

    Attributes:
        weights: The `.keras` file; of masks the `.h5` lies beside it.
        best_epoch: Epoch whose weights were kept.
        previous: Folder that earlier files were moved to, None where there were none.
        stopped: Whether `should_stop` ended it; `resume` goes on from there.
    """

    weights: Path
    card: AnyCard
    num_epochs: int
    best_epoch: int
    previous: Path | None
    stopped: bool = False


@dataclass(frozen=True)
class Watchers:
    """Who is told, and asked, while a run goes on.

    Attributes:
        on_check: Called with (images read, all images) while the data set is checked.
        on_run: Called with (name, number from 1, all runs) when one of several runs begins.
        on_progress: Called after each training step and at the end of each epoch; of an experiment also by
            name with the `run` (its folder under `runs/`), its `run_number` from 1 and the `num_runs` of the
            experiment, as far as is known.
        should_stop: Asked after each training step; True ends the run and keeps the best so far.
        on_note: Told in one sentence what the run computes on, and that a checkpoint could not be written; of
            an experiment when something else begins.
        on_saved: Called after each checkpoint that was written.
    """

    on_check: OnProgress = untold
    on_run: Callable[[str, int, int], None] = untold
    on_progress: Callable[..., None] = untold
    should_stop: Callable[[], bool] = never
    on_note: Callable[[str], None] = untold
    on_saved: Callable[[], None] = untold


NOBODY = Watchers()


def train_model(request: TrainRequest, watchers: Watchers = NOBODY) -> TrainOutcome[ModelCard]:
    """Check the data set, train, write everything, score validation at each image's own size.

    Test images are checked for overlap with the others and not used. A refit has no validation images: it
    keeps the weights of its last epoch and the threshold that it was given.

    Raises:
        BadDatasetError: Everything that is wrong with the data set.
        BadModelError: `start_from` cannot be used.
        DivergedError: The loss stopped being finite.
        AppError: `about` cannot be read, a column or pattern that groups nothing, or a single group.
        OSError: A file cannot be written; weights of an earlier run are still there.
    """
    # Before the data, which may take minutes to check.
    read_about(request.about)
    if request.start_from is not None:
        read_base_card(request.start_from)
    rule = GroupRule(request.group_column, request.group_pattern)
    data = read_grouped(
        request.data_dir,
        rule,
        on_progress=watchers.on_check,
        classes=request.classes,
        values=request.mask_values,
        reading=request.reading,
    )
    for note in data.notes:
        watchers.on_note(note)
    train_pairs, val_pairs = _train_and_validation(data, request)
    return train_on(train_pairs, val_pairs, request, watchers, num_test=len(data.pairs_of.get("test", ())))


def train_on(
    train_pairs: Sequence[Pair],
    val_pairs: Sequence[Pair],
    request: TrainRequest,
    watchers: Watchers = NOBODY,
    *,
    num_test: int = 0,
) -> TrainOutcome[ModelCard]:
    """Train on pairs that were found and checked, write everything, score validation as `train_model` does.

    Args:
        val_pairs: To choose on; empty for none.
        request: What is trained; `data_dir` only names the data in the card.
        num_test: Images kept back, for the card.
    """
    request = with_channels(request, train_pairs)
    num_images = {"train": len(train_pairs), "val": len(val_pairs), "test": num_test}
    # Before anything is moved: the model to go on from may lie where the new one goes.
    card = training_card(request, read_about(request.about), num_images)

    data = hash_pairs({"train": train_pairs, "val": val_pairs})
    around = surroundings_of(request, data, watchers)
    result = fit(
        request,
        prepare(train_pairs, request),
        prepare(val_pairs, request) if val_pairs else None,
        watchers,
        around,
    )
    if around.accelerator is not None and around.accelerator.process > 0:
        # Several processes have the same result; the first one writes it.
        epochs = len(result.history)
        return TrainOutcome(request.weights, card, epochs, result.best_epoch, None, result.stopped)
    previous = write_result(request, result)
    if val_pairs:
        predictor = Predictor(request.weights, card)
        classes = request.classes
        chosen = classes is not None or request.threshold is not None
        threshold = card.threshold if chosen else choose_threshold(predictor, val_pairs)
        results = score_pairs(predictor, val_pairs, threshold, classes=classes)
        scores = card_scores(results, classes.names if classes else ())
        card = replace(card, threshold=threshold, validation=scores)
    return finish(request, card, data, result, around, previous)


def fit(
    request: TrainRequest, examples: Any, validation: Any, watchers: Watchers, around: Surroundings
) -> TrainResult:
    """Train the network of a request, as `core.training.fit.train` does."""
    from core.training.fit import train

    return train(
        examples,
        validation,
        net=request.net,
        settings=request.settings,
        augment=request.augment,
        start_from=None if request.start_from is None else weights_path(request.start_from),
        on_progress=watchers.on_progress,
        should_stop=watchers.should_stop,
        surroundings=around,
    )


def finish(
    request: TrainRequest,
    card: ModelCard,
    data: DataHashes,
    result: TrainResult,
    around: Surroundings,
    previous: Path | None,
) -> TrainOutcome[ModelCard]:
    """Write card and record at last; what the run left."""
    save_card(card, card_path(request.weights))
    write_record(request, card, data, "" if around.accelerator is None else around.accelerator.line)
    if not result.stopped:
        # Nothing could go on from it.
        shutil.rmtree(request.output_dir / CHECKPOINTS_DIR, ignore_errors=True)
    epochs = len(result.history)
    return TrainOutcome(request.weights, card, epochs, result.best_epoch, previous, result.stopped)


def surroundings_of(request: TrainRequest, data: DataHashes, watchers: Watchers) -> Surroundings:
    """Start Keras, find the devices, and say what else a run needs; what does not fit is an `AppError`."""
    from core.training.quiet_start import start_keras

    start_keras(request.accelerator)
    from core.nets import check_net, check_size
    from core.training.checkpoint import Checkpoints
    from core.training.devices import find_accelerator
    from core.training.fit import Surroundings
    from core.training.losses import get_loss

    accelerator = find_accelerator(request.accelerator)
    try:
        check_net(request.net)
        for size in (request.settings.image_size, changed_size(request.augment, request.settings.image_size)):
            check_size(request.net, size)
        get_loss(request.settings.loss, request.net.num_classes)
    except ValueError as error:
        raise AppError("This run cannot be trained: {error}.", error=error) from None
    accelerator.check_batch(request.settings.batch_size)
    watchers.on_note(accelerator.line)
    folder = request.output_dir / CHECKPOINTS_DIR
    if not request.resume and accelerator.process == 0:
        # A run that had not ended is not overwritten by another one.
        move_earlier_files(request.output_dir, (CHECKPOINTS_DIR, TENSORBOARD_DIR))
    return Surroundings(
        accelerator=accelerator,
        checkpoints=Checkpoints(
            folder,
            run_identity(request, data),
            resume=request.resume,
            on_saved=watchers.on_saved,
            on_problem=watchers.on_note,
        ),
        tensorboard=request.output_dir / TENSORBOARD_DIR if request.tensorboard else None,
    )


def _train_and_validation(data: GroupedData, request: TrainRequest) -> tuple[list[Pair], list[Pair]]:
    train_pairs, settings = data.pairs_of["train"], request.settings
    if request.refit:
        return [*train_pairs, *data.pairs_of.get("val", ())], []
    # A single image cannot be divided: it is trained on, and nothing is validated.
    if "val" not in data.pairs_of and (len(train_pairs) < 2 or settings.val_part <= 0):
        return train_pairs, []
    return with_validation(data, settings.val_part, settings.seed)


def with_channels(request: TrainRequest, pairs: Sequence[Pair]) -> TrainRequest:
    """The request with the channels that most of the pairs have, where it names none."""
    if request.net.input_channels:
        return request
    probed = [load_pair(pair, classes=request.classes)[0].values.ndim for pair in pairs[:NUM_PROBED]]
    channels = 3 if sum(ndim == 3 for ndim in probed) * 2 > len(probed) else 1
    return replace(request, net=replace(request.net, input_channels=channels))


def prepare(pairs: Sequence[Pair], request: TrainRequest) -> ExampleArrays:
    """The pairs as the network of a request, which names its channels, learns from them."""
    from core.training.examples import Example, prepare_examples

    def load(pair: Pair) -> Example:
        return Example(*load_pair(pair, classes=request.classes))

    return prepare_examples(
        (partial(load, pair) for pair in pairs),
        image_size=request.settings.image_size,
        channels=request.net.input_channels,
        scaling=request.scaling,
        remove_hair=request.remove_hair,
        num_classes=request.net.num_classes,
    )

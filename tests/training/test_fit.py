import itertools
import math
from dataclasses import replace

import keras
import numpy as np
import pytest

from core.cards import ModelCard, save_card
from core.config import AugmentConfig, NetConfig, ScalingConfig, TrainConfig
from core.errors import BadModelError, DivergedError
from core.imaging.decode import DecodedImage
from core.inference.export import save_weights
from core.inference.predictor import load_predictor
from core.training.callbacks import UnhurriedCallbacks, Watch
from core.training.examples import Example, prepare_examples
from core.training.fit import train
from core.training.losses import get_loss
from core.training.networks import exported_network, training_network
from core.training.optimizer import averaging_momentum, learning_rate, make_optimizer
from core.training.pipeline import training_batches
from core.training.plain_batches import to_float
from core.watching import never, untold

NET = NetConfig(depth=1, base_filters=4)
SETTINGS = TrainConfig(image_size=(16, 16), epochs=12, batch_size=4, learning_rate=0.02, precision="float32")
AUGMENT = AugmentConfig(rotation=20, flip_vertical=0.5)


def run(examples, validation=None, settings=SETTINGS, **options):
    return train(examples, validation, **{"net": NET, "settings": settings, "augment": AUGMENT, **options})


def dice(model, examples):
    probability = np.asarray(model(examples.images.astype(np.float32) / 255, training=False))[..., 0]
    predicted = probability > 0.5
    both = (predicted & (examples.masks == 1)).sum(axis=(1, 2))
    return float(np.mean(2 * both / (predicted.sum(axis=(1, 2)) + examples.masks.sum(axis=(1, 2)))))


@pytest.fixture(scope="module")
def reports():
    return []


@pytest.fixture(scope="module")
def result(training_discs, validation_discs, reports):
    return run(training_discs, validation_discs, on_progress=reports.append)


def test_it_learns(result, validation_discs):
    assert dice(result.model, validation_discs) > 0.9


def test_the_best_epoch_is_what_is_returned(result, validation_discs):
    best = max(result.history, key=lambda row: row.val_dice)
    assert result.best_epoch == best.epoch
    assert dice(result.model, validation_discs) == pytest.approx(best.val_dice, abs=1e-3)


def test_history_has_a_row_an_epoch_and_the_rate_ends_at_0(result):
    assert [row.epoch for row in result.history] == list(range(1, 13))
    assert result.history[-1].learning_rate == pytest.approx(0, abs=1e-9)
    assert result.history[-1].loss < result.history[0].loss


def test_a_threshold_is_chosen_on_validation(result):
    assert 0 < result.threshold < 1 and not result.stopped


def test_progress_is_told_after_each_step_and_each_epoch(reports):
    # 16 images in batches of 4: 4 steps and the end of each of 12 epochs.
    assert len(reports) == 12 * 5
    assert [report.step for report in reports[:5]] == [1, 2, 3, 4, 4]
    assert [report.epoch_done for report in reports[:5]] == [False] * 4 + [True]
    assert reports[3].val_dice is None and 0 <= reports[4].val_dice <= 1
    assert reports[0].num_epochs == 12 and reports[0].num_steps == 4
    assert reports[-1].epoch == 12 and reports[-1].seconds_left == 0
    assert all(report.seconds_left >= 0 for report in reports)


def corners(count):
    """Wide images, 24 x 60, each with a bright block in the lower left: 8 rows of 24 pixels and more."""
    generator = np.random.default_rng(0)
    for _ in range(count):
        mask = np.zeros((24, 60), np.uint8)
        mask[16 - generator.integers(4) :, : 24 + generator.integers(12)] = 1
        noisy = mask * 120 + 60 + generator.normal(0, 15, mask.shape)
        yield Example(DecodedImage(np.clip(noisy, 0, 255).astype(np.uint8)), mask)


@pytest.mark.parametrize("net", [NET, replace(NET, padding="valid")])
def test_a_rectangular_network_finds_what_lies_in_a_corner(net, tmp_path):
    settings = replace(SETTINGS, image_size=(16, 40), epochs=8)
    examples = prepare_examples(
        corners(16), image_size=settings.image_size, channels=1, scaling=ScalingConfig()
    )
    assert examples.images.shape == (16, 16, 40, 1)
    result = run(examples, settings=settings, net=net, augment=AugmentConfig(rotation=20))
    save_weights(result.model, tmp_path / "model.keras")
    save_card(ModelCard("corner", net=net, image_size=(16, 40)), tmp_path / "card.json")
    predictor = load_predictor(tmp_path)
    for example in corners(3):
        predicted = predictor.predict(example.image) > 0.5
        assert predicted.shape == (24, 60)
        both = (predicted & (example.mask == 1)).sum()
        assert 2 * both / (predicted.sum() + example.mask.sum()) > 0.9


def test_parts_are_learnt_from_and_whole_images_are_validated():
    generator = np.random.default_rng(0)

    def specks(count):
        examples = []
        for _ in range(count):
            mask = np.zeros((64, 64), np.uint8)
            for row, column in generator.integers(0, 58, (12, 2)):
                mask[row : row + 5, column : column + 5] = 1
            image = np.where(mask == 1, 200, 60) + generator.integers(-20, 20, mask.shape)
            examples.append(Example(DecodedImage(image.astype(np.uint8), "display"), mask))
        return prepare_examples(examples, image_size=(64, 64), channels=1, scaling=ScalingConfig())

    validation = specks(4)
    settings = replace(SETTINGS, image_size=(64, 64), weight_averaging=0.5)
    outcome = run(specks(24), validation, settings, augment=replace(AUGMENT, crop=0.5))
    best = max(row.val_dice for row in outcome.history)
    assert dice(outcome.model, validation) == pytest.approx(best, abs=1e-3) and best > 0.9
    batch = next(iter(training_batches(validation, replace(AUGMENT, crop=0.5), batch_size=3, seed=0)))
    assert [tuple(part.shape) for part in batch] == [(3, 32, 32, 1), (3, 32, 32, 2)]


def test_plain_keras_opens_what_was_trained_at_any_size(result, tmp_path):
    save_weights(result.model, tmp_path / "net.keras")
    opened = keras.models.load_model(tmp_path / "net.keras")
    assert opened(np.zeros((1, 448, 592, 1), np.float32)).shape == (1, 448, 592, 1)


def trained_weights(examples, **changes):
    settings = replace(SETTINGS, epochs=3, seed=5, **changes)
    return np.concatenate([each.ravel() for each in run(examples, settings=settings).model.get_weights()])


@pytest.fixture(scope="module")
def once(training_discs):
    """Weights after three epochs."""
    return trained_weights(training_discs)


def test_the_same_seed_gives_the_same_weights(once, training_discs):
    np.testing.assert_allclose(trained_weights(training_discs), once, atol=1e-6)


def test_several_steps_in_one_call_give_the_same_weights(once, training_discs):
    np.testing.assert_allclose(trained_weights(training_discs, steps_per_execution=4), once, atol=1e-6)


def test_the_weights_are_those_of_a_network_that_is_fed_with_floats(training_discs):
    # x / 255 and x * (1 / 255) may differ in the last digit, of which Adam would make more.
    settings = replace(SETTINGS, epochs=2, weight_averaging=0.0, optimizer="sgd")
    network = training_network(NET, (16, 16), precision="float32", seed=settings.seed)
    network.compile(make_optimizer(settings, num_steps=4), get_loss(settings.loss, 1))
    batches = training_batches(training_discs, AUGMENT, batch_size=4, seed=settings.seed)
    for images, targets in itertools.islice(batches, 8):
        network.train_on_batch(to_float(images.numpy()), targets.numpy().astype(np.float32))
    with_floats = exported_network(network, NET).get_weights()
    with_bytes = run(training_discs, settings=settings).model.get_weights()
    for ours, theirs in zip(with_bytes, with_floats, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-6)


def test_images_of_8_and_of_16_bits_are_validated_alike(training_discs, validation_discs):
    wide = replace(validation_discs, images=validation_discs.images.astype(np.uint16) * 257)
    settings, nothing = replace(SETTINGS, epochs=2), AugmentConfig(0, 0, 0, 0, 0, 0, 0)
    rows = [
        run(training_discs, each, settings, augment=nothing).history[-1].val_loss
        for each in (validation_discs, wide)
    ]
    assert rows[0] == pytest.approx(rows[1], abs=1e-6)


class Fetched:
    """A number on a device; making a float of it is counted."""

    def __init__(self):
        self.times = 0

    def __float__(self):
        self.times += 1
        return 0.5


def test_the_device_is_waited_for_at_every_20th_step_and_at_the_end_of_an_epoch():
    told = []
    watch = Watch(1, 50, on_progress=told.append, should_stop=never, look_every=20)
    callbacks = UnhurriedCallbacks([watch])
    loss = Fetched()
    for step in range(50):
        callbacks.on_train_batch_end(step, {"loss": loss})
    assert [report.step for report in told] == [20, 40, 50]
    assert loss.times <= 2 * len(told)


def test_a_loss_that_is_no_number_is_found_at_the_next_look():
    watch = Watch(1, 50, on_progress=untold, should_stop=never, look_every=20)
    for step in range(19):
        watch.on_train_batch_end(step, {"loss": math.nan})
    with pytest.raises(DivergedError, match="by step 20 of epoch 1"):
        watch.on_train_batch_end(19, {"loss": math.nan})


@pytest.mark.usefixtures("eager")
def test_going_on_from_weights_without_validation(result, training_discs, validation_discs, tmp_path):
    save_weights(result.model, tmp_path / "base.keras")
    few = type(training_discs)(training_discs.images[:3], training_discs.masks[:3])
    gentle = TrainConfig(image_size=(16, 16), epochs=2, batch_size=4, learning_rate=1e-4)
    tuned = run(few, settings=gentle, start_from=tmp_path / "base.keras")
    assert tuned.threshold is None and tuned.best_epoch == 2
    assert tuned.history[0].val_dice is None
    assert dice(tuned.model, validation_discs) > 0.85
    changed = [not np.array_equal(a, b) for a, b in zip(*map(weights, (result, tuned)), strict=True)]
    assert any(changed)


def weights(outcome):
    return outcome.model.get_weights()


def test_going_on_from_another_network_is_refused(result, training_discs, tmp_path):
    save_weights(result.model, tmp_path / "base.keras")
    for other in (NetConfig(depth=2, base_filters=4), NetConfig(depth=1, base_filters=8)):
        with pytest.raises(BadModelError, match="cannot be trained further"):
            run(training_discs, net=other, start_from=tmp_path / "base.keras")


@pytest.mark.usefixtures("eager")
def test_stopping_ends_the_run_and_keeps_what_was_learnt(training_discs, validation_discs):
    asked = []
    stopped = run(
        training_discs, validation_discs, should_stop=lambda: asked.append(None) is None and len(asked) == 6
    )
    # The sixth step is the second of the second epoch.
    assert stopped.stopped and len(stopped.history) == 2 and len(asked) == 6
    assert stopped.best_epoch in (1, 2)


@pytest.mark.usefixtures("eager")
def test_patience_ends_a_run_that_gets_no_better(training_discs, validation_discs):
    idle = TrainConfig(
        image_size=(16, 16), epochs=10, batch_size=16, learning_rate=1e-12, patience=2, warmup=0
    )
    ended = run(training_discs, validation_discs, settings=idle)
    assert len(ended.history) < 10


@pytest.mark.usefixtures("eager")
def test_a_loss_that_is_no_number_names_epoch_and_step(training_discs):
    # Without normalisation, weights of 1e30 square to infinity in the second step.
    wild = TrainConfig(
        image_size=(16, 16), epochs=3, batch_size=4, learning_rate=1e30, warmup=0, precision="float32"
    )
    plain = NetConfig(depth=1, base_filters=4, batch_norm=False)
    with pytest.raises(DivergedError, match="at step [23] of epoch 1; train with a smaller"):
        run(training_discs, settings=wild, net=plain)


def test_undecided_pixels_teach_nothing(training_discs):
    # Masks that are wrong wherever nobody decided: only the weights keep them from being learnt.
    wrong = training_discs.masks.copy()
    wrong[:, :, 8:] = 1
    weight = np.ones_like(wrong)
    weight[:, :, 8:] = 0
    taught = run(type(training_discs)(training_discs.images, wrong, weight))
    assert dice(taught.model, training_discs) > 0.85


def test_the_learning_rate_rises_and_falls():
    # 4 epochs of 5 steps: 20 steps, of which 0.2 x 20 = 4 rise to 0.1; half-way down the cosine is half of
    # it.
    schedule = learning_rate(TrainConfig(epochs=4, learning_rate=0.1, warmup=0.2), 5)
    np.testing.assert_allclose(
        [float(schedule(step)) for step in (0, 2, 4, 12, 20)], [0, 0.05, 0.1, 0.05, 0], atol=1e-7
    )


def test_weights_are_averaged_over_a_tenth_of_the_run_at_most():
    settings = TrainConfig(epochs=10, weight_averaging=0.98)
    assert averaging_momentum(settings, num_steps=100) == 0.98
    assert averaging_momentum(settings, num_steps=4) == pytest.approx(0.75)  # 1 - 10 / 40
    assert averaging_momentum(settings, num_steps=1) == 0


@pytest.mark.parametrize(
    "settings", [TrainConfig(epochs=0), TrainConfig(learning_rate=0), TrainConfig(warmup=1.0)]
)
def test_settings_that_make_no_run_are_refused(settings, training_discs):
    with pytest.raises(ValueError):
        run(training_discs, settings=settings)

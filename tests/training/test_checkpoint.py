import errno
import os
from dataclasses import asdict, replace

import numpy as np
import pytest

from core.config import AugmentConfig, NetConfig, ScalingConfig, TrainConfig
from core.errors import AppError
from core.training.checkpoint import CHECKPOINT, Checkpoints, check_identity, load_state
from core.training.fit import Surroundings, train
from core.watching import untold

# Dropout too: its random numbers must go on where they were.
NET = NetConfig(depth=1, base_filters=4, dropout=0.2)
SETTINGS = TrainConfig(
    image_size=(16, 16), epochs=4, batch_size=4, learning_rate=0.01, precision="float32", weight_averaging=0.5
)
STEPS = 4  # 16 images in batches of 4


def run(examples, validation, folder, *, resume=False, identity=None, stop_after=None, problems=None):
    steps = []

    def should_stop():
        steps.append(None)
        return len(steps) == stop_after

    checkpoints = Checkpoints(
        folder,
        identity or {"settings": {"epochs": 4}},
        resume=resume,
        on_problem=untold if problems is None else problems.append,
    )
    return train(
        examples,
        validation,
        net=NET,
        settings=SETTINGS,
        augment=AugmentConfig(),
        should_stop=should_stop,
        surroundings=Surroundings(checkpoints=checkpoints),
    )


def difference(first, second):
    pairs = zip(first.model.get_weights(), second.model.get_weights(), strict=True)
    return max(float(np.abs(a - b).max()) for a, b in pairs)


@pytest.fixture(scope="module")
def whole(training_discs, validation_discs, tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    return run(training_discs, validation_discs, folder), folder


@pytest.fixture(scope="module")
def ended(training_discs, validation_discs, tmp_path_factory):
    """Stopped in the second step of the third epoch."""
    folder = tmp_path_factory.mktemp("ended")
    return run(training_discs, validation_discs, folder, stop_after=2 * STEPS + 2), folder


def test_the_last_whole_epoch_is_kept(ended):
    result, folder = ended
    assert result.stopped and len(result.history) == 3
    state = load_state(folder)
    assert state.epoch == 2 and len(state.rows) == 2 and not state.ended
    assert [path.name for path in folder.iterdir()] == [CHECKPOINT]


def test_a_resumed_run_ends_where_it_would_have_ended(whole, ended, training_discs, validation_discs):
    resumed = run(training_discs, validation_discs, ended[1], resume=True)
    assert difference(resumed, whole[0]) < 1e-6
    assert [row.epoch for row in resumed.history] == [1, 2, 3, 4]
    for row, expected in zip(resumed.history, whole[0].history, strict=True):
        assert row.loss == pytest.approx(expected.loss, abs=1e-6)
        assert row.val_dice == pytest.approx(expected.val_dice, abs=1e-6)
    assert resumed.best_epoch == whole[0].best_epoch
    assert resumed.history[2].seconds >= resumed.history[1].seconds


def test_a_run_that_is_at_its_end_trains_no_more(whole, training_discs, validation_discs):
    again = run(training_discs, validation_discs, whole[1], resume=True)
    assert difference(again, whole[0]) < 1e-6 and len(again.history) == 4


@pytest.mark.usefixtures("eager")
def test_a_full_disk_leaves_the_last_good_one_and_the_run_goes_on(
    training_discs, validation_discs, tmp_path, monkeypatch
):
    writes = []
    fsync = os.fsync

    def full_from_the_third_on(descriptor):
        writes.append(None)
        if len(writes) > 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", full_from_the_third_on)
    problems = []
    result = run(training_discs, validation_discs, tmp_path, problems=problems)
    assert len(result.history) == 4
    assert load_state(tmp_path).epoch == 2
    assert [path.name for path in tmp_path.iterdir()] == [CHECKPOINT]
    assert len(problems) == 2
    assert problems[0].startswith("Epoch 3 could not be kept for --resume (No space left on device)")


def test_other_settings_are_refused_by_name(ended, training_discs, validation_discs):
    other = {"settings": {"epochs": 9}}
    with pytest.raises(AppError, match=r"settings\.epochs was 4 and is now 9"):
        run(training_discs, validation_discs, ended[1], resume=True, identity=other)


def test_a_run_of_before_sizes_had_two_sides_goes_on_as_a_square(ended):
    state = replace(load_state(ended[1]), identity={"settings": {"image_size": 16}})
    check_identity(state, {"settings": {"image_size": (16, 16)}})
    with pytest.raises(AppError, match=r"image_size was \[16, 16\] and is now \[16, 24\]"):
        check_identity(state, {"settings": {"image_size": (16, 24)}})


@pytest.mark.parametrize(
    ("kind", "are_bytes", "goes_on"),
    [("range", True, True), ("per_image", False, True), ("range", False, False)],
)
def test_a_run_from_before_percentiles_were_told_goes_on_where_they_change_nothing(
    ended, kind, are_bytes, goes_on
):
    before = {"scaling": {"kind": kind, "low": 0.0, "high": 255.0}}
    state = replace(load_state(ended[1]), identity=before)
    now = {"scaling": asdict(ScalingConfig(kind))}
    if goes_on:
        check_identity(state, now, are_bytes=are_bytes)
    else:
        with pytest.raises(AppError, match="percentiles was None and is now"):
            check_identity(state, now, are_bytes=are_bytes)


def test_nothing_to_go_on_from_is_one_sentence(training_discs, validation_discs, tmp_path):
    with pytest.raises(AppError, match="no checkpoint at .*last.npz"):
        run(training_discs, validation_discs, tmp_path, resume=True)


def test_a_damaged_checkpoint_is_one_sentence(tmp_path):
    (tmp_path / CHECKPOINT).write_bytes(b"PK\x03\x04 cut off")
    with pytest.raises(AppError, match="cannot be read"):
        load_state(tmp_path)

"""A task's corrected images as a training folder: what is in it, what stays out, and what is too little."""

import numpy as np
import pytest

from core.correction.corrections import encode_layer
from core.datasets.pairs import check_dataset, load_pair
from core.errors import JobError
from core.imaging.decode import DecodedImage
from core.imaging.intensity import to_display
from core.registry.predictors import Predictors
from core.workflows.add_images import add_images
from core.workflows.arrive.kept_answers import KeptChannel, keep_channel, keep_units
from core.workflows.correct.save_mask import save_mask
from core.workflows.export.class_names import training_table
from core.workflows.export.export_training import export_training
from core.workspace import DraftContent, TaskClass
from tests.imaging.making import tiff
from tests.workflows.conftest import png


@pytest.fixture
def save(workspace):
    """Adds an image and saves a mask of it whose first `ones` pixels are foreground."""
    task = workspace.tasks.create("Discs")

    def add_and_save(name, values, ones=1):
        data = values if isinstance(values, bytes) else png(values)
        (outcome,) = add_images(workspace, task.id, [(name, data)])
        facts = workspace.images.get(outcome.image_id).facts
        layer = np.full((facts.height, facts.width), 1, np.uint8)
        layer.ravel()[:ones] = 2
        content = DraftContent(0.5, encode_layer(layer), None)
        save_mask(workspace, outcome.image_id, Predictors(), content=content, who="Kim")
        return task

    return add_and_save


def noise(seed):
    return np.random.default_rng(seed).integers(0, 256, (32, 32)).astype(np.uint8)


def test_unlocked_images_with_their_masks_and_a_part_for_validation(workspace, save, tmp_path):
    for number in range(10):
        task = save(f"{number}.png", noise(number), ones=number + 1)
    # The 2nd and the 7th that were saved, "1.png" and "6.png", are locked: eight are left, a quarter is two.
    assert workspace.truth.num_counting(task.id, "free") == 8
    root = export_training(workspace, task.id, tmp_path / "data")
    pairs_of = check_dataset(root)
    assert {split: len(pairs) for split, pairs in pairs_of.items()} == {"train": 6, "val": 2}
    stems = {pair.stem for pairs in pairs_of.values() for pair in pairs}
    assert stems == {"0", "2", "3", "4", "5", "7", "8", "9"}
    assert not list(root.glob("*.zip"))


def test_masks_of_several_classes_are_read_by_their_names(workspace, tmp_path):
    task = workspace.tasks.create("Cells")
    workspace.tasks.set_classes(task.id, [TaskClass("nucleus", (9, 8, 7)), TaskClass("membrane")])
    drawn = np.zeros((32, 32), np.uint8)
    drawn[:4], drawn[4:10] = 1, 2
    for number in range(6):
        (outcome,) = add_images(workspace, task.id, [(f"{number}.png", png(noise(number)))])
        # Painted as class v, a pixel of the layer holds v + 1.
        content = DraftContent(0.5, encode_layer(drawn + 1), None)
        save_mask(workspace, outcome.image_id, Predictors(), content=content, who="Kim")
    table = training_table(workspace, task.id)
    pairs_of = check_dataset(export_training(workspace, task.id, tmp_path / "data"), classes=table)
    for pair in (*pairs_of["train"], *pairs_of["val"]):
        assert np.array_equal(load_pair(pair, classes=table)[1], drawn)


def test_nearly_the_same_picture_stays_on_one_side(workspace, save, tmp_path):
    for number in range(6):
        picture = noise(number % 3)
        # The second half repeats the first with one pixel changed.
        picture[0, 0] = number
        task = save(f"{number}.png", picture)
    # "1.png" is locked; of the rest 0 and 3, 2 and 5 are twins, and 4 stands alone.
    pairs_of = check_dataset(export_training(workspace, task.id, tmp_path / "data"))
    sides = {pair.stem: split for split, pairs in pairs_of.items() for pair in pairs}
    assert sides["0"] == sides["3"]
    assert sides["2"] == sides["5"]


@pytest.mark.parametrize("kept", [KeptChannel(2, 1), "grey"])
def test_what_was_asked_about_is_not_asked_again(workspace, save, tmp_path, kept):
    """Images go out as what a person said that they are."""
    task = workspace.tasks.get("discs")
    (keep_units if kept == "grey" else keep_channel)(workspace, task.id, kept)
    wanted = set()
    for number in range(6):
        if kept == "grey":
            # Air and soft tissue, which a CT has.
            values = noise(number).astype(np.int16)
            values = np.where(values > 99, 30 + values % 30, -1000).astype(np.int16)
            data = tiff(values)
        else:
            values = noise(number)
            data = tiff(np.stack([255 - values, values]), ome=True, metadata={"axes": "CYX"}, photometric=1)
        save(f"{number}.tif", data)
        wanted.add(to_display(DecodedImage(values)).tobytes())
    pairs_of = check_dataset(export_training(workspace, task.id, tmp_path / "data"))
    pairs = [*pairs_of["train"], *pairs_of["val"]]
    assert len(pairs) == 5  # One is locked.
    assert {to_display(load_pair(pair)[0]).tobytes() for pair in pairs} < wanted


def test_too_few_images_are_refused_before_anything_is_written(workspace, save, tmp_path):
    for number in range(4):
        task = save(f"{number}.png", noise(number))
    with pytest.raises(JobError, match="has 3 corrected images that are not locked"):
        export_training(workspace, task.id, tmp_path / "data")
    assert not (tmp_path / "data").exists()

from pathlib import Path

from core.cards import DataSource, ModelCard
from core.workflows.learn.training_card import TrainRequest, run_fields, training_card

NUM_IMAGES = {"train": 2, "val": 1, "test": 0}


def test_a_card_says_whether_hair_is_removed_and_the_threshold_that_was_asked_for():
    asked = training_card(TrainRequest(Path("data"), remove_hair=True, threshold=0.4), {}, NUM_IMAGES)
    assert (asked.remove_hair, asked.threshold) == (True, 0.4)
    usual = training_card(TrainRequest(Path("data")), {}, NUM_IMAGES)
    assert (usual.remove_hair, usual.threshold) == (False, 0.5)


def test_a_card_names_what_taught_the_weights_that_a_run_began_from_and_no_set_twice():
    base = ModelCard("base", data=(DataSource("ImageNet"), DataSource("cells", num_train=9)))
    said = run_fields({}, None, Path("cells"), NUM_IMAGES, base)
    assert said["data"] == (DataSource("ImageNet"), DataSource("cells", num_train=2, num_val=1))
    assert run_fields({}, None, Path("cells"), NUM_IMAGES)["data"] == said["data"][1:]

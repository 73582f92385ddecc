import numpy as np
import pytest

from core.evaluation.report import card_scores, report, score_image


def image(rows):
    return np.array(rows, np.uint8)


@pytest.fixture
def results():
    # First: predicted 2, reference 2, both 1: Dice 2 / 4, IoU 1 / 3. Second: nothing predicted, 1 to find.
    return [
        score_image("a.png", image([[1, 1], [0, 0]]), image([[1, 0], [1, 0]])),
        score_image("b.png", image([[0, 0, 0, 0]]), image([[1, 0, 0, 0]])),
    ]


def test_means_over_images(results):
    scores = report(results, 0.4)
    assert scores["dice"] == pytest.approx(0.25)
    assert scores["iou"] == pytest.approx(1 / 6)
    assert scores["accuracy"] == pytest.approx((2 / 4 + 3 / 4) / 2)
    assert scores["threshold"] == 0.4 and scores["num_images"] == 2


def test_pooled_scores_take_all_pixels_together(results):
    # TP 1, FP 1, FN 1 + 1, TN 1 + 3: Dice 2 / 5, accuracy 5 / 8.
    pooled = report(results, 0.4)["pooled"]
    assert pooled["dice"] == pytest.approx(0.4)
    assert pooled["accuracy"] == pytest.approx(5 / 8)


def test_an_undefined_distance_is_null_and_counted(results):
    scores = report(results, 0.4)
    assert scores["images"][1]["hd95"] is None and scores["hd95_undefined"] == 1
    # That of the first alone: each outline has a pixel one step off the other.
    assert scores["hd95"] == pytest.approx(scores["images"][0]["hd95"])


def test_each_image_is_named_with_its_size(results):
    first, second = report(results, 0.4)["images"]
    assert (first["image"], first["height"], first["width"]) == ("a.png", 2, 2)
    assert (second["image"], second["height"], second["width"]) == ("b.png", 1, 4)
    assert first["dice"] == pytest.approx(0.5) and second["dice"] == 0


def test_card_scores_have_intervals_around_the_mean(results):
    dice = card_scores(results)["dice"]
    assert dice.mean == 0.25 and dice.low == 0 and dice.high == 0.5


def test_a_score_that_no_image_has_is_left_out():
    scores = card_scores([score_image("b.png", image([[0, 0]]), image([[1, 0]]))])
    assert "hd95" not in scores and scores["dice"].mean == 0

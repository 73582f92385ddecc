"""The parts of the benchmark that decide what its numbers mean: the draws, the scores, the differences."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.label_draws import draws
from benchmarks.label_fine_tune_gain import parse
from benchmarks.label_person import next_label
from benchmarks.label_scores import scores_of, summary
from core.datasets.labels import LabelledImage

LABELS = ("MEL", "NV")


@pytest.fixture
def data(tmp_path):
    lines = ["image,label"]
    for split, count in (("train", 20), ("val", 10), ("test", 4)):
        (tmp_path / split / "images").mkdir(parents=True)
        for number in range(count):
            # Only listed here, never opened.
            (tmp_path / split / "images" / f"{split}{number}.png").touch()
            lines.append(f"{split}{number},{LABELS[number % 2]}")
    (tmp_path / "labels.csv").write_text("\n".join(lines) + "\n")
    return tmp_path


def drawn(data, *arguments):
    return list(draws(parse(["--data_dir", str(data), *arguments])))


def stems(images):
    return {image.stem for image in images}


@pytest.mark.parametrize("score", ["val", "folds"])
def test_no_image_is_there_for_two_things_and_none_is_of_test(data, score):
    for draw in drawn(data, "--score", score, "--seeds", "0", "1"):
        parts = [stems(part) for part in (draw.base, draw.corrected, draw.scored)]
        assert sum(map(len, parts)) == len(set().union(*parts)) == 30
        assert not any(stem.startswith("test") for stem in set().union(*parts))


def test_folds_score_every_image_once_a_seed(data):
    found = drawn(data, "--score", "folds", "--seeds", "0", "1")
    for seed in (0, 1):
        scored = [image.stem for draw in found if draw.seed == seed for image in draw.scored]
        assert len(scored) == len(set(scored)) == 30
    assert {image.stem[:3] for draw in drawn(data) for image in draw.scored} == {"val"}


def test_scores_are_means_over_images():
    # Three melanomas, of which one is found, and a nevus that is found: accuracy 2/4, recalls 1/3 and 1.
    shares = np.array([[0.8, 0.2], [0.4, 0.6], [0.4, 0.6], [0.5, 0.5 + 1e-9]])
    found = scores_of(LABELS, ["MEL", "MEL", "MEL", "NV"], shares)
    assert found["accuracy"].mean() == 0.5
    assert found["balanced_accuracy"].mean() == pytest.approx((1 / 3 + 1) / 2)
    # -(ln 0.8 + 2 ln 0.4 + ln 0.5) / 4
    assert found["cross_entropy"].mean() == pytest.approx(0.6872, abs=1e-4)


def test_an_image_of_two_draws_counts_once():
    images = [LabelledImage(stem, Path(stem), None, "MEL", stem) for stem in ("b", "a", "a", "b")]
    right, wrong = [0.9, 0.1], [0.1, 0.9]
    shares = {"base": np.array([wrong, wrong, wrong, wrong]), "arm": np.array([right, wrong, right, right])}
    row = next(row for row in summary(LABELS, images, shares) if "low" in row and row["score"] == "accuracy")
    # b gains 1 in both draws, a in one of two.
    assert (row["difference"], row["images"], row["mean"]) == (0.75, 2, 0.75)
    assert (row["low"], row["high"]) == (0.5, 1.0)


def test_wrong_labels_are_never_right():
    images = [LabelledImage(label, Path(label), None, label, label) for label in ("NV", "MEL", "Other_SC")]
    others = next_label(images)
    assert set(others) == set(others.values()) and all(own != other for own, other in others.items())

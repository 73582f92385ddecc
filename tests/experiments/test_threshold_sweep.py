"""Thresholds of a model: the best marked, a scoring of test logged, a wrong split refused."""

import csv

import pytest

from core.errors import AppError, BadModelError
from core.experiments.requests.plan import ThresholdRequest
from core.experiments.runs.run import run_experiment

pytestmark = pytest.mark.slow


def test_the_best_threshold_is_at_least_as_good_as_the_cards(compared, tmp_path):
    request = ThresholdRequest(str(compared.data), str(compared.folder / "runs" / "unet"))
    result = run_experiment(request, tmp_path / "out")
    best, card, _ = result.rows
    assert best["dice"] >= card["dice"]
    with (tmp_path / "out" / "thresholds.csv").open(newline="") as file:
        levels = list(csv.DictReader(file))
    assert len(levels) == 101
    # At 0 all is foreground, so nothing is missed.
    assert float(levels[0]["recall"]) == 1.0
    assert float(best["dice"]) == max(float(level["dice"]) for level in levels[1:-1])
    assert not (tmp_path / "out" / "test_scorings.csv").exists()


def test_a_look_at_test_is_logged(compared, tmp_path):
    request = ThresholdRequest(str(compared.data), str(compared.folder / "runs" / "unet"), split="test")
    run_experiment(request, tmp_path / "out")
    assert len((tmp_path / "out" / "test_scorings.csv").read_text().splitlines()) == 2


def test_a_log_of_another_kind_is_refused_before_anything_is_done(compared, tmp_path):
    log = tmp_path / "table.csv"
    log.write_text("image,label\n")
    request = ThresholdRequest(str(compared.data), "models/lung_xray", split="test", test_log=str(log))
    with pytest.raises(AppError, match="is no log of test scorings"):
        run_experiment(request, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_split_or_a_model_that_is_not_there_is_one_sentence(compared, tmp_path):
    model = str(compared.folder / "runs" / "unet")
    with pytest.raises(BadModelError):
        run_experiment(ThresholdRequest(str(compared.data), str(tmp_path)), tmp_path / "one")
    other = tmp_path / "set"
    (other / "train").parent.mkdir(exist_ok=True)
    from tests.experiments.making import make_set

    make_set(other, train=2, val=0)
    with pytest.raises(AppError, match="has no val split; it has train"):
        run_experiment(ThresholdRequest(str(other), model), tmp_path / "two")

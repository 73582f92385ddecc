"""Folds of a real set: patients whole, every image once, test untouched, something to find in each."""

import csv

import pytest

from core.errors import AppError
from core.experiments.kinds.cross_validate import plan_folds
from core.experiments.requests.plan import CrossValidateRequest
from core.experiments.runs.experiment import Experiment
from core.experiments.runs.fold_runs import check_folds
from core.experiments.runs.run import run_experiment
from core.workflows.learn.train_model import Watchers
from tests.experiments.making import make_set, recipe

STEMS = [*(f"t{index}" for index in range(8)), *(f"v{index}" for index in range(4))]


def with_patients(root, patients):
    lines = ["id,patient,kind", *(f"{stem},{patient},{stem[0]}" for stem, patient in patients.items())]
    (root / "metadata.csv").write_text("\n".join(lines) + "\n")
    return root


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    # Patients of two images each, one of them in both train and val.
    patients = {stem: f"p{index // 2}" for index, stem in enumerate(STEMS)} | {"t0": "p9", "v0": "p9"}
    return with_patients(make_set(tmp_path_factory.mktemp("cv") / "set", test=2), patients)


def planned(data, folder, **settings):
    request = CrossValidateRequest(str(data), folds=2, recipe=recipe(), **settings)
    experiment = Experiment.begin(folder, request, Watchers())
    return plan_folds(experiment, request)


def test_the_patient_column_is_found_and_patients_are_not_parted(data, tmp_path):
    plan, notes = planned(data, tmp_path / "out")
    fold_of = dict(zip((pair.stem for pair in plan.pairs), plan.folds.tolist(), strict=True))
    assert set(fold_of) == set(STEMS)
    for first, second in (("t2", "t3"), ("t4", "t5"), ("t6", "t7"), ("v2", "v3"), ("t0", "v0")):
        assert fold_of[first] == fold_of[second]
    assert any("same patient stay in one fold" in note for note in notes)


def test_grouping_can_be_turned_off_and_a_wrong_column_is_one_sentence(data, tmp_path):
    plan, _ = planned(data, tmp_path / "out", group_column="none")
    assert len(set(plan.groups.tolist())) == 12
    with pytest.raises(AppError, match="no column 'doctor'; it has id, patient, kind"):
        planned(data, tmp_path / "other", group_column="doctor")


def test_a_fold_without_positives_is_one_sentence(tmp_path):
    # Two images show something, both of one patient, so one of two folds shows nothing.
    patients = {stem: stem for stem in STEMS} | {"t0": "p9", "v0": "p9"}
    empty = tuple(stem for stem in STEMS if stem not in ("t0", "v0"))
    data = with_patients(make_set(tmp_path / "set", empty=empty), patients)
    plan, _ = planned(data, tmp_path / "out")
    with pytest.raises(AppError, match="of 2 has no image with a foreground pixel"):
        check_folds(plan)


def test_a_name_in_train_and_val_is_one_sentence(tmp_path):
    data = make_set(tmp_path / "set")
    for folder in ("images", "masks"):
        (data / "val" / folder / "v0.png").rename(data / "val" / folder / "t0.png")
    with pytest.raises(AppError, match="t0 stands in train and in val"):
        planned(data, tmp_path / "out")


@pytest.mark.slow
@pytest.mark.usefixtures("eager")
def test_every_image_is_predicted_once_by_a_network_that_never_saw_its_patient(data, tmp_path):
    request = CrossValidateRequest(str(data), folds=2, recipe=recipe(epochs=1))
    result = run_experiment(request, tmp_path / "out")
    with (tmp_path / "out" / "out_of_fold.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert sorted(row["stem"] for row in rows) == sorted(STEMS)
    assert all((tmp_path / "out" / row["mask"]).is_file() for row in rows)
    assert [row["fold"] for row in result.rows] == [
        *("1", "2", "mean of folds", "sd of folds", "all images", "all pixels")
    ]
    # The mean over all images is that of the folds, weighted by their sizes.
    first, second, mean, _, everything, _ = result.rows
    weighted = (first["dice"] * first["images"] + second["dice"] * second["images"]) / 12
    assert everything["dice"] == pytest.approx(weighted, abs=1e-5)
    for column in ("dice", "seconds"):
        assert mean[column] == pytest.approx((first[column] + second[column]) / 2, abs=1e-5)

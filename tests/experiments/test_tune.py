"""A search: trials to a number, longer when asked, its best as a command; a study that cannot be read."""

import csv
import shlex
import sqlite3

import optuna
import pytest

from core.commands.train_flags import build_parser
from core.errors import AppError
from core.experiments.kinds.tune import num_judged
from core.experiments.reports.tune_result import COMMAND_FILE
from core.experiments.requests.plan import Recipe, TuneRequest
from core.experiments.runs.run import resume_experiment, run_experiment
from core.experiments.runs.study import check_space, importance, open_study, suggest
from tests.experiments.making import make_set, recipe

SMALL = {"base_filters": (2,), "batch_size": (4,), "augment_presets": ("none",), "losses": ("bce_dice",)}


def finished_study(values):
    """A study of trials whose learning rate is 1e-3, 2e-3 ... and whose dropout is always 0.1."""
    study = optuna.create_study(direction="maximize")
    space = {
        "learning_rate": optuna.distributions.FloatDistribution(1e-4, 1e-1, log=True),
        "dropout": optuna.distributions.FloatDistribution(0, 0.5),
    }
    for number, value in enumerate(values, start=1):
        params = {"learning_rate": number * 1e-3, "dropout": 0.1}
        study.add_trial(optuna.trial.create_trial(params=params, distributions=space, value=value))
    return study


@pytest.mark.slow
@pytest.mark.usefixtures("eager")
def test_a_search_is_made_longer_and_keeps_the_weights_of_its_best_trial(tmp_path):
    data = make_set(tmp_path / "set")
    request = TuneRequest(str(data), trials=1, recipe=recipe(epochs=1), **SMALL)
    folder = tmp_path / "out"
    assert len(run_experiment(request, folder).rows) == 1
    longer = TuneRequest(str(data), trials=2, recipe=recipe(epochs=1), **SMALL)
    result = resume_experiment(folder, request=longer)
    assert sorted(row["trial"] for row in result.rows) == [1, 2]
    best = max(result.rows, key=lambda row: (row["val_dice"], -row["trial"]))
    assert result.number == pytest.approx(best["val_dice"], abs=1e-6)
    kept = [path.parent.name for path in sorted((folder / "runs").glob("*/model.keras"))]
    assert kept == [f"trial_{best['trial'] - 1:04d}"]
    with (folder / "table.csv").open(newline="") as file:
        assert len(list(csv.DictReader(file))) == 2
    # The command is one that train.py understands.
    words = shlex.split((folder / COMMAND_FILE).read_text())
    options = build_parser().parse_args(words[2:])
    assert options.base_filters == 2
    assert options.loss == "bce_dice"


def test_a_suggestion_stays_within_the_space():
    request = TuneRequest("set", recipe=Recipe(), base_filters=(4, 8), losses=("focal",))
    found = suggest(
        optuna.trial.FixedTrial(
            {
                "learning_rate": 0.00123456789,
                "base_filters": 8,
                "batch_size": 16,
                "dropout": 0.123456,
                "augment": "strong",
                "loss": "focal",
            }
        ),
        request,
    )
    assert (found.net.base_filters, found.settings.batch_size, found.settings.loss) == (8, 16, "focal")
    # Rounded to what the command shows.
    assert found.settings.learning_rate == 0.001234568
    assert found.net.dropout == 0.1235


def test_only_a_setting_that_changed_can_be_important():
    assert importance(finished_study([0.1, 0.3, 0.5, 0.7, 0.9])) == {"learning_rate": pytest.approx(1.0)}


def test_too_few_or_equal_trials_say_nothing_of_importance():
    assert importance(finished_study([0.1, 0.5, 0.9])) == {}
    assert importance(finished_study([0.5] * 6)) == {}


def test_failed_trials_are_made_up_for_but_not_for_ever():
    study = finished_study([0.1, 0.2])
    for _ in range(12):
        study.tell(study.ask(), state=optuna.trial.TrialState.FAIL)
    # 2 that were judged, and 2 of 12 failures above the ten that are made up for.
    assert num_judged(study) == 4


def test_a_trial_that_a_killed_process_left_counts_as_failed(tmp_path):
    request = TuneRequest("set")
    with open_study(tmp_path / "study.db", request) as study:
        study.ask()
    with open_study(tmp_path / "study.db", request) as study:
        assert [trial.state.name for trial in study.trials] == ["FAIL"]


def test_a_damaged_study_is_one_sentence(tmp_path):
    path = tmp_path / "study.db"
    path.write_bytes(b"no database at all" * 100)
    with (
        pytest.raises(AppError, match=r"study\.db cannot be read \(file is not a database\)"),
        open_study(path, TuneRequest("set")),
    ):
        pass


def test_a_study_of_another_version_is_one_sentence(tmp_path):
    path = tmp_path / "study.db"
    with open_study(path, TuneRequest("set")):
        pass
    database = sqlite3.connect(path)
    database.execute("update version_info set schema_version = 3")
    database.execute("update alembic_version set version_num = 'v0.9.0.a'")
    database.commit()
    database.close()
    with pytest.raises(AppError, match="another version of Optuna"), open_study(path, TuneRequest("set")):
        pass


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"losses": ()}, "no losses to choose from"),
        ({"dropout": (0.5, 0.1)}, "from a lowest to a highest"),
        ({"learning_rate": (0.0, 0.1)}, "must be above 0"),
        ({"augment_presets": ("wild",)}, "no augmentation 'wild'"),
        ({"trials": 0}, "at least 1"),
    ],
)
def test_a_space_that_holds_nothing_is_one_sentence(settings, sentence):
    with pytest.raises(AppError, match=sentence):
        check_space(TuneRequest("set", **settings))

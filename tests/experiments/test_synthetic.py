"""Noise in folds: fixed scaling at the images' own size, all four numbers, everything predicted once."""

import pytest

from core.config import ScalingConfig
from core.experiments.kinds.synthetic import noise_recipe
from core.experiments.requests.plan import SyntheticRequest
from core.experiments.runs.run import run_experiment
from core.experiments.runs.store import read_record
from tests.experiments.making import recipe


@pytest.mark.parametrize(("bits", "high"), [(8, 255.0), (16, 65535.0)])
def test_the_range_is_fixed_and_the_size_is_the_images_own(bits, high):
    found = noise_recipe(SyntheticRequest(side=16, bits=bits, recipe=recipe()))
    assert found.scaling == ScalingConfig("range", 0.0, high)
    assert found.settings.image_size == (16, 16)


@pytest.mark.slow
@pytest.mark.usefixtures("eager")
def test_every_image_is_scored_once_and_f1_is_the_dice(tmp_path):
    request = SyntheticRequest(num_images=8, side=16, folds=2, recipe=recipe(epochs=1))
    result = run_experiment(request, tmp_path / "out")
    whole = next(row for row in result.rows if row["fold"] == "all images")
    assert whole["images"] == 8
    assert whole["f1"] == whole["dice"]
    assert result.number == min(whole[name] for name in ("accuracy", "precision", "recall", "f1"))
    assert len(read_record(tmp_path / "out")["data"]["train"]) == 8
    assert {path.name for path in (tmp_path / "out").glob("*.png")} == {"curves.png", "example.png"}

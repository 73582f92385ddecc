"""One comparison that is stopped after its first network and gone on with, for every test that reads one."""

from types import SimpleNamespace

import pytest

from core.experiments.requests.plan import CompareRequest
from core.experiments.runs.run import resume_experiment, run_experiment
from core.experiments.runs.store import summary
from core.workflows.learn.train_model import Watchers
from tests.eager import eagerly
from tests.experiments.making import RECIPE, make_set


@pytest.fixture(scope="session")
def compared(tmp_path_factory):
    """The folder of a finished comparison, and how it looked when it was stopped half way."""
    root = tmp_path_factory.mktemp("compared")
    data = make_set(root / "discs", test=2)
    request = CompareRequest(
        str(data), arms=("unet", "fcn"), recipe=RECIPE, score_split="test", test_log=str(root / "log.csv")
    )
    begun = []
    watchers = Watchers(
        on_note=begun.append, should_stop=lambda: any("Training fcn" in each for each in begun)
    )
    folder = root / "compare"
    with eagerly():
        half = run_experiment(request, folder, watchers)
    half_summary = summary(folder)
    weights = folder / "runs" / "unet" / "model.keras"
    trained_at = weights.stat().st_mtime_ns
    with eagerly():
        whole = resume_experiment(folder)
    return SimpleNamespace(
        data=data,
        folder=folder,
        request=request,
        half=half,
        half_summary=half_summary,
        whole=whole,
        trained_again=weights.stat().st_mtime_ns != trained_at,
        log=root / "log.csv",
    )

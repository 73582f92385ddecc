"""Predict all and predict.py give the same on a Dask cluster as in this process."""

import numpy as np
import pytest

from benchmarks.phantoms.xray import xray_phantom
from core.config import MODELS_DIR
from core.imaging.masks import encode_png
from core.jobs.chosen_engine import chosen_engine
from core.jobs.kinds import JobContext, JobElsewhere
from core.registry.predictors import Predictors
from core.workflows.add_images import add_images
from core.workflows.open_workspace import open_workspace
from core.workflows.predict.predict_many import PredictRequest, predict_many
from core.workflows.review.predict_all import KIND, predict_all


@pytest.fixture(scope="module")
def scheduler():
    distributed = pytest.importorskip("distributed", reason="dask[distributed] is not installed here")
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, processes=True, dashboard_address=":0"
    ) as running:
        yield running.scheduler_address


@pytest.fixture
def on_the_cluster(scheduler, monkeypatch):
    def choose(name):
        monkeypatch.setenv("ENGINE", name)
        monkeypatch.setenv("SCHEDULER", scheduler)

    return choose


def phantoms(count):
    return [(f"{seed}.png", encode_png(xray_phantom(seed, 64)[0])) for seed in range(count)]


def test_predict_all_stores_one_and_the_same_guess_for_each_image(tmp_path, on_the_cluster):
    stored = {}
    for name in ("local", "dask"):
        on_the_cluster(name)
        with open_workspace(tmp_path / name) as workspace, chosen_engine() as engine:
            task = workspace.tasks.get("lung_xray")
            add_images(workspace, task.id, [*phantoms(5), ("bad.png", phantoms(6)[5][1])])
            # One whose file is lost stops no other.
            lost = workspace.images.list(task.id)[-1]
            workspace.files.remove(lost.file)
            workspace.jobs.add(KIND, task.id, {}, who="Kim")
            context = JobContext(workspace, workspace.jobs.take_next("here"))
            result = predict_all(context, Predictors(), engine)
            assert result == {"predicted": 5, "failed": 1, "known": 0}
            version = workspace.versions.current(task.id)
            found = workspace.quality.of_version(version.id)
            stored[name] = {image_id: (row.score, row.unsure) for image_id, row in found.items()}
    assert stored["dask"].keys() == stored["local"].keys()
    for image_id, numbers in stored["local"].items():
        np.testing.assert_allclose(stored["dask"][image_id], numbers, atol=0.02)


def test_predict_files_writes_the_same_files(tmp_path, on_the_cluster):
    folder = tmp_path / "images"
    folder.mkdir()
    for name, content in [*phantoms(3), ("broken.png", b"\x89PNG nothing more")]:
        (folder / name).write_bytes(content)
    outcomes = {}
    for name in ("local", "dask"):
        on_the_cluster(name)
        steps = []
        request = PredictRequest(str(folder), MODELS_DIR / "lung_xray", tmp_path / name)
        outcomes[name] = predict_many(request, on_progress=lambda *step, told=steps: told.append(step))
        assert steps[0] == (0, 4)
        assert steps[-1] == (4, 4)
    local, dask = outcomes["local"], outcomes["dask"]
    assert dask.problems == local.problems
    assert len(dask.problems) == 1
    assert [row.image.name for row in dask.predicted] == [row.image.name for row in local.predicted]
    for here, there in zip(local.predicted, dask.predicted, strict=True):
        assert there.mask.is_file() and there.overlay.is_file()
        assert abs(there.foreground_percent - here.foreground_percent) < 1
    assert (tmp_path / "dask" / "areas.csv").is_file()


def test_a_piece_elsewhere_hears_of_a_stop_by_the_store(tmp_path):
    with open_workspace(tmp_path / "workspace") as workspace:
        task = workspace.tasks.get("lung_xray")
        workspace.jobs.add(KIND, task.id, {}, who="Kim")
        job = workspace.jobs.take_next("here")
        make, arguments = JobContext(workspace, job).__reduce__()
        elsewhere = make(*arguments)
        assert isinstance(elsewhere, JobElsewhere)
        assert not elsewhere.should_stop()
        workspace.jobs.request_stop(job.id)
        assert elsewhere.should_stop()

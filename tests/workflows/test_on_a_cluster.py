"""Predict all, predict.py, folds, trials and fine-tunes: on a Dask cluster as in this process."""

import os

import numpy as np
import pytest

from benchmarks.phantoms.xray import xray_phantom
from core.config import MODELS_DIR
from core.errors import AppError, JobError
from core.experiments.requests.plan import CrossValidateRequest, TuneRequest
from core.experiments.runs.run import run_experiment
from core.experiments.runs.store import progress
from core.experiments.runs.training_run import RunPlan, Shared, train_and_score
from core.imaging.masks import encode_png
from core.jobs.chosen_engine import chosen_engine
from core.jobs.engine import Engine
from core.jobs.kinds import JobContext, JobElsewhere
from core.registry.predictors import Predictors
from core.workflows.add_images import add_images
from core.workflows.learn.fine_tune import run_job
from core.workflows.learn.train_model import Watchers
from core.workflows.open_workspace import open_workspace
from core.workflows.predict.predict_many import PredictRequest, predict_many
from core.workflows.review.predict_all import KIND, predict_all
from core.workspace import NewRevision
from tests.eager import from_now_on
from tests.experiments.making import make_set, recipe
from tests.workspace import postgresql


@pytest.fixture(scope="module")
def cluster():
    distributed = pytest.importorskip("distributed", reason="dask[distributed] is not installed here")
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, processes=True, dashboard_address=":0"
    ) as running:
        yield running


@pytest.fixture
def on_the_cluster(cluster, monkeypatch):
    def choose(name):
        monkeypatch.setenv("ENGINE", name)
        monkeypatch.setenv("SCHEDULER", cluster.scheduler_address)

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


@pytest.mark.slow
def test_a_worker_without_the_model_s_file_fetches_it_from_the_store(tmp_path, cluster, on_the_cluster):
    fsspec = pytest.importorskip("fsspec", reason="fsspec is not installed here")
    pytest.importorskip("s3fs", reason="s3fs is not installed here")
    pytest.importorskip("moto", reason="moto is not installed here")
    if postgresql.programs() is None:
        pytest.skip("PostgreSQL is not installed here")
    from benchmarks.on_servers import on_servers

    on_the_cluster("dask")
    fsspec.get_filesystem_class("s3").clear_instance_cache()
    with on_servers(), open_workspace(tmp_path / "here") as workspace, cluster.get_client() as client:
        keys = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
        client.run(lambda: os.environ.update(keys))
        task = workspace.tasks.get("lung_xray")
        add_images(workspace, task.id, phantoms(2))
        workspace.jobs.add(KIND, task.id, {}, who="Kim")
        context = JobContext(workspace, workspace.jobs.take_next("here"))
        workspace.address = str(tmp_path / "a folder of the worker's own")
        with chosen_engine() as engine:
            result = predict_all(context, Predictors(), engine)
        assert result == {"predicted": 2, "failed": 0, "known": 0}
        version = workspace.versions.current(task.id)
        fetched = tmp_path / "a folder of the worker's own" / version.folder
        for name in ("model.keras", "card.json"):
            assert (fetched / name).read_bytes() == (workspace.versions.open(version) / name).read_bytes()


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


def test_a_piece_elsewhere_hears_of_a_stop_by_the_store(tmp_path, monkeypatch):
    monkeypatch.setattr("core.jobs.kinds._ASK_SECONDS", 0)
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


def test_a_piece_of_a_job_that_was_called_lost_writes_nothing_more(tmp_path):
    with open_workspace(tmp_path / "workspace") as workspace:
        workspace.jobs.add(KIND, workspace.tasks.get("lung_xray").id, {}, who="Kim")
        job = workspace.jobs.take_next("here")
        workspace.jobs.end(job.id, "failed")
        with pytest.raises(JobError, match="has ended meanwhile"):
            JobElsewhere(workspace, job).should_stop()


def test_what_stops_the_job_s_own_process_is_told_to_the_store(tmp_path):
    with open_workspace(tmp_path / "workspace") as workspace:
        workspace.jobs.add(KIND, workspace.tasks.get("lung_xray").id, {}, who="Kim")
        context = JobContext(workspace, workspace.jobs.take_next("here"))
        assert not context.asks_elsewhere()
        assert not workspace.jobs.get(context.job.id).stop_requested
        context.stop.set()
        assert not context.asks_elsewhere()
        assert workspace.jobs.get(context.job.id).stop_requested


@pytest.fixture
def two_workers(cluster, eager):
    cluster.scale(2)
    cluster.wait_for_workers(2)
    with cluster.get_client() as client:
        client.run(from_now_on)


@pytest.mark.slow
@pytest.mark.usefixtures("two_workers")
def test_trials_and_folds_are_the_same_on_two_workers(tmp_path, on_the_cluster):
    data = make_set(tmp_path / "discs", train=8, val=2)
    found = {}
    for name in ("local", "dask"):
        on_the_cluster(name)
        heard = set()
        watchers = Watchers(on_progress=lambda _, heard=heard, **place: heard.add(place["run"]))
        space = {"base_filters": (2,), "batch_size": (4,), "augment_presets": ("none",)}
        search = TuneRequest(str(data), trials=3, recipe=recipe(epochs=1), **space)
        tuned = run_experiment(search, tmp_path / name / "tune", watchers)
        folds = CrossValidateRequest(str(data), arms=("unet",), folds=2, recipe=recipe(epochs=1))
        crossed = run_experiment(folds, tmp_path / name / "folds", watchers)
        assert heard == {"unet_fold1", "unet_fold2", *(f"trial_{number:04d}" for number in range(3))}
        assert len(progress(tmp_path / name / "tune")) == 3
        told = [{**row, "seconds": None} for row in tuned.rows]
        found[name] = (told, [row["dice"] for row in crossed.rows])
    assert len(found["local"][0]) == 3
    assert found["dask"] == found["local"]


@pytest.mark.slow
@pytest.mark.usefixtures("two_workers")
def test_a_fine_tune_runs_on_a_worker_and_leaves_one_candidate(tmp_path, on_the_cluster):
    on_the_cluster("dask")
    with open_workspace(tmp_path / "workspace") as workspace:
        task = workspace.tasks.create("Discs")
        for number in range(6):
            picture = np.random.default_rng(number).integers(0, 60, (32, 32)).astype(np.uint8)
            mask = np.zeros((32, 32), np.uint8)
            mask[4 + number : 20, 6:20] = 1
            content = encode_png(picture + 150 * mask)
            (outcome,) = add_images(workspace, task.id, [(f"{number}.png", content)])
            workspace.masks.save(
                outcome.image_id, NewRevision(encode_png(mask), None, 0.5, None, "Kim", 5.0, mask.mean())
            )
        settings = {"base_version_id": None, "epochs": 1, "seed": 0}
        workspace.jobs.add("fine_tune", task.id, settings, who="Kim")
        context = JobContext(workspace, workspace.jobs.take_next("here"))
        result = run_job(context)
        (candidate,) = workspace.versions.list(task.id)
        assert (candidate.id, candidate.job_id) == (result["version_id"], context.job.id)
        assert any("epoch" in row for row in workspace.jobs.progress(context.job.id))
        assert list(workspace.lost_files()) == []
        # As when a worker died after it had written: nothing is trained or written twice.
        assert run_job(context)["version_id"] == candidate.id
        assert len(workspace.versions.list(task.id)) == 1


def test_a_machine_without_the_shared_folder_is_told(tmp_path):
    plan = RunPlan("unet", 1, 1, recipe(), tmp_path, [], [], [], None)
    with pytest.raises(AppError, match="folders that all machines have at the same path"):
        list(Engine().run(train_and_score, [plan], shared=Shared(tmp_path / "elsewhere", "")))

"""`python -m core.doctor` says what is well and what is to be done."""

import importlib.metadata

import fsspec

from core import doctor
from core.workspace import Workspace


def lines_of(capsys) -> dict[str, str]:
    return {line[6:].partition(":")[0]: line for line in capsys.readouterr().out.splitlines()}


def test_each_thing_has_one_line(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(doctor, "LEAST_FREE_GB", 0)
    monkeypatch.setattr(doctor, "LEAST_MEMORY_GB", 0)
    monkeypatch.setattr(doctor, "SLOW_MB_PER_SECOND", 0)
    Workspace.open(tmp_path / "workspace").close()
    assert doctor.main(["--workspace", str(tmp_path / "workspace")]) == 0
    lines = lines_of(capsys)
    assert list(lines) == [
        *("Python", "Libraries", "Processor", "Memory", "OpenVINO", "GPU", "Disk", "Writing", "Workspace"),
        "Cluster",
    ]
    assert lines["Workspace"] == "ok    Workspace: 3 tasks, 0 images"
    assert not list((tmp_path / "workspace").glob("tmp*"))


def test_what_is_wrong_is_told_with_what_to_do(tmp_path, capsys, monkeypatch):
    folder = tmp_path / "workspace"
    folder.mkdir()
    (folder / "workspace.db").write_bytes(b"no database at all" * 100)
    monkeypatch.setattr(doctor, "LEAST_FREE_GB", 10**9)
    versions = importlib.metadata.version
    monkeypatch.setattr(
        importlib.metadata, "version", lambda name: "0.1" if name == "streamlit" else versions(name)
    )
    assert doctor.main(["--workspace", str(folder)]) == 1
    lines = lines_of(capsys)
    assert lines["Disk"].startswith("to do Disk")
    assert "Free some space" in lines["Disk"]
    assert "streamlit is 0.1 instead of" in lines["Libraries"]
    assert "put a backup of it back" in lines["Workspace"]


def test_files_that_do_not_answer_are_told(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("FILES_URL", "memory://doctor")
    Workspace.open(tmp_path / "workspace").close()
    doctor.main(["--workspace", str(tmp_path / "workspace")])
    assert lines_of(capsys)["Workspace"] == "ok    Workspace: 3 tasks, 0 images, files at memory://doctor"
    assert not any(fsspec.filesystem("memory").find("/doctor"))

    def refused(*_: object, **__: object) -> None:
        raise OSError("no such bucket")

    monkeypatch.setattr(fsspec.get_filesystem_class("memory"), "pipe_file", refused)
    assert doctor.main(["--workspace", str(tmp_path / "workspace")]) == 1
    assert lines_of(capsys)["Workspace"] == (
        "to do Workspace: The files at memory://doctor cannot be reached (no such bucket); look at FILES_URL "
        "and at the service, nothing was changed. docs/server.md tells what is needed"
    )


def test_nothing_is_made_where_no_workspace_is(tmp_path):
    assert "none at" in doctor._store(tmp_path).found
    assert not any(tmp_path.iterdir())


def test_a_cluster_that_does_not_answer_is_told(monkeypatch):
    assert doctor._cluster() == doctor.Finding("Cluster", "none; everything runs on this machine")
    monkeypatch.setenv("ENGINE", "dask")
    monkeypatch.setenv("SCHEDULER", "")
    assert "needs SCHEDULER" in doctor._cluster().found
    assert doctor._cluster().advice

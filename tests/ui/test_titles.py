"""Titles that nobody chose read as the session's language."""

from dataclasses import replace

from core.language import spoken
from core.ui.titles import task_title, version_title
from core.workflows.open_workspace import open_workspace


def test_tasks_and_versions_that_nobody_named(tmp_path):
    with open_workspace(tmp_path) as workspace:
        task, own = workspace.tasks.get("lung_xray"), workspace.tasks.create("Lung X-ray of mine")
        version = workspace.versions.current(task.id)
    tuned = replace(version, origin="fine_tuned", number=3, title="Version 3")
    with spoken("ko"):
        assert [task_title(each) for each in (task, own)] == ["폐 X선", "Lung X-ray of mine"]
        assert [version_title(each) for each in (version, tuned)] == ["폐 X선 (기본 제공)", "버전 3"]
    assert [version_title(each) for each in (version, tuned)] == [version.title, "Version 3"]

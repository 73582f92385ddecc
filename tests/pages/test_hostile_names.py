"""One hostile name for everything that has a name, on every page, dialog and toast: shown to the letter."""

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import PurePosixPath

import pytest
from google.protobuf.message import Message
from streamlit.testing.v1 import AppTest

from core.cards import DataSource, ModelCard, save_card
from core.jobs.process import machine
from core.reasons import Reason
from core.registry.compare import Comparison, ImageComparison
from core.ui import state
from core.ui.text import as_name, as_text, shortened
from core.workflows.add_images import add_images
from core.workflows.correct.save_mask import save_mask
from core.workspace import DraftContent, NewVersion
from tests.pages.conftest import png, unfolded

HOSTILE = "![p](http://x.y/p.png) [x](http://x.y) <b>b</b> :red[r] $x$ ``code` www.x.y &amp; :material/home:"

# Fields that a browser shows as they are.
PLAIN = {
    "Selectbox.options",
    "Selectbox.raw_value",
    "TextInput.default",
    "TextInput.value",
    "Code.code_text",
    "DownloadButton.url",
    "Image.alt",
    "BidiComponent.json",
    "ComponentInstance.json_args",
}


def texts(message: Message, seen: str = "") -> Iterator[tuple[str, str]]:
    """(field, text) of all texts in a message of the server to the browser."""
    for field, value in message.ListFields():
        name = f"{message.DESCRIPTOR.name}.{field.name}"
        values = value if field.is_repeated else [value]
        for each in values:
            if isinstance(each, Message):
                yield from texts(each)
            elif isinstance(each, str):
                yield name, each


def read_as_markdown(app: AppTest) -> list[tuple[str, str]]:
    """Where a hostile name stands so that the browser would read it as Markdown."""
    found = []
    protos = [node.proto for node in app._tree if getattr(node, "proto", None) is not None]
    for proto in protos:
        for field, text in texts(proto):
            if "](http" in re.sub(r"(`+) .*? \1(?!`)", "", text) and field not in PLAIN:
                found.append((field, text))
    return found


@pytest.fixture
def hostile(workspace):
    """A task whose images, people, versions, jobs and labels all have the hostile name."""
    task = workspace.tasks.create(HOSTILE[:80])
    for number in (1, 2):
        folder = f"versions/{task.slug}/{number}"
        workspace.folder(folder).mkdir(parents=True)
        data = (DataSource(HOSTILE, licence=HOSTILE, num_train=7),)
        card = ModelCard(HOSTILE, data=data, limits_of_use=(HOSTILE,), licence=HOSTILE)
        save_card(card, workspace.folder(folder) / "card.json")
        new = NewVersion(folder, str(number) * 8, "fine_tuned", who=HOSTILE, title=HOSTILE)
        version = workspace.versions.add(task.id, new)
        workspace.versions.promote(version.id, who=HOSTILE, why=Reason("text", {"text": HOSTILE}))
    rows = (ImageComparison(1, HOSTILE, 0.8, 0.9),)
    workspace.versions.set_comparison(version.id, Comparison(version.id - 1, version.id, rows).to_dict())
    return task


@pytest.fixture
def hostile_images(workspace, hostile):
    """Two images with a saved mask; none has a model, so that no network is asked for."""
    task = workspace.tasks.create(HOSTILE[:70])
    uploads = [(f"{number} {HOSTILE}.png", png(number)) for number in range(2)]
    outcomes = add_images(workspace, task.id, uploads)
    for outcome in outcomes:
        save_mask(
            workspace,
            outcome.image_id,
            state.predictors(),
            content=DraftContent(0.5, None, None),
            who=HOSTILE,
        )
    return task


def check(app: AppTest) -> AppTest:
    assert not app.exception
    assert read_as_markdown(app) == []
    return app


def press(app: AppTest, label: str) -> AppTest:
    return check(next(each for each in app.button if each.label == label).click().run())


def test_segment_page_its_dialogs_and_its_toast(open_page, workspace, hostile_images):
    app = check(unfolded(open_page(task=hostile_images.slug), "groups"))
    name = next(box for box in app.text_input if box.label == "Your name")
    check(name.set_value(HOSTILE[:80]).run())
    press(app, "History")
    press(app, "Save mask")
    press(app, "Delete for good")
    assert any("was deleted" in each.value for each in app.toast)


def test_jobs_on_every_page(open_page, workspace, hostile_images):
    task = hostile_images
    for status in ("failed", "stopped"):
        job = workspace.jobs.add("fine_tune", task.id, {"epochs": 1}, who=HOSTILE)
        workspace.jobs.take_next(machine())
        workspace.jobs.end(job.id, status, reason=Reason("text", {"text": HOSTILE}))
    settings = {"title": HOSTILE, "folder": "experiments/x"}
    job = workspace.jobs.add("experiment", task.id, settings, who=HOSTILE)
    workspace.jobs.take_next(machine())
    workspace.jobs.end(job.id, "failed", reason=Reason("text", {"text": HOSTILE}))
    running = workspace.jobs.add("experiment", task.id, settings, who=HOSTILE)
    workspace.jobs.take_next(machine())
    workspace.jobs.add("experiment", task.id, settings, who=HOSTILE)
    for page in ("segment", "fine_tune", "models", "experiments"):
        check(open_page(page, task=task.slug))
    workspace.jobs.end(running.id, "done")
    check(open_page("experiments", task=task.slug))


def test_models_page(open_page, hostile):
    app = check(open_page("models", task=hostile.slug))
    press(app, "Use this version")
    press(app, "Roll back")


def test_refused_task_and_refused_file_are_told_to_the_letter(open_page, workspace, hostile):
    app = open_page()
    next(box for box in app.text_input if box.label.startswith("What do you want")).set_value(HOSTILE[:80])
    press(app, "Create task")
    assert len(app.error) == 1


def test_exported_files_of_hostile_names_can_be_unpacked(open_page, workspace, hostile_images):
    app = open_page(task=hostile_images.slug)
    press(app, "Prepare")
    (path,) = workspace.folder("exports").glob("*.zip")
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        inside = [PurePosixPath(name) for name in archive.namelist()]
        rows = list(csv.DictReader(io.StringIO(archive.read("dataset/masks.csv").decode("utf-8-sig"))))
    # Nothing that leaves the folder, or that a file system refuses; the table has the names as they came.
    assert all(not set(str(name)) & set('<>:"|?*\\') and ".." not in name.parts for name in inside)
    assert all(not name.is_absolute() and name.parts[0] == "dataset" for name in inside)
    saved = workspace.truth.of_task(hostile_images.id)
    names = {image.name for image in workspace.images.list(hostile_images.id) if image.id in saved}
    assert saved
    assert {row["original_name"] for row in rows} == names


def test_text_is_fenced_by_more_backticks_than_it_has():
    assert as_text("a.png") == "` a.png `"
    assert as_text("a``b`c") == "``` a``b`c ```"
    assert as_text("two\r\nlines\u2028or three") == "` two lines or three `"
    assert as_text("") == ""


def test_long_name_is_cut_in_the_middle():
    name = "a" * 250 + "_film_0017.png"
    assert len(shortened(name)) == 255
    assert shortened(name).endswith("_film_0017.png")
    assert "…" in as_name(name)
    assert shortened("a" * 255) == "a" * 255
    assert (len(shortened(name, 70)), shortened(name, 70)[-14:]) == (70, "_film_0017.png")

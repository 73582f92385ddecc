import shutil
import sqlite3
import subprocess
import sys
import threading

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import event

from core.config import PROJECT_DIR
from core.errors import StoreError
from core.workspace import ImageFacts, Workspace
from core.workspace.sql.migrate import MIGRATIONS_DIR, NEWEST


def test_a_new_workspace_has_the_three_tasks(workspace):
    assert [(task.slug, task.title, task.base_model) for task in workspace.tasks.list()] == [
        ("lung_xray", "Lung X-ray", "lung_xray"),
        ("lung_ct", "Lung CT", "lung_ct"),
        ("skin_lesion", "Skin lesion", "skin_lesion"),
    ]


def test_what_was_made_is_there_when_it_is_opened_again(tmp_path):
    with Workspace.open(tmp_path / "w") as first:
        first.images.add(1, "a.png", b"a", ImageFacts(2, 3, 3, "hu", ("A note.",)))
        first.settings.set("person", "Kim")
    with Workspace.open(tmp_path / "w") as second:
        (image,) = second.images.list(1)
        assert image.facts == ImageFacts(2, 3, 3, "hu", ("A note.",))
        assert second.files.read(image.file) == b"a"
        assert second.settings.get("person") == "Kim"
        assert len(second.tasks.list()) == 3


def test_a_setting_that_was_never_made_is_the_default(workspace):
    assert workspace.settings.get("person") is None
    assert workspace.settings.get("person", "me") == "me"
    workspace.settings.set("person", {"name": "Kim"})
    workspace.settings.set("person", {"name": "Lee"})
    assert workspace.settings.get("person") == {"name": "Lee"}


@pytest.mark.sqlite
def test_opening_an_existing_one_does_not_import_alembic(tmp_path):
    Workspace.open(tmp_path).close()
    code = (
        "import sys\nfrom pathlib import Path\nfrom core.workspace import Workspace\n"
        f"Workspace.open(Path({str(tmp_path)!r})).close()\n"
        "print([m for m in ('alembic', 'keras') if m in sys.modules])"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT_DIR, capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "[]"


@pytest.mark.sqlite
def test_the_newest_schema_is_that_of_the_newest_migration():
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS_DIR))
    assert ScriptDirectory.from_config(config).get_current_head() == NEWEST


@pytest.mark.sqlite
def test_a_file_that_is_no_database_is_refused(tmp_path):
    (tmp_path / "workspace.db").write_bytes(b"this is a text file, and a rather long one at that" * 40)
    with pytest.raises(StoreError, match="is damaged"):
        Workspace.open(tmp_path)


@pytest.mark.sqlite
def test_a_folder_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreError, match="cannot be made"):
        Workspace.open(tmp_path / "file" / "workspace")


def test_eight_threads_that_open_a_new_workspace_at_once_all_get_it(tmp_path):
    problems = []

    def open_it():
        try:
            with Workspace.open(tmp_path / "w") as opened:
                assert len(opened.tasks.list()) == 3
        except Exception as error:
            problems.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []


@pytest.fixture
def written_to(tmp_path):
    """A new workspace's file while another program that opened it first writes to it."""
    (tmp_path / "w").mkdir()
    other = sqlite3.connect(tmp_path / "w" / "workspace.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield other
    other.close()


@pytest.mark.sqlite
def test_a_new_workspace_that_somebody_writes_to_is_waited_for(tmp_path, written_to, monkeypatch):
    # SQLite does not wait by itself where the file is switched to WAL.
    monkeypatch.setattr("core.workspace.sql.database.sleep", lambda _: written_to.rollback())
    with Workspace.open(tmp_path / "w") as opened:
        assert len(opened.tasks.list()) == 3


@pytest.mark.sqlite
def test_a_new_workspace_that_is_written_to_for_long_is_told_to_be_busy(tmp_path, written_to, monkeypatch):
    monkeypatch.setattr("core.workspace.sql.database.BUSY_TIMEOUT_SECONDS", 0)
    with pytest.raises(StoreError, match="is busy .database is locked"):
        Workspace.open(tmp_path / "w")


def test_two_processes_write_at_once_and_lose_nothing(tmp_path):
    Workspace.open(tmp_path).close()
    code = (
        "import sys\nfrom pathlib import Path\nfrom core.workspace import ImageFacts, Workspace\n"
        "with Workspace.open(Path(sys.argv[1])) as w:\n"
        "    for n in range(40):\n"
        "        w.images.add(1, f'{sys.argv[2]}-{n}.png', f'{sys.argv[2]}-{n}'.encode(), ImageFacts(1, 1))\n"
    )
    processes = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path), name], cwd=PROJECT_DIR)
        for name in ("a", "b")
    ]
    assert [process.wait(240) for process in processes] == [0, 0]
    with Workspace.open(tmp_path) as workspace:
        assert [image.position for image in workspace.images.list(1)] == list(range(80))


@pytest.mark.sqlite
def test_a_full_database_says_so_and_leaves_nothing_half_written(workspace, add_image):
    before = add_image("before")
    with workspace._database.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
    workspace.close()

    @event.listens_for(workspace._database.engine, "connect")
    def no_more_pages(connection, _record):
        connection.execute(f"PRAGMA max_page_count = {pages}")

    with pytest.raises(StoreError, match="has no room left"):
        workspace.drafts.put(
            before.id,
            who="Kim",
            version_id=None,
            threshold=0.5,
            layer_png=b"x" * 100_000,
            client_id="t",
            sequence=1,
            seconds=0,
        )
    assert workspace.drafts.get(before.id) is None
    assert workspace.images.get(before.id).state == "new"


@pytest.mark.skipif(sys.platform == "win32", reason="limits on file size are a POSIX thing")
def test_a_disk_without_room_for_the_file_leaves_no_row(tmp_path):
    Workspace.open(tmp_path).close()
    code = (
        "import resource, signal, sys\nfrom pathlib import Path\nfrom core.errors import StoreError\n"
        "from core.workspace import ImageFacts, Workspace\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "with Workspace.open(Path(sys.argv[1])) as w:\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))\n"
        "    try:\n"
        "        w.images.add(1, 'big.png', b'x' * 400_000, ImageFacts(1, 1))\n"
        "    except StoreError as error:\n"
        "        print(error)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        cwd=PROJECT_DIR,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "has no room left" in run.stdout
    with Workspace.open(tmp_path) as workspace:
        assert workspace.images.list(1) == []
    assert [path for path in (tmp_path / "files").rglob("*") if path.is_file()] == []


@pytest.mark.sqlite
def test_a_workspace_whose_folder_vanished_says_so(tmp_path):
    workspace = Workspace.open(tmp_path / "w")
    workspace.close()
    shutil.rmtree(tmp_path / "w")
    with pytest.raises(StoreError):
        workspace.images.add(1, "a.png", b"a", ImageFacts(1, 1))


@pytest.mark.sqlite
def test_a_page_costs_the_same_however_many_images_there_are(workspace, task, add_image):
    """What SQLite says that it does: every filter, count and neighbourhood goes through an index."""
    statements = []
    event.listen(
        workspace._database.engine,
        "before_cursor_execute",
        lambda _c, _cursor, statement, parameters, *_: statements.append((statement, parameters)),
    )
    image = add_image("a")
    statements.clear()
    workspace.images.counts(task.id)
    for show in ("all", "new", "draft", "corrected", "locked"):
        around = workspace.images.around(task.id, image.id, show, each_side=14)
        workspace.images.stacks_around(around, show, each_side=14)
        workspace.images.at(task.id, 1, show)
    with workspace._database.engine.connect() as connection:
        for statement, parameters in [each for each in statements if each[0].startswith("SELECT")]:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
            steps = [step[3] for step in plan if "images" in step[3]]
            assert all("USING" in step and "INDEX" in step or "PRIMARY KEY" in step for step in steps), steps
            assert not [step[3] for step in plan if "TEMP B-TREE" in step[3]], (statement, plan)

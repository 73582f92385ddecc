"""A workspace of an older program: made by the migrations up to its schema, with rows of that time."""

import signal
import sqlite3
import subprocess
import sys

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from core.config import PROJECT_DIR
from core.errors import StoreError
from core.reasons import Reason
from core.workspace import ImageFacts, NewRevision, Workspace
from core.workspace.sql.database import Database
from core.workspace.sql.migrate import MIGRATIONS_DIR, NEWEST
from core.workspace.tables import Table

pytestmark = pytest.mark.sqlite

SOME_TIME = "'2026-01-02 03:04:05.000000'"


@pytest.fixture
def make_old(tmp_path):
    """Makes the database of a schema with the given statements in it; the workspace's folder."""

    def make(schema, statements):
        database = Database(tmp_path / "workspace.db")
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS_DIR))
        with database.migrating() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, schema)
            for statement in statements:
                connection.exec_driver_sql(statement)
        database.close()
        return tmp_path

    return make


def old_rows(num_images=3):
    """A task whose 2nd image is corrected and locked, whose 3rd is drawn on, whose last was deleted."""
    yield f"INSERT INTO tasks VALUES (1, 'cells', 'Cells', 'cells', NULL, 2, {num_images}, 2, {SOME_TIME})"
    yield (
        f"INSERT INTO versions VALUES (1, 1, 1, 'Version 1', 'versions/x', 'cc', 'current', 'scratch', NULL, "
        f"NULL, 'Kim', NULL, {SOME_TIME}, 'segment')"
    )
    yield f"INSERT INTO version_events VALUES (1, 1, 'promoted', 1, NULL, 'Kim', 'The first.', {SOME_TIME})"
    for n in range(1, num_images + 1):
        rank, locked, saved = ("2", 1, 2) if n == 2 else ("NULL", 0, 0)
        yield (
            f"INSERT INTO images VALUES ({n}, 1, {n - 1}, 'Film {n}.PNG', 'sha{n}', 'sha{n}.png', 2, 3, 1, "
            f"'display', '[\"A note.\"]', {SOME_TIME}, {SOME_TIME if n == 2 else 'NULL'}, NULL, {rank}, "
            f"{locked}, {saved})"
        )
    yield f"UPDATE sqlite_sequence SET seq = {num_images + 4} WHERE name = 'images'"
    for n, who, origin in ((1, "김민지", "person"), (2, "Lee", "restored")):
        yield (
            f"INSERT INTO revisions VALUES ({n}, 2, {n}, 'mask{n}.png', 'layer{n}.png', 0.4, 1, '{who}', "
            f"'{origin}', 3.5, 0.25, '{{\"version\": \"Version 1\"}}', {SOME_TIME})"
        )
    yield f"INSERT INTO labels VALUES (1, 2, 1, 'benign', 'Lee', 'person', NULL, NULL, {SOME_TIME})"
    for n, unsaved, cleared in ((2, 0, 0), (3, 1, 0), (1, 0, 1)):
        yield (
            f"INSERT INTO drafts VALUES ({n}, 1, 0.3, x'0a0b', 'tab', 7, 9, 7.5, {unsaved}, {cleared}, "
            f"{SOME_TIME})"
        )
    for n, status, reason in ((1, "done", ""), (2, "failed", "It went wrong."), (3, "running", "")):
        yield (
            f"INSERT INTO jobs VALUES ({n}, 1, 'fine_tune', '{{\"epochs\": 3}}', '{status}', '{reason}', "
            f"'Kim', NULL, 0, 77, 1.5, NULL, {SOME_TIME}, {SOME_TIME}, NULL, {SOME_TIME})"
        )


def differences(folder):
    engine = create_engine(f"sqlite:///{folder / 'workspace.db'}")
    with engine.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection), Table.metadata)
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    engine.dispose()
    return found, broken


def test_everything_of_the_second_schema_is_as_it_was(make_old):
    folder = make_old("0002", old_rows())
    report = folder / "jobs" / "1" / "progress.jsonl"
    report.parent.mkdir(parents=True)
    report.write_text('{"epoch": 1, "word": "폐"}\n{"epoch": 2}\n{"epoch": 3, "lo')
    with Workspace.open(folder) as workspace:
        first, second, third = workspace.images.list(1)
        assert (second.name, second.facts) == ("Film 2.PNG", ImageFacts(2, 3, notes=("A note.",)))
        assert [(row.corrected_rank, row.locked) for row in (first, second, third)] == [
            (None, False),
            (2, True),
            (None, False),
        ]
        assert [(row.state, row.frame) for row in (first, second, third)] == [
            ("new", 0),
            ("corrected", 0),
            ("draft", 0),
        ]
        assert len({first.group_id, second.group_id, third.group_id}) == 3
        assert {(group.kind, group.num_images) for group in workspace.groups.list(1)} == {("single", 1)}
        history = workspace.masks.history(2)
        assert [(row.who, row.origin, row.mask_file, row.layer_file) for row in history] == [
            ("Lee", "restored", "mask2.png", "layer2.png"),
            ("김민지", "person", "mask1.png", "layer1.png"),
        ]
        assert {row.scope for row in history} == {"whole"}
        assert workspace.truth.of(2) == history[0]
        assert [person.name for person in workspace.persons.list()] == ["김민지", "Lee"]
        assert workspace.labels.latest(2).label == "benign"
        draft = workspace.drafts.get(3, "anybody")
        assert (draft.who, draft.layer_png, draft.seconds, draft.revision) == ("", b"\n\v", 7.5, 9)
        assert workspace.drafts.get(1, "anybody") is None
        assert workspace.images.last_looked_at(1, "anybody") == 2
        assert [str(event.why) for event in workspace.versions.events(1)] == ["The first."]
        assert [job.reason for job in workspace.jobs.list()] == [
            None,
            Reason("text", {"text": "It went wrong."}),
            None,
        ]
        assert workspace.jobs.progress(1) == [{"epoch": 1, "word": "폐"}, {"epoch": 2}]
        task = workspace.tasks.get("cells")
        assert ([each.name for each in task.classes], task.group_rule) == ([""], None)
        assert workspace.images.search(1, "film 3") == [third]
        # A deleted image's number is never given again, and ranks go on where they were.
        assert workspace.images.add(1, "new.png", b"new", ImageFacts(2, 3)).id == 8
        saved = NewRevision(b"mask", None, 0.5, 1, "Kim", 1.0, 0.0)
        workspace.masks.save(1, saved)
        assert workspace.images.get(1).corrected_rank == 3
    assert differences(folder) == ([], [])


def test_a_workspace_of_the_first_schema_keeps_everything(make_old):
    folder = make_old(
        "0001",
        (
            "INSERT INTO tasks VALUES (1, 'cells', 'Cells', 'cells', NULL, NULL, 1, 0, '2026-01-01')",
            "INSERT INTO images VALUES (1, 1, 0, 'a.png', 'aa', 'aa.png', 2, 3, 1, 'display', '[]', "
            "'2026-01-01', NULL, NULL, NULL, 0, 0)",
            "INSERT INTO versions VALUES (1, 1, 1, 'Version 1', 'versions/x', 'cc', 'current', 'scratch', "
            "NULL, NULL, 'Kim', NULL, '2026-01-01')",
            "INSERT INTO drafts VALUES (1, 1, 0.5, NULL, 'tab', 1, 1, 0, 1, 0, '2026-01-01')",
        ),
    )
    with Workspace.open(folder) as workspace:
        (version,) = workspace.versions.list(1)
        assert (version.purpose, version.status, version.who) == ("segment", "current", "Kim")
        assert workspace.tasks.get("cells").current_version_id == 1
        assert workspace.drafts.get(1).version_id == 1
        assert workspace.labels.history(1) == []
    assert differences(folder) == ([], [])


def test_a_copy_of_the_old_database_stays_beside(make_old):
    folder = make_old("0002", old_rows())
    Workspace.open(folder).close()
    connection = sqlite3.connect(folder / f"workspace.db.before-{NEWEST}")
    assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [("0002",)]
    ranks = connection.execute("SELECT corrected_rank FROM images ORDER BY id").fetchall()
    assert ranks == [(None,), (2,), (None,)]
    connection.close()
    assert not list(folder.glob("*.part"))


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is a POSIX thing")
@pytest.mark.parametrize("step", ["groups", "tasks", "jobs"])
def test_a_migration_that_is_killed_begins_again(make_old, step):
    folder = make_old("0002", old_rows(200))
    code = (
        "import os, signal, sys\nfrom sqlalchemy import event\nfrom sqlalchemy.engine import Engine\n"
        "@event.listens_for(Engine, 'before_cursor_execute')\n"
        "def die(_connection, _cursor, statement, *_):\n"
        "    if 'CREATE TABLE _alembic_tmp_' + sys.argv[2] in statement or (\n"
        "        'CREATE TABLE ' + sys.argv[2] + ' ' in statement\n"
        "    ):\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "from core.workspace import Workspace\n"
        "Workspace.open(sys.argv[1])\n"
    )
    run = subprocess.run([sys.executable, "-c", code, str(folder), step], cwd=PROJECT_DIR)
    assert run.returncode == -signal.SIGKILL
    with Workspace.open(folder) as workspace:
        assert len(workspace.images.list(1)) == 200
        assert workspace.truth.of(2).number == 2
        assert workspace.drafts.get(3).layer_png == b"\n\v"
    assert differences(folder) == ([], [])


def test_a_database_that_does_not_say_its_schema_is_refused(make_old):
    folder = make_old("0002", ())
    for change in ("DELETE FROM alembic_version", "DROP TABLE alembic_version"):
        connection = sqlite3.connect(folder / "workspace.db")
        connection.execute(change)
        connection.commit()
        connection.close()
        with pytest.raises(StoreError, match="does not say which schema it has"):
            Workspace.open(folder)


def test_the_job_of_an_old_worker_is_given_up(make_old):
    folder = make_old("0002", old_rows())
    with Workspace.open(folder) as workspace:
        assert workspace.jobs.end_if_lost(3).reason.code == "lost"


@pytest.mark.sqlite
def test_the_newest_schema_is_the_last_migration():
    """Else every start would migrate once more, and a read-only workspace could not be opened."""
    assert max(path.name[:4] for path in (MIGRATIONS_DIR / "versions").glob("[0-9]*.py")) == NEWEST

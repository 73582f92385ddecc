"""Rows on a server and files at an address: what is the same, and what is said when they do not answer."""

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from fsspec.implementations.memory import MemoryFileSystem
from sqlalchemy import inspect

from core.errors import StoreError
from core.files import write_whole
from core.workspace import ImageFacts, NewRevision, NewVersion, Workspace
from core.workspace.sql.migrate import MIGRATIONS_DIR
from core.workspace.tables import Table


@pytest.fixture
def elsewhere(monkeypatch):
    """An address for files; what is kept there, by name."""
    monkeypatch.setattr(MemoryFileSystem, "store", {})
    monkeypatch.setattr(MemoryFileSystem, "pseudo_dirs", [""])
    monkeypatch.setenv("FILES_URL", "memory://lab")

    def kept():
        return sorted(name.removeprefix("/lab/") for name in MemoryFileSystem.store)

    return kept


def of_kind(index):
    """The part of an index that is the database's own, such as the condition under which it holds."""
    return {name: str(value) for name, value in index.get("dialect_options", {}).items()}


def tables(database):
    """What the database itself says of its tables; defaults, which the code gives, left out."""
    ask = inspect(database.engine)
    return {
        name: (
            {each["name"]: (str(each["type"]), each["nullable"]) for each in ask.get_columns(name)},
            ask.get_pk_constraint(name),
            sorted(str(each) for each in ask.get_foreign_keys(name)),
            sorted(str(each) for each in ask.get_unique_constraints(name)),
            sorted(
                (each["name"], each["column_names"], each["unique"], str(of_kind(each)))
                for each in ask.get_indexes(name)
            ),
        )
        for name in ask.get_table_names()
    }


def test_a_new_database_is_what_the_migrations_would_have_made(workspace):
    database = workspace._database
    new = tables(database)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS_DIR))
    with database.migrating() as connection:
        Table.metadata.drop_all(connection)
        connection.exec_driver_sql("DROP TABLE alembic_version")
        config.attributes.update(connection=connection, folder=None)
        command.upgrade(config, "head")
    assert tables(database) == new
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Table.metadata) == []


def test_files_at_an_address(elsewhere, tmp_path):
    with Workspace.open(tmp_path / "one") as workspace:
        image = workspace.images.add(1, "a.png", b"picture", ImageFacts(2, 3))
        workspace.masks.save(image.id, NewRevision(b"mask", None, 0.5, None, "Kim", 1.0, 0.0))
        with workspace.versions.writing("versions/x") as to:
            write_whole(to / "model.keras", b"weights")
            write_whole(to / "card.json", b"{}")
        version = workspace.versions.add(1, NewVersion("versions/x", "0" * 64, "scratch", "Kim"))
        log = workspace.jobs.folder(7) / "log.txt"
        write_whole(log, b"epoch 1")
        workspace.jobs.keep_folder(7)
        assert workspace.files.read(image.file) == b"picture"
        assert [name.split("/")[0] for name in elsewhere()] == [
            "files",
            "files",
            "jobs",
            "versions",
            "versions",
        ]
        mask = workspace.truth.of(image.id)
        workspace.images.delete(image.id)
        assert [name.split("/")[0] for name in elsewhere()] == ["jobs", "versions", "versions"]
        with pytest.raises(StoreError, match="has lost the file"):
            workspace.masks.read_mask_png(mask)
    # Another machine has the rows but nothing of the files.
    with Workspace.open(tmp_path / "two") as other:
        assert (other.versions.open(version) / "model.keras").read_bytes() == b"weights"
        assert (other.jobs.folder(7) / "log.txt").read_bytes() == b"epoch 1"
        assert not other.jobs.folder(8).exists()


@pytest.mark.sqlite
def test_files_at_an_address_that_is_none(monkeypatch, tmp_path):
    monkeypatch.setenv("FILES_URL", "nosuch://lab")
    with pytest.raises(StoreError, match="files at nosuch://lab cannot be reached"):
        Workspace.open(tmp_path)


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("postgresql+psycopg://kim:secret@127.0.0.1:1/lab", "does not answer"),
        ("postgresql+psycopg://kim:secret@127.0.0.1:port/lab", "is not understood"),
        ("nosuch://lab", "is not understood"),
        ("sqlite:///rows.db", "is not understood"),
        ("kim", "is not understood"),
    ],
)
def test_a_server_that_does_not_answer_is_one_sentence(monkeypatch, tmp_path, address, said):
    monkeypatch.setenv("DATABASE_URL", address)
    with pytest.raises(StoreError, match=said) as refused:
        Workspace.open(tmp_path)
    assert "\n" not in str(refused.value)
    assert "secret" not in str(refused.value)


def test_a_database_of_a_newer_program_is_refused(workspace):
    with workspace._database.writing() as session:
        session.connection().exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match="written by a newer version of this program .its schema is 9999"):
        Workspace.open(workspace.address)
    # Nor does a server write that was running meanwhile.
    with pytest.raises(StoreError, match="brought to the schema 9999 by another version of this program"):
        workspace.persons.get_or_add("Kim")

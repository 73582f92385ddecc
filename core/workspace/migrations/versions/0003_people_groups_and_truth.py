"""Persons, groups, frames, the truth that is pointed to, reviews, an audit, leased jobs.

Each image comes into a group of its own, which takes over its rank and lock. A draft from before persons were
told apart belongs to nobody: everybody goes on from it.
"""

import json
import unicodedata
from pathlib import Path

import sqlalchemy as sa
from alembic import context, op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ONE_FOREGROUND = [{"name": "", "colour": None, "key": ""}]
ON_SQLITE = "sqlite"


def upgrade() -> None:
    connection = op.get_bind()
    persons(connection)
    groups(connection)
    images(connection)
    drafts(connection)
    revisions_and_reviews(connection)
    tasks(connection)
    version_events(connection)
    jobs(connection)
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=True),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("seal", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )


def persons(connection: sa.Connection) -> None:
    table = op.create_table(
        "persons",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("removed_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_persons")),
        sa.UniqueConstraint("key", name=op.f("uq_persons_key")),
    )
    seen: dict[str, tuple[str, object]] = {}
    revisions = sa.table(
        "revisions", *(sa.column("id"), sa.column("who"), sa.column("created_at", sa.DateTime()))
    )
    first = sa.func.min(revisions.c.id)
    named = sa.select(revisions.c.who, sa.func.min(revisions.c.created_at))
    for name, created_at in connection.execute(named.group_by(revisions.c.who).order_by(first)):
        seen.setdefault(person_key(name), (" ".join(unicodedata.normalize("NFC", name).split()), created_at))
    op.bulk_insert(
        table,
        [
            {"name": name, "key": key, "role": "reader", "created_at": created_at}
            for key, (name, created_at) in seen.items()
        ],
    )


def person_key(name: str) -> str:
    return unicodedata.normalize("NFKC", " ".join(name.split())).casefold()


def groups(connection: sa.Connection) -> None:
    op.create_table(
        "groups",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("corrected_rank", sa.Integer(), nullable=True),
        sa.Column("locked", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("fk_groups_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_groups")),
        sa.UniqueConstraint("task_id", "kind", "key", name=op.f("uq_groups_task_id_kind_key")),
        sa.UniqueConstraint("task_id", "corrected_rank", name=op.f("uq_groups_task_id_corrected_rank")),
    )
    connection.execute(
        sa.text(
            "INSERT INTO groups (id, task_id, kind, name, corrected_rank, locked, created_at) "
            "SELECT id, task_id, 'single', '', corrected_rank, locked, created_at FROM images"
        )
    )


def images(connection: sa.Connection) -> None:
    with op.batch_alter_table("images", table_kwargs={"sqlite_autoincrement": True}) as batch:
        batch.add_column(sa.Column("group_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("frame", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("name_key", sa.Text(), nullable=True))
        batch.add_column(sa.Column("truth_revision_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("has_unsaved_changes", sa.Boolean(), nullable=True))
    connection.execute(
        sa.text(
            "UPDATE images SET group_id = id, frame = 0, truth_revision_id = (SELECT revisions.id "
            "FROM revisions WHERE image_id = images.id AND number = images.num_revisions), "
            "has_unsaved_changes = EXISTS (SELECT 1 FROM drafts "
            "WHERE image_id = images.id AND drafts.has_unsaved_changes)"
        )
    )
    names = connection.execute(sa.text("SELECT id, name FROM images")).all()
    if names:
        connection.execute(
            sa.text("UPDATE images SET name_key = :key WHERE id = :id"),
            [{"id": id, "key": unicodedata.normalize("NFKC", name).casefold()} for id, name in names],
        )
    last_id = deleted_up_to(connection)
    with op.batch_alter_table(
        "images", recreate="auto", table_kwargs={"sqlite_autoincrement": True}
    ) as batch:
        batch.drop_constraint("uq_images_task_id_corrected_rank", type_="unique")
        batch.drop_constraint("uq_images_task_id_sha256", type_="unique")
        batch.drop_column("corrected_rank")
        for name, kind in (
            ("group_id", sa.Integer()),
            ("frame", sa.Integer()),
            ("name_key", sa.Text()),
            ("has_unsaved_changes", sa.Boolean()),
        ):
            batch.alter_column(name, existing_type=kind, nullable=False)
        batch.create_unique_constraint(
            batch.f("uq_images_task_id_sha256_frame"), ["task_id", "sha256", "frame"]
        )
        batch.create_foreign_key(batch.f("fk_images_group_id"), "groups", ["group_id"], ["id"])
    if last_id is not None:
        connection.execute(
            sa.text("UPDATE sqlite_sequence SET seq = :last WHERE name = 'images'"), {"last": last_id}
        )
    op.create_index(op.f("ix_images_group_id"), "images", ["group_id"], unique=False)
    unseen = "looked_at IS NULL AND truth_revision_id IS NULL AND "
    for name, sqlite, postgresql in (
        ("new", f"{unseen}has_unsaved_changes = 0", f"{unseen}has_unsaved_changes = false"),
        ("unsaved", "has_unsaved_changes = 1", "has_unsaved_changes = true"),
        ("corrected", "truth_revision_id IS NOT NULL", "truth_revision_id IS NOT NULL"),
        ("locked", "locked = 1", "locked = true"),
    ):
        op.create_index(
            f"ix_images_{name}",
            "images",
            ["task_id", "position"],
            unique=False,
            sqlite_where=sa.text(sqlite),
            postgresql_where=sa.text(postgresql),
        )


def deleted_up_to(connection: sa.Connection) -> int | None:
    """The last number that was given to an image, also where it was deleted; None where nobody counts."""
    if connection.dialect.name != ON_SQLITE:
        return None
    return connection.scalar(sa.text("SELECT seq FROM sqlite_sequence WHERE name = 'images'"))


def drafts(connection: sa.Connection) -> None:
    op.rename_table("drafts", "drafts_0002")
    if connection.dialect.name != ON_SQLITE:
        op.execute("ALTER TABLE drafts_0002 RENAME CONSTRAINT pk_drafts TO pk_drafts_0002")
    op.create_table(
        "drafts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("image_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("version_id", sa.Integer(), nullable=True),
        sa.Column("threshold", sa.Double(), nullable=False),
        sa.Column("layer_png", sa.LargeBinary(), nullable=True),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("has_unsaved_changes", sa.Boolean(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["image_id"], ["images.id"], name=op.f("fk_drafts_image_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_drafts_person_id")),
        sa.ForeignKeyConstraint(["version_id"], ["versions.id"], name=op.f("fk_drafts_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drafts")),
        sa.UniqueConstraint("image_id", "person_id", name=op.f("uq_drafts_image_id_person_id")),
    )
    op.create_index(
        "uq_drafts_of_anybody",
        "drafts",
        ["image_id"],
        unique=True,
        sqlite_where=sa.text("person_id IS NULL"),
        postgresql_where=sa.text("person_id IS NULL"),
    )
    kept = (
        "image_id, version_id, threshold, layer_png, client_id, sequence, revision, seconds, "
        "has_unsaved_changes, updated_at"
    )
    connection.execute(
        sa.text(f"INSERT INTO drafts ({kept}) SELECT {kept} FROM drafts_0002 WHERE NOT is_cleared")
    )
    op.drop_table("drafts_0002")


def revisions_and_reviews(connection: sa.Connection) -> None:
    with op.batch_alter_table("revisions") as batch:
        batch.add_column(sa.Column("scope", sa.Text(), nullable=True))
        batch.add_column(sa.Column("person_id", sa.Integer(), nullable=True))
    of_key = {key: id for key, id in connection.execute(sa.text("SELECT key, id FROM persons"))}
    for (name,) in connection.execute(sa.text("SELECT DISTINCT who FROM revisions")).all():
        connection.execute(
            sa.text("UPDATE revisions SET scope = 'whole', person_id = :person WHERE who = :who"),
            {"person": of_key[person_key(name)], "who": name},
        )
    with op.batch_alter_table("revisions") as batch:
        batch.alter_column("scope", existing_type=sa.Text(), nullable=False)
        batch.alter_column("person_id", existing_type=sa.Integer(), nullable=False)
        batch.create_foreign_key(batch.f("fk_revisions_person_id"), "persons", ["person_id"], ["id"])
    op.create_table(
        "reviews",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("image_id", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=True),
        sa.Column("mask_file", sa.Text(), nullable=True),
        sa.Column("version_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["image_id"], ["images.id"], name=op.f("fk_reviews_image_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_reviews_person_id")),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["revisions.id"], name=op.f("fk_reviews_revision_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["version_id"], ["versions.id"], name=op.f("fk_reviews_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviews")),
    )
    op.create_index(op.f("ix_reviews_image_id_id"), "reviews", ["image_id", "id"], unique=False)
    op.create_index(op.f("ix_reviews_mask_file"), "reviews", ["mask_file"], unique=False)
    op.create_index(op.f("ix_reviews_revision_id"), "reviews", ["revision_id"], unique=False)


def tasks(connection: sa.Connection) -> None:
    op.create_table(
        "last_looks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("image_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["image_id"], ["images.id"], name=op.f("fk_last_looks_image_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_last_looks_person_id")),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("fk_last_looks_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_last_looks")),
        sa.UniqueConstraint("task_id", "person_id", name=op.f("uq_last_looks_task_id_person_id")),
    )
    op.create_index(op.f("ix_last_looks_image_id"), "last_looks", ["image_id"], unique=False)
    connection.execute(
        sa.text(
            "INSERT INTO last_looks (task_id, image_id) SELECT tasks.id, last_image_id FROM tasks "
            "JOIN images ON images.id = last_image_id"
        )
    )
    with op.batch_alter_table("tasks") as batch:
        batch.add_column(sa.Column("classes", sa.JSON(), nullable=True))
        batch.add_column(sa.Column("group_rule", sa.JSON(none_as_null=True), nullable=True))
        batch.drop_column("last_image_id")
    table = sa.table("tasks", sa.column("classes", sa.JSON()))
    connection.execute(sa.update(table).values(classes=ONE_FOREGROUND))
    with op.batch_alter_table("tasks") as batch:
        batch.alter_column("classes", existing_type=sa.JSON(), nullable=False)


def version_events(connection: sa.Connection) -> None:
    to_codes(connection, "version_events", "why")


def to_codes(connection: sa.Connection, table_name: str, column: str) -> None:
    """A sentence becomes the fact of a reason of the code "text"; no sentence becomes no reason."""
    code, facts = f"{column}_code", f"{column}_facts"
    with op.batch_alter_table(table_name) as batch:
        batch.add_column(sa.Column(code, sa.Text(), nullable=True))
        batch.add_column(sa.Column(facts, sa.JSON(), nullable=True))
    table = sa.table(
        table_name, sa.column("id", sa.Integer()), sa.column(code, sa.Text()), sa.column(facts, sa.JSON())
    )
    for id, said in connection.execute(sa.text(f"SELECT id, {column} FROM {table_name}")).all():
        reason = {code: "text", facts: {"text": said}} if said or column == "why" else {code: "", facts: {}}
        connection.execute(sa.update(table).where(table.c.id == id).values(**reason))
    with op.batch_alter_table(table_name) as batch:
        batch.drop_column(column)
        batch.alter_column(code, existing_type=sa.Text(), nullable=False)
        batch.alter_column(facts, existing_type=sa.JSON(), nullable=False)


def jobs(connection: sa.Connection) -> None:
    to_codes(connection, "jobs", "reason")
    op.add_column("jobs", sa.Column("worker", sa.Text(), nullable=True))
    op.add_column("jobs", sa.Column("lease_until", sa.DateTime(), nullable=True))
    table = op.create_table(
        "job_progress",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["job_id"], ["jobs.id"], name=op.f("fk_job_progress_job_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_progress")),
    )
    op.create_index(op.f("ix_job_progress_job_id_id"), "job_progress", ["job_id", "id"], unique=False)
    folder: Path | None = context.config.attributes["folder"]
    if folder is None:
        return
    for (job_id,) in connection.execute(sa.text("SELECT id FROM jobs ORDER BY id")).all():
        told = reports(folder / "jobs" / str(job_id))
        op.bulk_insert(table, [{"job_id": job_id, "report": each} for each in told])


def reports(folder: Path) -> list[dict[str, object]]:
    """What a job wrote into its folder; a line that was cut off is left out."""
    try:
        lines = (folder / "progress.jsonl").read_bytes().rpartition(b"\n")[0].splitlines()
    except OSError:
        return []
    return [json.loads(line) for line in lines if line.strip()]


def downgrade() -> None:
    raise NotImplementedError("the copy of the database that lies beside it is the way back")

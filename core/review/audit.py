"""`python -m core.review.audit`: the audit checked and written out, to find what was changed behind it."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from core import language
from core.errors import AppError, LostFileError, StoreError
from core.files import csv_bytes
from core.language import say
from core.language.help_texts import translated
from core.language.sentence import Sentence, print_sentence, said
from core.workspace import AuditRow, Workspace
from core.workspace.files.blobs import sha256_of

DESCRIPTION = (
    "Was anything changed behind the program's back? Names the first row of the audit that was altered, and "
    "every mask that is not the one that was saved."
)
_COLUMNS = ("id", "created_at", "task_id", "who", "action", "facts", "seal")


@dataclass(frozen=True)
class Verdict:
    """What checking the audit found.

    Attributes:
        first_altered: Key of the first row that is not as it was written, or after which rows are gone; None
            where all are there.
        is_cut: A seal that was kept is not in the audit: rows were cut off at its end.
        masks: Masks that are not what was saved, one sentence each.
        last_seal: Of the newest row, "" before the first.
    """

    num_rows: int
    first_altered: int | None
    is_cut: bool
    masks: tuple[str, ...]
    last_seal: str

    @property
    def is_whole(self) -> bool:
        """Nothing was altered."""
        return self.first_altered is None and not self.is_cut and not self.masks


def verify(workspace: Workspace, kept_seal: str = "") -> Verdict:
    """Check every row of the audit, and every mask against the hash it was saved under.

    Args:
        kept_seal: The last seal as an export or a note has it; "" for none. Rows that were cut off at the
            end are seen by it alone.
    """
    first_altered = workspace.audit.first_altered()
    files, saved, deleted = workspace.masks.files(), {}, set()
    num_rows, last_seal, is_cut = 0, "", bool(kept_seal)
    for row in workspace.audit.rows():
        num_rows, last_seal = num_rows + 1, row.seal
        if kept_seal and row.seal == kept_seal.strip():
            is_cut = False
        if row.action == "mask_saved":
            saved[int(row.facts["revision"])] = row.facts
        if row.action == "image_deleted":
            deleted.add(row.facts["image"])
    masks = []
    for revision_id, facts in saved.items():
        if facts["image"] not in deleted and (wrong := _wrong(files.get(revision_id), facts["mask"])):
            masks.append(
                Sentence(
                    "Mask {revision_id} of image {facts} {wrong}.",
                    revision_id=revision_id,
                    facts=facts["image"],
                    wrong=wrong,
                )
            )
    # Those from before there was an audit have their hash in their name alone; a damaged file is one file.
    for file in sorted(set(files.values())):
        if wrong := _damage(workspace, file):
            masks.append(Sentence("The file {file} {wrong}.", file=file, wrong=wrong))
    return Verdict(num_rows, first_altered, is_cut, tuple(masks), last_seal)


def as_csv(rows: Iterator[AuditRow] | Sequence[AuditRow]) -> bytes:
    """The audit as a table, the oldest row first."""
    table = ([told[name] for name in _COLUMNS] for told in map(_told, rows))
    return csv_bytes([_COLUMNS, *([*row[:5], json.dumps(row[5], sort_keys=True), row[6]] for row in table)])


def as_json_lines(rows: Iterator[AuditRow] | Sequence[AuditRow]) -> bytes:
    """The audit as one JSON object a line, the oldest row first."""
    lines = (json.dumps(_told(row), sort_keys=True, ensure_ascii=False) for row in rows)
    return "".join(f"{line}\n" for line in lines).encode()


def main(arguments: list[str] | None = None) -> int:
    """0 where nothing was altered, 1 where something was, 2 where the workspace cannot be opened."""
    parser = argparse.ArgumentParser(prog="python -m core.review.audit", description=DESCRIPTION)
    parser.add_argument("command", choices=["verify"], help="check every row and every mask")
    parser.add_argument("workspace", type=Path, help="folder of the workspace")
    parser.add_argument("--last_seal", default="", help="the last seal as an export or a note has it")
    options = translated(parser).parse_args(arguments)
    try:
        if not Workspace.is_at(options.workspace):
            raise StoreError(
                "There is no workspace at {workspace}; give its folder.", workspace=options.workspace
            )
        with Workspace.open(options.workspace) as workspace:
            found = verify(workspace, options.last_seal)
    except AppError as error:
        print(error, file=sys.stderr)
        return 2
    if found.first_altered is not None:
        print_sentence(
            "Row {row} of the audit is the first that is not as it was written.", row=found.first_altered
        )
    if found.is_cut:
        print_sentence("The seal that was kept is not in the audit: rows were cut off at its end.")
    for line in found.masks:
        print(said(line))
    if found.is_whole:
        print_sentence("All {num_rows} rows and all masks are as they were written.", num_rows=found.num_rows)
    print_sentence("Last seal: {seal}", seal=found.last_seal or say("none yet"))
    return 0 if found.is_whole else 1


def _told(row: AuditRow) -> dict[str, object]:
    return {**asdict(row), "created_at": row.created_at.isoformat()}


def _wrong(file: str | None, saved: str) -> str:
    if file is None:
        return Sentence("is gone")
    return (
        ""
        if file == saved
        else Sentence("is another file than was saved ({file}, not {saved})", file=file, saved=saved)
    )


def _damage(workspace: Workspace, file: str) -> str:
    try:
        content = workspace.files.read(file)
    except LostFileError:
        return Sentence("is missing")
    return "" if file.startswith(sha256_of(content)) else Sentence("is not what was saved")


if __name__ == "__main__":
    language.speak(language.of_environment())
    sys.exit(main())

"""`python -m core.workspace`: look for lost files, copy, back up, delete what no row names."""

from __future__ import annotations

import argparse
import sys
from datetime import datetime
from pathlib import Path

from core import language
from core.config import workspace_dir
from core.errors import AppError, StoreError
from core.language import say
from core.language.help_texts import translated
from core.language.sentence import print_sentence
from core.workspace.workspace import Workspace

DESCRIPTION = "Look for lost files of a workspace, copy it, back it up, delete what no row names."


def main(arguments: list[str] | None = None) -> int:
    """0 where all files are there, 1 where some are not, 2 where the workspace cannot be opened."""
    options = _parser().parse_args(arguments)
    try:
        with _existing(options) as workspace:
            num_lost = _COMMANDS[options.command](workspace, options)
    except AppError as error:
        print(error, file=sys.stderr)
        return 2
    return 1 if num_lost else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m core.workspace", description=DESCRIPTION)
    commands = parser.add_subparsers(dest="command", required=True)
    check = commands.add_parser("check", help="every row whose file is missing or damaged, one line each")
    copy = commands.add_parser(
        "copy", help="copy all of it to a place that holds nothing: a move, or a backup"
    )
    backup = commands.add_parser(
        "backup", help="copy all of it into a new folder named by the time, and check the copy"
    )
    clean = commands.add_parser("clean", help="delete files that no row names; tells them and asks first")
    for each in (check, copy, backup, clean):
        each.add_argument(
            "--workspace", type=Path, default=workspace_dir(), help="its folder, WORKSPACE_DIR by default"
        )
        each.add_argument("--database_url", help="its rows, DATABASE_URL by default")
        each.add_argument("--files_url", help="its files, FILES_URL by default")
    copy.add_argument("to", type=Path, help="folder of the copy")
    copy.add_argument(
        "--to_database_url", default="", help="rows of the copy, a file in its folder by default"
    )
    copy.add_argument("--to_files_url", default="", help="files of the copy, its folder by default")
    backup.add_argument("to", type=Path, help="folder of the backups")
    clean.add_argument("--yes", action="store_true", help="do not ask")
    return translated(parser)


def _existing(options: argparse.Namespace) -> Workspace:
    if not Workspace.is_at(options.workspace, options.database_url):
        raise StoreError(
            "There is no workspace at {workspace}; give its folder.", workspace=options.workspace
        )
    return Workspace.open(options.workspace, rows_at=options.database_url, files_at=options.files_url)


def _check(workspace: Workspace, _: argparse.Namespace) -> int:
    num_lost = 0
    for line in workspace.lost_files():
        print(line)
        num_lost += 1
    print_sentence(
        "Every file is there." if num_lost == 0 else "{count} file(s) are missing or damaged.", count=num_lost
    )
    return num_lost


def _copy(workspace: Workspace, options: argparse.Namespace) -> int:
    with Workspace.open(
        options.to, rows_at=options.to_database_url, files_at=options.to_files_url, seed=False
    ) as target:
        return _copied(workspace, target)


def _backup(workspace: Workspace, options: argparse.Namespace) -> int:
    folder = options.to / datetime.now().strftime("%Y-%m-%d_%H-%M-%S")
    with Workspace.open(folder, rows_at="", files_at="", seed=False) as target:
        num_lost = _copied(workspace, target)
        print_sentence("The backup is in {folder}.", folder=folder)
        return num_lost + _check(target, options)


def _copied(workspace: Workspace, target: Workspace) -> int:
    def tell(done: int, of: int) -> None:
        if sys.stderr.isatty():
            told = say("{done} of {of} files").format(done=done, of=of)
            print(f"\r{told}", end="\n" if done == of else "", file=sys.stderr)

    num_rows, lost = workspace.copy_to(target, tell)
    print_sentence("{count} rows and their files are copied.", count=num_rows)
    for name in lost:
        print_sentence("{name} is missing and was not copied.", name=name)
    return len(lost)


def _clean(workspace: Workspace, options: argparse.Namespace) -> int:
    names = workspace.images.unused_files()
    for name in names:
        print(name)
    if not names:
        print_sentence("There is no file that no row names.")
        return 0
    question = say("Delete {count} file(s) that no row names? [y/N] ").format(count=len(names))
    if not options.yes and not _agreed(question):
        print_sentence("Nothing was deleted.")
        return 0
    workspace.images.remove_unused(names)
    print_sentence("{count} file(s) are deleted.", count=len(names))
    return 0


def _agreed(question: str) -> bool:
    """No, where nobody is there to answer."""
    try:
        return input(question).strip().lower() in ("y", "yes")
    except EOFError:
        print()
        return False


_COMMANDS = {"check": _check, "copy": _copy, "backup": _backup, "clean": _clean}


if __name__ == "__main__":
    language.speak(language.of_environment())
    sys.exit(main())

"""`python -m core.people`: who may come in where people sign in, and with which role."""

from __future__ import annotations

import argparse
import getpass
import sys
from pathlib import Path

from core import language
from core.config import database_url, workspace_dir
from core.errors import AppError
from core.language import say
from core.language.help_texts import translated
from core.language.sentence import Sentence, print_sentence
from core.people.passwords import hash_password
from core.workspace import PersonRow, Workspace
from core.workspace.names import MAX_NAME_LENGTH
from core.workspace.roles import ROLES

DESCRIPTION = "Who may come in where people sign in, and with which role."


def main(arguments: list[str] | None = None) -> int:
    """0 when done, 2 where that cannot be."""
    try:
        options = _parser().parse_args(arguments)
        if not options.workspace.is_dir() and not database_url():
            raise AppError(
                "There is no workspace at {workspace}; give its folder.", workspace=options.workspace
            )
        with Workspace.open(options.workspace) as workspace:
            _COMMANDS[options.command](workspace, options)
    except AppError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m core.people", description=DESCRIPTION)
    parser.add_argument(
        "--workspace", type=Path, default=workspace_dir(), help="its folder, WORKSPACE_DIR by default"
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="everybody who may come in")
    add = commands.add_parser("add", help="let somebody in; asks for a password")
    role = commands.add_parser("role", help="give another role")
    for each in (add, role):
        each.add_argument("name", type=_name, help="name, or the e-mail address that a sign-in service tells")
    add.add_argument("--role", choices=ROLES, default="reader", help="reader by default")
    add.add_argument("--without_password", action="store_true", help="for who signs in at a service")
    role.add_argument("role", choices=ROLES)
    for name, text in (
        ("password", Sentence("give a new password")),
        ("remove", Sentence("let somebody in no more")),
    ):
        commands.add_parser(name, help=text).add_argument("name", type=_name)
    rename = commands.add_parser("rename", help="give somebody another name, under which they then sign in")
    rename.add_argument("name", type=_name, help="name until now")
    rename.add_argument("new_name", type=_name, help="name from now on")
    return translated(parser)


def _name(said: str) -> str:
    if not said.strip():
        raise argparse.ArgumentTypeError(say("a person needs a name"))
    if len(said.strip()) > MAX_NAME_LENGTH:
        raise argparse.ArgumentTypeError(
            say("a name has at most {most} letters").format(most=MAX_NAME_LENGTH)
        )
    return _in_utf8(said)


def _in_utf8(said: str) -> str:
    """What was typed; Python hands other bytes on as halves of letters, which nothing takes."""
    if any("\ud800" <= letter <= "\udfff" for letter in said):
        raise AppError("What was typed is not in UTF-8; set the terminal to it and try again.")
    return said


def _add(workspace: Workspace, options: argparse.Namespace) -> None:
    hashed = None if options.without_password else hash_password(_ask_password())
    person = workspace.persons.get_or_add(options.name)
    workspace.persons.set_role(person.id, options.role)
    if hashed is not None:
        workspace.persons.set_password_hash(person.id, hashed)
    print_sentence("{name} may come in as {role}.", name=person.name, role=options.role)


def _list(workspace: Workspace, _: argparse.Namespace) -> None:
    with_password = workspace.persons.with_password()
    for person in workspace.persons.list():
        if person.removed_at is None:
            password = "" if person.id in with_password else ", no password"
            print(f"{person.name}: {person.role}{password}")


def _role(workspace: Workspace, options: argparse.Namespace) -> None:
    person = _existing(workspace, options.name)
    workspace.persons.set_role(person.id, options.role)
    print_sentence("{name} is {role} now.", name=person.name, role=options.role)


def _password(workspace: Workspace, options: argparse.Namespace) -> None:
    person = _existing(workspace, options.name)
    workspace.persons.set_password_hash(person.id, hash_password(_ask_password()))
    print_sentence("{name} has a new password; sessions with the old one have ended.", name=person.name)


def _rename(workspace: Workspace, options: argparse.Namespace) -> None:
    person = workspace.persons.rename(_existing(workspace, options.name).id, options.new_name)
    print_sentence(
        "{name} is called {new_name} now, also where they saved, judged and trained before.",
        name=options.name,
        new_name=person.name,
    )


def _remove(workspace: Workspace, options: argparse.Namespace) -> None:
    person = _existing(workspace, options.name)
    workspace.persons.remove(person.id)
    print_sentence("{name} may come in no more; what they made keeps their name.", name=person.name)


_COMMANDS = {
    "add": _add,
    "list": _list,
    "role": _role,
    "password": _password,
    "rename": _rename,
    "remove": _remove,
}


def _existing(workspace: Workspace, name: str) -> PersonRow:
    person = workspace.persons.find(name)
    if person is None:
        raise AppError(
            "There is nobody named {name} here; `python -m core.people list` tells who is.", name=name
        )
    return person


def _ask_password() -> str:
    """Typed twice where somebody sits there, else the first line that comes in."""
    if not sys.stdin.isatty():
        return _in_utf8(sys.stdin.readline().rstrip("\n"))
    password = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != password:
        raise AppError("The two passwords differ; try again.")
    return password


if __name__ == "__main__":
    language.speak(language.of_environment())
    sys.exit(main())

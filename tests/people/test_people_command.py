"""`python -m core.people`: letting people in."""

import io
import subprocess
import sys

import pytest

from core.people.__main__ import main
from core.people.passwords import is_password
from core.workspace import Workspace


@pytest.fixture
def people(tmp_path, monkeypatch, capsys):
    """Runs the command with a password on its input; gives exit code, output and errors."""
    folder = tmp_path / "workspace"
    Workspace.open(folder).close()

    def run(*arguments: str, password: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", io.StringIO(password + "\n"))
        code = main(["--workspace", str(folder), *arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    run.folder = folder
    return run


def test_somebody_is_let_in_gets_a_role_and_is_taken_away(people):
    assert people("add", "Kim", "--role", "reviewer", password="four plain words here")[0] == 0
    assert people("add", "lee@lab.org", "--without_password")[0] == 0
    assert people("list")[1] == "Kim: reviewer\nlee@lab.org: reader, no password\n"
    assert people("role", "kim", "admin")[1] == "Kim is admin now.\n"
    assert people("password", "Kim", password="four other words here")[0] == 0
    with Workspace.open(people.folder) as workspace:
        kim = workspace.persons.find("Kim")
        assert is_password("four other words here", workspace.persons.password_hash(kim.id))
        actions = [row.action for row in workspace.audit.list()]
    assert actions == ["password_set", "role_set", "role_set", "password_set", "role_set"]
    assert people("rename", "Kim", "Kim Min-ji")[1].startswith("Kim is called Kim Min-ji now")
    assert people("list")[1] == "Kim Min-ji: admin\nlee@lab.org: reader, no password\n"
    assert people("remove", "kim min-ji")[0] == 0
    assert people("list")[1] == "lee@lab.org: reader, no password\n"


def test_what_cannot_be_is_one_sentence(people, tmp_path):
    assert people("add", "Kim", password="short")[0] == 2
    code, _, error = people("remove", "Nobody")
    assert code == 2
    assert "There is nobody named Nobody here" in error
    with pytest.raises(SystemExit, match="2"):
        people("add", "  ")
    assert main(["--workspace", str(tmp_path / "none"), "list"]) == 2


def test_a_name_that_would_be_cut_is_refused(people, capsys):
    with pytest.raises(SystemExit, match="2"):
        people("add", "a" * 81, "--without_password")
    assert "a name has at most 80 letters" in capsys.readouterr().err
    assert people("list")[1] == ""


def test_what_is_no_utf_8_is_refused(people):
    # As Python hands on bytes that are none.
    assert people("add", "Kim", password="\udcff" * 12) == (
        *(2, ""),
        "What was typed is not in UTF-8; set the terminal to it and try again.\n",
    )
    assert people("add", "\udcff", "--without_password")[0] == 2
    assert people("list")[1] == ""


def test_rows_on_a_server_need_no_folder(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("DATABASE_URL", "postgresql+psycopg://kim@127.0.0.1:1/lab")
    assert main(["--workspace", str(tmp_path / "not made yet"), "list"]) == 2
    assert "127.0.0.1:1/lab does not answer" in capsys.readouterr().err


def test_as_a_real_process_no_password_is_on_the_disk(people):
    done = subprocess.run(
        [sys.executable, "-m", "core.people", "--workspace", str(people.folder), "add", "Kim"],
        input=b"four plain words here\n",
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    for path in people.folder.rglob("*"):
        assert not path.is_file() or b"four plain words" not in path.read_bytes()

"""A session is the person's, and ends with a new password, a removal, or by itself."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.people import sessions
from core.people.passwords import hash_password
from core.workspace import PersonRow, Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.open(tmp_path / "workspace") as opened:
        yield opened


@pytest.fixture
def kim(workspace) -> PersonRow:
    person = workspace.persons.get_or_add("Kim")
    workspace.persons.set_password_hash(person.id, hash_password("four plain words here"))
    return person


def test_a_session_is_of_the_one_it_began_for(workspace, kim):
    token = sessions.begin(workspace, kim)
    assert sessions.person_of(workspace, token).name == "Kim"
    assert "Kim" not in token


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "MQ.awhA0g.AAAA", "Mg" * 500])
def test_what_is_made_up_is_nobody_s(workspace, kim, token):
    assert sessions.person_of(workspace, token) is None


def test_another_workspace_s_session_is_not_taken(workspace, kim, tmp_path):
    with Workspace.open(tmp_path / "other") as other:
        stranger = other.persons.get_or_add("Kim")
        other.persons.set_password_hash(stranger.id, workspace.persons.password_hash(kim.id))
        assert sessions.person_of(workspace, sessions.begin(other, stranger)) is None


def test_a_new_password_ends_it(workspace, kim):
    token = sessions.begin(workspace, kim)
    workspace.persons.set_password_hash(kim.id, hash_password("four other words here"))
    assert sessions.person_of(workspace, token) is None


def test_a_removal_ends_it_and_coming_back_does_not_bring_it_back(workspace, kim):
    token = sessions.begin(workspace, kim)
    workspace.persons.remove(kim.id)
    assert sessions.person_of(workspace, token) is None
    workspace.persons.set_role(kim.id, "reader")
    assert sessions.person_of(workspace, token) is None


def test_it_ends_by_itself(workspace, kim, monkeypatch):
    token = sessions.begin(workspace, kim)
    monkeypatch.setattr(sessions, "LIFETIME", -1)
    assert sessions.person_of(workspace, token) is None

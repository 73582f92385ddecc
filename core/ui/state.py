"""What one browser session remembers, and the store that all sessions share.

Session state holds only what may be lost: everything that a person made is in the workspace.
"""

from __future__ import annotations

import getpass
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import streamlit as st

from core.registry.predictors import Classifiers, Predictors
from core.ui import words
from core.ui.errors import shown_errors
from core.ui.sign_in import rules as sign_in
from core.ui.store import opened
from core.ui.text import as_name
from core.workflows.arrive.arrival import MaskUse
from core.workflows.correct.thumbnails import start_thumbnails
from core.workspace import Workspace
from core.workspace.names import MAX_NAME_LENGTH, name_key

_PERSON = "person"
_PERSON_ID = "person_id"
_PERSON_OF_WORKSPACE = "person_of_workspace"
_SIGNED_IN = "signed_in"
_SHOWN = "{}_shown"


def workspace() -> Workspace:
    """The store of this server, acted on by whoever signed in here.

    Where people must sign in and nobody has in this session, nothing goes on.
    """
    if not sign_in.is_needed(st.context.headers):
        return opened()
    name = st.session_state.get(_SIGNED_IN)
    if name is None:
        st.stop()
    return _acting_as(name)


@contextmanager
def one_run() -> Iterator[None]:
    """The run of a page sees one state of the store; that none can be opened is told by the page itself."""
    with ExitStack() as stack:
        with suppress(Exception):
            stack.enter_context(opened().one_run())
        yield


def signed_in() -> str | None:
    """Who signed in, None where nobody has to or has."""
    name: str | None = st.session_state.get(_SIGNED_IN)
    return name


def set_signed_in(name: str | None) -> None:
    """Remember in this session who signed in, as the gate found at the beginning of a run."""
    st.session_state[_SIGNED_IN] = name


@st.cache_resource(show_spinner=False)
def _acting_as(name: str) -> Workspace:
    return opened().acting_as(name)


@st.cache_resource(show_spinner=False)
def predictors() -> Predictors:
    """The loaded models of this server, shared by all sessions."""
    return Predictors()


@st.cache_resource(show_spinner=False)
def classifiers() -> Classifiers:
    """The loaded classifiers of this server, shared by all sessions."""
    return Classifiers()


@st.cache_resource(show_spinner=False)
def labelling() -> ThreadPoolExecutor:
    """One thread that asks classifiers, so that no page has to wait for one."""
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="labels")


@st.cache_resource(show_spinner=False)
def background() -> ThreadPoolExecutor:
    """One thread that gets things ready while the person looks at something else."""
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="ahead")


@st.cache_resource(show_spinner=False)
def thumbnails_ahead(task_id: int) -> threading.Thread:
    """The thread that makes a task's thumbnails, begun once for each task and server."""
    return start_thumbnails(opened(), task_id)


def person() -> str:
    """Who works in this browser: the name given there, else the workspace's, else the system's user.

    By the name that they are called now: a press comes before the run of the page that it is on.
    """
    follow_new_name()
    return _last_called()


def _last_called() -> str:
    return signed_in() or given_name() or name_of_workspace()


def given_name() -> str:
    """The name that was given in this browser, "" for none."""
    return str(st.session_state.get(_PERSON, ""))


def name_of_workspace() -> str:
    """Who works here while no name is given; asked many times in a run, and read once in a session."""
    if _PERSON_OF_WORKSPACE not in st.session_state:
        st.session_state[_PERSON_OF_WORKSPACE] = workspace().settings.get(_PERSON) or _system_user()
    return str(st.session_state[_PERSON_OF_WORKSPACE])


def set_person(name: str) -> None:
    """Take a name for this session; the shell has the browser remember it."""
    before, st.session_state[_PERSON] = _last_called(), name.strip()[:MAX_NAME_LENGTH]
    if given_name():
        workspace().persons.get_or_add(given_name())
    # At once: by the next run the name may be another one.
    st.session_state[_PERSON_ID] = _number_of(_last_called())
    if _last_called() != before:
        workspace().presence.leave(before)


def follow_new_name() -> None:
    """Take the name that the person here was given in another tab since.

    Under the old name what they make next would be somebody else's. Who signed in is told by the gate.
    """
    if signed_in() is not None:
        return
    known = st.session_state.get(_PERSON_ID)
    if known is None:
        st.session_state[_PERSON_ID] = _number_of(_last_called())
        return
    now = workspace().persons.get(known)
    if now is not None and name_key(now.name) != name_key(_last_called()):
        st.session_state[_PERSON] = now.name
        tell("toast", words.RENAMED.format(name=as_name(now.name)))


def begin_as(name: str) -> None:
    """Take the name that came with the browser's first request, until one is given or taken away here."""
    if name and signed_in() is None and _PERSON not in st.session_state:
        take_remembered_name(name)


def take_remembered_name(name: str) -> None:
    """Take the name that the browser remembers, or what whoever bore it is called now."""
    now = workspace().persons.once_called(name)
    set_person(name if now is None else now.name)
    if now is not None:
        tell("toast", words.RENAMED.format(name=as_name(now.name)))


def take_typed_name(name: str) -> None:
    """Take a name that was typed; where it is somebody's already, that is said."""
    known, before = workspace().persons.find(name) if name.strip() else None, person()
    set_person(name)
    if known is not None and name_key(known.name) != name_key(before):
        tell("info", words.KNOWN_NAME.format(name=as_name(known.name)))


def _number_of(name: str) -> int | None:
    """Of the person of a name in the store, None for one who has made nothing yet."""
    found = workspace().persons.find(name) if name.strip() else None
    return None if found is None else found.id


def _system_user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "me"


@dataclass
class PageState:
    """What the Segment page of one session remembers between reruns.

    Attributes:
        uploads: Counts uploads, so that the uploader empties itself after each.
        messages: What to tell at the next run: (kind, text), kind is "success", "info", "warning", "error"
            or "toast".
        shown: Those that the run which goes on now has drawn.
        version_of_task: Version chosen in the Model box, by task id.
        mask_use: What masks that come along are for, as it was said last.
    """

    uploads: int = 0
    messages: list[tuple[str, str]] = field(default_factory=list)
    shown: list[tuple[str, str]] = field(default_factory=list)
    version_of_task: dict[int, int] = field(default_factory=dict)
    mask_use: MaskUse = "reference"


def page_state() -> PageState:
    """This session's page state, made at its first use."""
    return st.session_state.setdefault("page_state", PageState())  # type: ignore[no-any-return]


def use_current_version(task_id: int) -> None:
    """Forget which version was chosen in the Model box: the one in use has changed."""
    page_state().version_of_task.pop(task_id, None)


def tell(kind: str, text: str) -> None:
    """Show a message at the top of the next run."""
    page_state().messages.append((kind, text))


def told_errors() -> AbstractContextManager[None]:
    """For callbacks: what is refused inside is drawn by the next run, and what follows inside is left out."""
    return shown_errors(partial(tell, "error"))


def show_kept(key: str, kept: object) -> None:
    """Set a control to what the store has, where that is news.

    A control of its own memory would put back what somebody else has changed since the page was drawn; one
    that is set by every run would lose the keys pressed on it meanwhile.
    """
    shown = _SHOWN.format(key)
    if key not in st.session_state or st.session_state.get(shown) != kept:
        st.session_state[key] = st.session_state[shown] = kept


@contextmanager
def keeping(key: str) -> Iterator[Any]:
    """For callbacks of such a control: its value, to be kept inside; where that is refused it is set back."""
    shown = _SHOWN.format(key)
    st.session_state.pop(shown, None)
    with told_errors():
        yield st.session_state[key]
        st.session_state[shown] = st.session_state[key]


def show_messages() -> None:
    """Draw what `tell` kept; once more where the run that drew it last came to no end.

    In a place that is always there: what comes below, such as an editor with its steps, would be made anew
    when a message goes.
    """
    show = {"success": st.success, "info": st.info, "warning": st.warning, "error": st.error}
    here = page_state()
    here.shown += here.messages
    here.messages.clear()
    with st.container():
        for kind, text in here.shown:
            if kind == "toast":
                st.toast(text)
            else:
                show[kind](text)
    here.shown = [each for each in here.shown if each[0] != "toast"]


def run_has_ended() -> None:
    """What was drawn is seen; called where nothing began the run anew."""
    page_state().shown.clear()

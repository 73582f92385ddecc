"""What surrounds every page: entering it, the side bar with task, name and running job, plain errors.

The router calls `route`; a page calls `enter` first.
"""

from __future__ import annotations

import json
from pathlib import Path
from zlib import crc32

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from core import language
from core.config import PROJECT_DIR
from core.ui import state, words
from core.ui.dialog import page_begins
from core.ui.errors import plain_errors as plain_errors
from core.ui.language import choose_language, cookie, session_language, streamlit_words
from core.ui.remembered import name_in_cookie, remembered_name
from core.ui.running_job import running_job
from core.ui.sign_in.asking import ask_who, show_who
from core.ui.task_box import choose_task
from core.ui.text import LITERAL_STYLE, as_name
from core.workspace import TaskRow, Workspace

_ICON = Path(__file__).with_name("icon.svg")
_POPOVERS = Path(__file__).with_name("popovers.js").read_text(encoding="utf-8")
_STREAMLIT = Path(__file__).with_name("streamlit_words.js").read_text(encoding="utf-8")
_PAGES = {
    "segment": ":material/brush:",
    "review": ":material/rate_review:",
    "fine_tune": ":material/model_training:",
    "models": ":material/deployed_code_history:",
    "experiments": ":material/science:",
}
_STYLE = Path(__file__).with_name("shell.css").read_text(encoding="utf-8")


def route() -> None:
    """Run the page that the address names, with the side bar's page list around it."""
    st.set_page_config(page_title=words.APP_NAME, page_icon=str(_ICON), layout="wide")
    current = st.navigation([page(name) for name in _PAGES], position="hidden")
    with state.one_run(), language.spoken(session_language()):
        current.run()
    state.run_has_ended()


def enter() -> TaskRow:
    """Begin a page: the side bar; gives the task that is chosen there."""
    page_begins()
    st.html(f"<style>{_STYLE}</style>{LITERAL_STYLE}{streamlit_words()}")
    said = f"globalThis.maskLoopWords = {json.dumps(dict(words.STREAMLIT))};"
    st.html(f"<script>{_POPOVERS}{said}{_STREAMLIT}</script>", unsafe_allow_javascript=True)
    ask_who()
    workspace = state.workspace()
    state.begin_as(name_in_cookie())
    state.follow_new_name()
    with st.sidebar:
        links = st.container(gap="small")
        task = choose_task(workspace)
        with links:
            _link_pages(workspace, task)
        running_job(workspace)
        if state.signed_in() is None:
            _choose_name()
        else:
            show_who()
            remembered_name("", cookie())
        choose_language()
    return task


def page(name: str) -> StreamlitPage:
    """A page of the app by the name of its file, to link to and to switch to."""
    # By its whole path: relative ones depend on which file the server was started with.
    return st.Page(
        PROJECT_DIR / "pages" / f"{name}.py",
        title=words.PAGES[name],
        icon=_PAGES[name],
        default=name == "segment",
    )


def _link_pages(workspace: Workspace, task: TaskRow) -> None:
    """The page list; each link has the whole address, so that the way back is one press."""
    image_id = workspace.images.last_looked_at(task.id, state.person())
    for name in _PAGES:
        query = {"task": task.slug}
        if name == "segment" and image_id is not None:
            query["image"] = str(image_id)
        st.page_link(page(name), query_params=query)


def _choose_name() -> None:
    kept = remembered_name(state.given_name(), cookie())
    if kept and not state.given_name():
        state.take_remembered_name(kept)
    # What the box shows is who works here, also when the browser has just told it. One box for each name: a
    # closed one is not told of another, and would tell the one before at the next press. A name is no key.
    key = f"your_name_{crc32(state.person().encode())}"
    st.session_state[key] = state.person()
    with st.popover(
        as_name(state.person()), width="stretch", icon=":material/person:", help=words.YOUR_NAME_HELP
    ):
        st.text_input(words.YOUR_NAME, key=key, max_chars=80, on_change=_take_name, args=(key,))
        st.caption(words.YOUR_NAME_HELP)
        with st.expander(words.RENAME_ME):
            st.caption(words.RENAME_ME_HELP)
            st.text_input(words.RENAME_ME_TO, key="right_name", max_chars=80)
            st.button(words.RENAME_ME_DO, on_click=_rename_me)
    if not state.given_name():
        st.caption(words.ASK_NAME)


def _rename_me() -> None:
    name, persons = st.session_state["right_name"], state.workspace().persons
    if not name.strip():
        return
    person = persons.get_or_add(state.person())
    with state.told_errors():
        state.set_person(persons.rename(person.id, name, who=person.name).name)
        st.session_state["right_name"] = ""
        state.tell("success", words.RENAMED.format(name=as_name(state.person())))


def _take_name(key: str) -> None:
    state.take_typed_name(st.session_state[key])

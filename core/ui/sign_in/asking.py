"""What each run of a page asks first: who is here, where people must sign in."""

from __future__ import annotations

from html import escape

import streamlit as st

from core.people import sessions
from core.ui import state
from core.ui.sign_in import rules, words
from core.ui.sign_in.gate import SIGN_IN, SIGN_OUT
from core.ui.store import opened
from core.ui.text import as_name
from core.workspace import PersonRow


def ask_who() -> None:
    """Go on only with somebody who is signed in, where that is needed; no address leads past it."""
    if not rules.is_needed(st.context.headers):
        return
    by_service = rules.way() == "service"
    person = _of_service() if by_service else _of_cookie()
    state.set_signed_in(None if person is None else person.name)
    if person is None:
        st.stop()


def show_who() -> None:
    """Name, role and the way out."""
    name = state.signed_in() or ""
    person = opened().persons.find(name)
    with st.popover(as_name(name), width="stretch", icon=":material/person:"):
        if person is not None:
            st.caption(words.YOUR_ROLE.format(role=words.ROLES.get(person.role, person.role)))
        if rules.way() == "service":
            st.button(words.SIGN_OUT, on_click=st.logout, width="stretch")
        else:
            _leave_for(SIGN_OUT, words.SIGN_OUT)


def _of_cookie() -> PersonRow | None:
    token = st.context.cookies.get(sessions.COOKIE, "")
    person = sessions.person_of(opened(), token) if token else None
    if person is None:
        st.info(words.SIGN_IN_ENDED)
        _leave_for(SIGN_IN, words.SIGN_IN)
    return person


def _leave_for(path: str, label: str) -> None:
    """A link of this very tab; Streamlit's own button opens another one and leaves this one as it is."""
    st.html(f'<a href="{path}" target="_self">{escape(label)}</a>')


def _of_service() -> PersonRow | None:
    if not st.user.is_logged_in:
        st.markdown(words.SIGN_IN_SERVICE)
        st.button(words.SIGN_IN, type="primary", on_click=st.login)
        return None
    name = str(st.user.get("email") or st.user.get("name") or "")
    person = opened().persons.find(name) if name else None
    if person is None:
        st.warning(words.NOT_LISTED.format(name=as_name(name)))
        st.button(words.SIGN_OUT, on_click=st.logout)
    return person

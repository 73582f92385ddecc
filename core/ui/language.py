"""Which language this session reads: the switch, else what this browser chose before, else its own.

The choice is kept in a cookie, which the server has before it draws the first page.
"""

from __future__ import annotations

from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core import language
from core.ui import words

_CHOSEN = "chosen_language"
_COOKIE = "mask-loop-language"


def session_language() -> str:
    """The language of the running session, "" outside of one."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return ""
    chosen = st.session_state.get(_CHOSEN)
    if chosen is None:
        kept = st.context.cookies.get(_COOKIE)
        chosen = kept if kept in language.LANGUAGES else language.known(st.context.locale or "")
        st.session_state[_CHOSEN] = chosen
    return str(chosen)


def of_request(headers: Mapping[str, str]) -> str:
    """The language of a request outside of a session, such as that of the sign-in form."""
    try:
        kept = SimpleCookie(headers.get("cookie", "")).get(_COOKIE)
    except CookieError:
        kept = None
    return language.known(kept.value if kept else headers.get("accept-language", ""))


def choose_language() -> None:
    """The switch; its label is in both languages, so that it is found in either."""
    st.session_state["language"] = session_language()
    st.selectbox(
        words.LANGUAGE,
        list(language.LANGUAGES),
        format_func=lambda each: language.LANGUAGES[each],
        key="language",
        label_visibility="collapsed",
        on_change=_take,
    )


def streamlit_words() -> str:
    """A style that says in the session's language what Streamlit's own uploader says in English."""
    if session_language() == language.ENGLISH:
        return ""
    return f"""
<style>
[data-testid="stFileUploaderDropzone"] button [data-testid="stMarkdownContainer"] p {{ font-size: 0; }}
[data-testid="stFileUploaderDropzone"] button [data-testid="stMarkdownContainer"] p::after {{
  content: "{words.UPLOAD_BUTTON}"; font-size: 1rem; }}
</style>
"""


def cookie() -> str:
    """The cookie that the browser is to keep, as JavaScript writes one; "" before anything was chosen."""
    chosen = st.session_state.get("language_was_chosen")
    return f"{_COOKIE}={session_language()}; path=/; max-age=31536000; SameSite=Lax" if chosen else ""


def _take() -> None:
    st.session_state[_CHOSEN] = st.session_state["language"]
    st.session_state["language_was_chosen"] = True


language.ask_session(session_language)

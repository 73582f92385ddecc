"""What goes wrong on a page, or in a part of it that runs by itself, as one sentence."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterator
from uuid import uuid4

import streamlit as st
from streamlit.runtime.scriptrunner import RerunException, StopException

from core.errors import AppError, UnreachableError
from core.ui import words
from core.ui.text import as_text

logger = logging.getLogger(__name__)


@contextlib.contextmanager
def shown_errors(show: Callable[[str], object] | None = None) -> Iterator[None]:
    """Say what is refused inside in one sentence, and go on behind it.

    Args:
        show: What says it; None for an error where one is.
    """
    try:
        yield
    except AppError as error:
        (show or st.error)(as_text(str(error)))


@contextlib.contextmanager
def plain_errors() -> Iterator[None]:
    """Turn what goes wrong inside into one sentence there; the traceback goes to the server's log.

    A fragment runs without its page, so each one has its own: `@plain_errors()` under `@st.fragment`.
    """
    try:
        yield
    except (RerunException, StopException):
        raise
    except AppError as error:
        st.error(as_text(str(error)))
        if isinstance(error, UnreachableError):
            st.caption(words.DRAWN_WAITS)
            # Any press runs the page again; there may be one for each part of it.
            st.button(words.TRY_AGAIN, icon=":material/refresh:", key=uuid4().hex)
    except Exception:
        logger.exception("A page failed")
        st.error(words.UNEXPECTED_ERROR)

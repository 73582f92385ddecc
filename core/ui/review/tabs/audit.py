"""The tab of the Review page that tells who did what: a short list, a check, and files to take away."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import streamlit as st

from core.review.audit import as_csv, as_json_lines, verify
from core.ui import state
from core.ui.review import words as review_words
from core.ui.review.tabs import words
from core.ui.segment.seen import unread_for
from core.ui.sign_in import words as role_words
from core.ui.text import as_text
from core.workspace import AuditRow, TaskRow, Workspace

_SHOWN = 50


def show(task: TaskRow) -> None:
    """The whole tab."""
    workspace = state.workspace()
    workspace.require("audit")
    st.caption(words.AUDIT_INTRO)
    seal = workspace.audit.last_seal()
    if not seal:
        st.info(words.AUDIT_EMPTY)
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(words.AUDIT_SEAL, seal, disabled=True, help=words.AUDIT_SEAL_HELP, key=f"seal_{seal}")
        check = st.button(words.AUDIT_VERIFY, icon=":material/verified_user:", help=words.AUDIT_VERIFY_HELP)
        for label, name, write in (
            (words.AUDIT_CSV, "audit.csv", as_csv),
            (words.AUDIT_JSON, "audit.jsonl", as_json_lines),
        ):
            st.download_button(
                label,
                partial(_written, workspace, write),
                file_name=name,
                on_click="ignore",
                icon=":material/download:",
            )
    if check:
        with st.spinner(words.AUDIT_VERIFY):
            _tell(workspace)
    action, who = _choose(workspace, task)
    rows = workspace.audit.list(limit=_SHOWN, task_id=task.id, action=action, who=who)
    # What was said of a gold image is no news to who is to read it yet; the files have it all.
    unread, num_found = unread_for(task).all, len(rows)
    rows = [each for each in rows if each.facts.get("image") not in unread]
    if not rows:
        st.info(words.AUDIT_EMPTY)
        return
    st.dataframe([_told(row) for row in rows], hide_index=True, width="stretch")
    if num_found == _SHOWN:
        st.caption(words.AUDIT_NEWEST.format(count=_SHOWN))


def _written(workspace: Workspace, write: Callable[[Iterator[AuditRow]], bytes]) -> bytes:
    return write(workspace.audit.rows())


def _tell(workspace: Workspace) -> None:
    found = verify(workspace)
    if found.is_whole:
        st.success(words.AUDIT_WHOLE.format(count=found.num_rows))
    if found.first_altered is not None:
        st.error(words.AUDIT_ALTERED.format(number=found.first_altered))
    if found.masks:
        lines = "\n".join(f"- {as_text(line)}" for line in found.masks[:_SHOWN])
        st.error(f"{words.AUDIT_MASKS.format(count=len(found.masks))}\n\n{lines}")


def _choose(workspace: Workspace, task: TaskRow) -> tuple[str | None, str | None]:
    """What and whose entries are listed; None for all."""
    actions = {"": words.AUDIT_ALL, **words.ACTION}
    persons = ["", *workspace.audit.persons(task.id)]
    left, right = st.columns(2)
    with left:
        action = st.selectbox(words.AUDIT_WHAT, list(actions), format_func=actions.__getitem__)
    with right:
        who = st.selectbox(words.AUDIT_WHO, persons, format_func=lambda name: name or words.AUDIT_EVERYBODY)
    return action or None, who or None


def _told(row: AuditRow) -> dict[str, Any]:
    return {
        words.AUDIT_NUMBER: row.id,
        words.AUDIT_WHEN: row.created_at.astimezone().strftime("%Y-%m-%d %H:%M:%S"),
        words.AUDIT_WHO: row.who or words.AUDIT_PROGRAM,
        words.AUDIT_WHAT: words.ACTION.get(row.action, row.action),
        words.AUDIT_DETAILS: _details(row),
    }


def _codes() -> dict[str, dict[str, str]]:
    """What people read for the codes among the facts."""
    return {
        "verdict": words.VERDICT,
        "reasons": review_words.REASONS,
        "why": words.WHY,
        "kind": words.KIND,
        "role": role_words.ROLES,
    }


def _details(row: AuditRow) -> str:
    """What the facts of an entry say, those that a person can read."""
    said = []
    for name, text in words.FACT.items():
        value = row.facts.get(name)
        # 0 and False too: what is switched off is not told.
        if not value:
            continue
        codes = _codes().get(name, {})
        shown = (str(codes.get(each, each)) for each in (value if isinstance(value, list) else [value]))
        said.append(text.format(value=", ".join(shown)))
    return ", ".join(said)

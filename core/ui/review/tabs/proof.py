"""What gold images and planted errors prove: each sees their own numbers, who judges may see everybody's."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.evaluation.proportions import Proportion, proportion
from core.review.planted import KINDS
from core.review.readers import ImageAgreement
from core.ui import state
from core.ui.review.tabs import words
from core.ui.review.tabs.agreement_row import row, share, share_interval
from core.workflows.correct.blind import same_person
from core.workflows.review.agreement import Pair, TaskAgreement
from core.workspace import PlantedRow, TaskRow


def again(found: TaskAgreement) -> dict[Pair, list[ImageAgreement]]:
    """How readers' masks agree with their own of weeks before, of each whom the person here may see."""
    everybody = bool(found.with_self) and state.workspace().may("judge") and _wants_everybody("again")
    own = {pair: of for pair, of in found.with_self.items() if same_person(pair[0], state.person())}
    if found.with_self and not (everybody or own):
        st.write(words.AGAIN_OWN_NONE)
    return found.with_self if everybody else own


def gold(task: TaskRow, found: TaskAgreement) -> None:
    """How readers' masks of gold images agree with the gold ones."""
    count = state.workspace().gold.count(task.id)
    if not count and not task.review_rules.gold_percent:
        return
    st.subheader(words.GOLD_TITLE)
    judges = state.workspace().may("judge")
    if judges:
        line = words.GOLD_COUNT_ONE if count == 1 else words.GOLD_COUNT
        st.caption(line.format(count=count) if count else words.GOLD_NONE)
    everybody = judges and _wants_everybody("gold")
    shown = {who: of for who, of in found.gold.items() if everybody or same_person(who, state.person())}
    if not shown:
        st.write(words.GOLD_UNREAD if everybody else words.GOLD_OWN_NONE)
        return
    rows = [row(who, images, found) for who, images in sorted(shown.items())]
    st.dataframe(rows, hide_index=True, width="stretch")


def planted(task: TaskRow) -> None:
    """How many planted errors reviewers have caught."""
    rows = state.workspace().planted.of_task(task.id)
    if not rows and not task.review_rules.planted_percent:
        return
    st.subheader(words.PLANTED_TITLE)
    everybody = state.workspace().may("judge") and _wants_everybody("planted")
    shown = [each for each in rows if everybody or same_person(each.who, state.person())]
    if not shown:
        st.write(words.PLANTED_NONE if everybody else words.PLANTED_OWN_NONE)
        return
    all_of = _caught(shown)
    st.markdown(
        words.PLANTED_ALL.format(
            count=all_of.count, total=all_of.total, low=100 * all_of.low, high=100 * all_of.high
        )
    )
    names = sorted({each.who for each in shown})
    table = [_planted_row(who, [each for each in shown if each.who == who]) for who in names]
    st.dataframe(table, hide_index=True, width="stretch")


def _planted_row(who: str, rows: Sequence[PlantedRow]) -> dict[str, str]:
    found = _caught(rows)
    kinds = {kind: _caught([each for each in rows if each.kind == kind]) for kind in KINDS}
    return {
        words.AGREEMENT_WHO: who,
        words.PLANTED_ALL_KEY: share(found),
        words.AGREEMENT_DICE_INTERVAL: share_interval(found),
        **{
            words.PLANTED_KINDS[kind]: share(of) if of.total else words.NONE_YET for kind, of in kinds.items()
        },
    }


def _caught(rows: Sequence[PlantedRow]) -> Proportion:
    return proportion(sum(each.verdict == "flagged" for each in rows), len(rows))


def _wants_everybody(what: str) -> bool:
    return st.toggle(words.GOLD_EVERYBODY, help=words.GOLD_EVERYBODY_HELP, key=f"everybody_{what}")

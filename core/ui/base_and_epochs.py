"""Fine-tune: where a training starts from and how long it takes, asked alike for masks and for labels."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from core.ui import words
from core.workspace import VersionRow

SCRATCH = 0
MOST_EPOCHS = 500


def choose_base_and_epochs(
    versions: Sequence[VersionRow],
    current_id: int | None,
    suggested_epochs: Callable[[int | None], int],
    *,
    key: str,
) -> tuple[int | None, int]:
    """The version to go on from, None for none, and the number of epochs.

    Args:
        versions: To choose from.
        current_id: The one that is proposed, None for training from scratch.
        suggested_epochs: Epochs that suit a base.
        key: Of the widgets; a task has one for masks and one for labels.
    """
    titles = {version.id: version.title for version in versions} | {SCRATCH: words.FROM_SCRATCH}
    left, right = st.columns(2)
    with left:
        base = st.selectbox(
            words.BASE_MODEL,
            list(titles),
            index=list(titles).index(current_id or SCRATCH),
            format_func=titles.__getitem__,
            key=f"base_{key}",
        )
        st.caption(words.BASE_MODEL_HELP)
    with right:
        epochs = st.number_input(
            words.EPOCHS,
            min_value=1,
            max_value=MOST_EPOCHS,
            value=suggested_epochs(base or None),
            key=f"epochs_{key}_{base}",
        )
        st.caption(words.EPOCHS_HELP)
    return base or None, int(epochs)

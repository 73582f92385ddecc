"""The chart of two readers' areas (Bland and Altman 1986)."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.review.readers import ImageAgreement, summarise_pair
from core.ui.charts import LINE_COLOUR, MARK_COLOUR
from core.ui.review.tabs import words

_HEIGHT = 280


def bland_altman(images: Sequence[ImageAgreement], title: str, *, in_mm: bool) -> None:
    """Difference of the areas over their mean, with its mean and its limits of agreement.

    Args:
        images: Of one pair of readers.
        title: Who is compared with whom, as Markdown.
        in_mm: Areas are in mm2, else in pixels.
    """
    # A second at the first chart instead of at the start of every page.
    import altair as alt
    import pandas as pd

    x_title, y_title = (each["mm" if in_mm else "px"] for each in (words.BLAND_X, words.BLAND_Y))
    found = summarise_pair(images)
    data = pd.DataFrame(
        {
            "mean": [(each.found.first_area + each.found.second_area) / 2 for each in images],
            "difference": [each.found.first_area - each.found.second_area for each in images],
            "name": [each.name for each in images],
        }
    )
    lines = pd.DataFrame(
        {
            "at": [found.area_high, found.area_difference, found.area_low],
            "what": [words.BLAND_HIGH, words.BLAND_MEAN, words.BLAND_LOW],
            "dash": ["limit", "mean", "limit"],
        }
    )
    points = (
        alt.Chart(data)
        .mark_point(size=60, filled=True, opacity=1.0, color=MARK_COLOUR)
        .encode(
            x=alt.X("mean:Q", title=x_title, scale=alt.Scale(zero=False)),
            y=alt.Y("difference:Q", title=y_title),
            tooltip=[
                alt.Tooltip("name:N", title=words.PROGRESS_NAME),
                alt.Tooltip("mean:Q", title=x_title, format=".0f"),
                alt.Tooltip("difference:Q", title=y_title, format="+,.0f"),
            ],
        )
    )
    dashes = alt.Scale(domain=["limit", "mean"], range=[[5, 4], [1, 0]])
    rules = (
        alt.Chart(lines)
        .mark_rule(strokeWidth=1.5, color=LINE_COLOUR)
        .encode(y="at:Q", strokeDash=alt.StrokeDash("dash:N", scale=dashes, legend=None), tooltip="what:N")
    )
    names = (
        alt.Chart(lines)
        .mark_text(align="left", baseline="bottom", dx=4, dy=-2, color=LINE_COLOUR)
        .encode(x=alt.value(0), y="at:Q", text="what:N")
    )
    st.caption(title)
    st.altair_chart(alt.layer(rules, names, points).properties(height=_HEIGHT), width="stretch")
    st.caption(words.BLAND_HELP)

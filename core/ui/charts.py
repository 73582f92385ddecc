"""Charts of the pages: named axes, line styles beside colours, the point under the cursor told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

# Okabe and Ito's blue and vermilion: told apart by colour-blind people, and by the dashes besides.
_COLOURS = ["#0072B2", "#D55E00"]
_DASHES = [[1, 0], [6, 3]]


def curve(
    series: Mapping[str, Sequence[float | None]], *, title: str, x_title: str, height: int = 220
) -> None:
    """Draw one curve a series over 1, 2, 3 ...

    Args:
        series: Values by name, at most two names; None leaves a gap.
        title: Name of the vertical axis, with its unit where it has one.
        x_title: Name of the horizontal axis.
        height: In pixels.
    """
    # A second at the first chart instead of at the start of every page.
    import altair as alt
    import pandas as pd

    names = [name for name, values in series.items() if any(value is not None for value in values)]
    rows = [
        {"x": index, "value": value, "series": name}
        for name, values in series.items()
        for index, value in enumerate(values, start=1)
        if value is not None
    ]
    if not rows:
        st.caption(title)
        return
    scale = alt.Scale(domain=names, range=_COLOURS[: len(names)])
    dashes = alt.Scale(domain=names, range=_DASHES[: len(names)])
    legend = alt.Legend(title=None, orient="top")
    chart = (
        alt.Chart(pd.DataFrame(rows))
        .mark_line(point=alt.OverlayMarkDef(size=30))
        .encode(
            x=alt.X("x:Q", title=x_title, axis=alt.Axis(tickMinStep=1, format="d")),
            y=alt.Y("value:Q", title=title, scale=alt.Scale(zero=False)),
            color=alt.Color("series:N", scale=scale, legend=legend),
            strokeDash=alt.StrokeDash("series:N", scale=dashes, legend=legend),
            tooltip=[
                alt.Tooltip("series:N", title=" "),
                alt.Tooltip("x:Q", title=x_title),
                alt.Tooltip("value:Q", title=title, format=".4f"),
            ],
        )
        .properties(height=height)
    )
    st.altair_chart(chart, width="stretch")

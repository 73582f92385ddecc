"""Charts of the pages: named axes, line styles beside colours, the point under the cursor told."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import streamlit as st

# Okabe and Ito's colours less black and yellow, which one of the two themes hides: told apart by colour-blind
# people, and by the dashes besides.
_COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"]
MARK_COLOUR, MEAN_COLOUR = _COLOURS[0], _COLOURS[1]
"""Of single points, and of what is drawn through them."""
LINE_COLOUR = "#777777"
"""Of lines that mark a place and of what they are called: read on both themes."""
_DASHES = [[1, 0], [6, 3], [2, 2], [8, 3, 2, 3], [12, 4], [4, 6]]
_QUIET_COLOUR = "#8C8C8C"
MOST_NAMED = len(_COLOURS)
"""More lines than that are told apart by nobody; the rest is better drawn quietly."""
_MOST_MARKED = 40


def curve(
    series: Mapping[str, Sequence[float | None]],
    *,
    title: str,
    x_title: str,
    height: int = 220,
    quiet: Collection[str] = (),
) -> None:
    """Draw one curve a series over 1, 2, 3 ...

    Args:
        series: Values by name; None leaves a gap. Colours begin again after `MOST_NAMED` names.
        title: Name of the vertical axis, with its unit where it has one.
        x_title: Name of the horizontal axis.
        height: In pixels.
        quiet: Names that are drawn thin and grey behind the others and left out of the legend.
    """
    # A second at the first chart instead of at the start of every page.
    import altair as alt
    import pandas as pd

    shown = [name for name, values in series.items() if any(value is not None for value in values)]
    if not shown:
        st.caption(title)
        return
    loud = [name for name in shown if name not in quiet]
    legend = alt.Legend(
        title=None,
        orient="top",
        labelLimit=0,
        columns=4,
        symbolType="stroke",
        symbolSize=500,
        symbolStrokeWidth=2,
    )
    colours = alt.Scale(domain=loud, range=[_COLOURS[place % MOST_NAMED] for place in range(len(loud))])
    # A colour that comes round again has another dash.
    turns = [(place + place // MOST_NAMED) % len(_DASHES) for place in range(len(loud))]
    dashes = alt.Scale(domain=loud, range=[_DASHES[turn] for turn in turns])
    marked = not quiet and max(len(values) for values in series.values()) <= _MOST_MARKED
    axes = {
        "x": alt.X("x:Q", title=x_title, axis=alt.Axis(tickMinStep=1, format="d")),
        "y": alt.Y("value:Q", title=title, scale=alt.Scale(zero=False)),
        "tooltip": [
            alt.Tooltip("series:N", title=" "),
            alt.Tooltip("x:Q", title=x_title),
            alt.Tooltip("value:Q", title=title, format=".4f"),
        ],
    }
    chart = (
        alt.Chart(pd.DataFrame(_rows(series, loud)))
        .mark_line(point=alt.OverlayMarkDef(size=26) if marked else False)
        .encode(
            color=alt.Color("series:N", scale=colours, legend=legend),
            strokeDash=alt.StrokeDash("series:N", scale=dashes, legend=legend),
            **axes,
        )
    )
    if len(loud) < len(shown):
        behind = alt.Chart(pd.DataFrame(_rows(series, [name for name in shown if name in quiet])))
        chart = (
            behind.mark_line(color=_QUIET_COLOUR, strokeWidth=0.8).encode(detail="series:N", **axes) + chart
        )
    st.altair_chart(chart.properties(height=height), width="stretch")


def _rows(series: Mapping[str, Sequence[float | None]], names: Sequence[str]) -> list[dict[str, Any]]:
    return [
        {"x": index, "value": value, "series": name}
        for name in names
        for index, value in enumerate(series[name], start=1)
        if value is not None
    ]

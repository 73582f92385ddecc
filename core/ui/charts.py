"""Charts of the pages: named axes, line styles beside colours, the point under the cursor told."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import streamlit as st

# Okabe and Ito's colours less black and yellow, which one of the two themes hides: told apart by colour-blind
# people, and by the dashes besides.
_COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"]
_DASHES = [[1, 0], [6, 3], [2, 2], [8, 3, 2, 3], [12, 4], [4, 6]]
_QUIET_COLOUR, _QUIET_DASH = "#8C8C8C", [1, 0]
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
    # Drawn in this order, so that the quiet ones lie behind.
    names = sorted(shown, key=lambda name: name not in quiet)
    rows = [
        {"x": index, "value": value, "series": name}
        for name in names
        for index, value in enumerate(series[name], start=1)
        if value is not None
    ]
    loud = [name for name in names if name not in quiet]
    legend = alt.Legend(
        title=None,
        orient="top",
        values=loud,
        labelLimit=0,
        columns=4,
        symbolType="stroke",
        symbolSize=500,
        symbolStrokeWidth=2,
    )
    colours, dashes, widths = _styles(names, quiet)
    marked = not quiet and max(len(values) for values in series.values()) <= _MOST_MARKED
    chart = (
        alt.Chart(pd.DataFrame(rows))
        .mark_line(point=alt.OverlayMarkDef(size=26) if marked else alt.OverlayMarkDef(size=26, opacity=0))
        .encode(
            x=alt.X("x:Q", title=x_title, axis=alt.Axis(tickMinStep=1, format="d")),
            y=alt.Y("value:Q", title=title, scale=alt.Scale(zero=False)),
            color=alt.Color("series:N", scale=alt.Scale(domain=names, range=colours), legend=legend),
            strokeDash=alt.StrokeDash("series:N", scale=alt.Scale(domain=names, range=dashes), legend=legend),
            strokeWidth=alt.StrokeWidth("series:N", scale=alt.Scale(domain=names, range=widths), legend=None),
            tooltip=[
                alt.Tooltip("series:N", title=" "),
                alt.Tooltip("x:Q", title=x_title),
                alt.Tooltip("value:Q", title=title, format=".4f"),
            ],
        )
        .properties(height=height)
    )
    st.altair_chart(chart, width="stretch")


def _styles(names: Sequence[str], quiet: Collection[str]) -> tuple[list[str], list[Any], list[float]]:
    """Colour, dash and width of each name; a colour that comes round again has another dash."""
    colours, dashes, widths = [], [], []
    place = 0
    for name in names:
        if name in quiet:
            colours.append(_QUIET_COLOUR)
            dashes.append(_QUIET_DASH)
            widths.append(0.8)
            continue
        colours.append(_COLOURS[place % len(_COLOURS)])
        dashes.append(_DASHES[(place + place // len(_COLOURS)) % len(_DASHES)])
        widths.append(2.0)
        place += 1
    return colours, dashes, widths

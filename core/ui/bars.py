"""Probabilities as bars: name, per cent and length say the same, so that no colour is needed to read them."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass

_STYLE = """
<style>
.probability { margin: 0 0 0.5rem; line-height: 1.3; font-size: 0.875rem; }
.probability .line { display: flex; justify-content: space-between; gap: 0.5rem; }
.probability .line span:last-child { font-variant-numeric: tabular-nums; white-space: nowrap; }
.probability .track { position: relative; height: 0.6rem; border: 1px solid; border-radius: 2px; }
.probability .fill { height: 100%; background: currentColor; opacity: 0.75; }
.probability .mark { position: absolute; top: -4px; bottom: -4px; width: 2px; background: currentColor; }
.probability.waiting { opacity: 0.5; }
</style>
"""


@dataclass(frozen=True)
class Bar:
    """One probability.

    Attributes:
        value: In [0, 1].
        mark: Where a tick stands, in [0, 1]; None for none.
    """

    title: str
    value: float
    mark: float | None = None


def bars_html(bars: Sequence[Bar], *, waiting: bool = False) -> str:
    """The bars in their order, for `st.html`.

    Args:
        waiting: Whether newer values are on their way: these are drawn faint.
    """
    return _STYLE + "".join(_bar(bar, "probability waiting" if waiting else "probability") for bar in bars)


def _bar(bar: Bar, name: str) -> str:
    percent = f"{100 * bar.value:.0f} %"
    title = html.escape(bar.title)
    mark = "" if bar.mark is None else f'<div class="mark" style="left: {100 * bar.mark:.1f}%"></div>'
    return (
        f'<div class="{name}" role="meter" aria-label="{title}" aria-valuemin="0" aria-valuemax="100" '
        f'aria-valuenow="{100 * bar.value:.0f}" aria-valuetext="{percent}">'
        f'<div class="line"><span>{title}</span><span>{percent}</span></div>'
        f'<div class="track"><div class="fill" style="width: {100 * bar.value:.1f}%"></div>{mark}</div></div>'
    )

"""Text that came from outside, shown to the letter where Streamlit would read it as Markdown; sizes of files.

A backslash before each sign is not enough: Streamlit turns addresses, arrows, icons and character references
in plain text into something else all the same. Only code is left alone, so foreign text is written as code;
the shell's style (`LITERAL_STYLE`) lets it look like the words around it.
"""

from __future__ import annotations

import re

from core.language.sentence import said

MOST_OF_A_NAME = 255
"""Characters of a name that are shown."""
IN_A_COLUMN = 70
"""Where a name stands in the narrow column beside a picture."""
_KEPT_AT_THE_END = 40
"""The end of a name holds its number and its kind."""

# Letters and numbers with what stands between them in names; nothing of it is Markdown.
_PLAIN = re.compile(r"[^\W_]+(?:(?:\.? |['’-])[^\W_]+)*")
# Of the whole page: popovers, dialogs and toasts lie outside of the app's own element.
LITERAL_STYLE = """
<style>
:root body :not(pre) > code { padding: 0; background: none; color: inherit; font: inherit;
  white-space: break-spaces; overflow-wrap: anywhere; unicode-bidi: isolate; }
</style>
"""


def as_text(line: str) -> str:
    """Foreign text, such as a hostile file name, as Markdown that shows it to the letter in one line."""
    line = said(line)
    # The only thing that Streamlit changes in code too; the character between has no width.
    line = " ".join(line.splitlines()).replace(":material/", ":\u2060material/")
    fence = "`" * (1 + max(map(len, re.findall("`+", line)), default=0))
    return f"{fence} {line} {fence}" if line.strip() else line


def as_name(name: str, most: int = MOST_OF_A_NAME) -> str:
    """As `as_text`, for a name; one that is too long is cut."""
    return as_text(shortened(said(name), most))


def as_label(name: str) -> str:
    """As `as_name`, in the label of a box: a screen reader would read the fence of a plain name out."""
    short = shortened(said(name))
    return short if _PLAIN.fullmatch(short) else as_text(short)


def shortened(name: str, most: int = MOST_OF_A_NAME) -> str:
    """A name of at most so many characters; of a longer one the middle is left out."""
    if len(name) <= most:
        return name
    return f"{name[: most - _KEPT_AT_THE_END - 1]}…{name[-_KEPT_AT_THE_END:]}"


def as_size(num_bytes: int) -> str:
    """The size of a file for people."""
    return f"{num_bytes / 1e6:.1f} MB" if num_bytes >= 1e5 else f"{num_bytes / 1e3:.1f} kB"

"""What stands in the log, and what must not: the name of a file may be a patient's."""

import io
import logging
import re

import pytest

from core.errors import BadFileError, StoreError
from core.language.sentence import Sentence
from core.logs import log_to


@pytest.fixture
def logged(request):
    """A logger of this test's own, and what it has written."""
    stream, logger = io.StringIO(), logging.getLogger(f"core.{request.node.name}")
    log_to(stream, logger.name)
    yield logger, stream
    logger.handlers.clear()


def test_a_line_says_when_and_how_grave(logged):
    logger, stream = logged
    logger.warning("image %d: not predicted", 3)
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} WARNING image 3: not predicted\n", stream.getvalue()
    )


@pytest.mark.parametrize(
    ("level", "lines"), [("", 2), ("info", 2), ("WARNING", 1), ("error", 0), ("loud", 2)]
)
def test_the_level_is_a_setting(request, monkeypatch, level, lines):
    monkeypatch.setenv("LOG_LEVEL", level)
    logger, stream = request.getfixturevalue("logged")
    logger.debug("a")
    logger.info("b")
    logger.warning("c")
    assert stream.getvalue().count("\n") == lines


def test_an_error_in_a_line_keeps_what_is_no_name(logged):
    logger, stream = logged
    cut = BadFileError("Hong_Gildong.png", "it ends after {count:.1f} of {total} bytes", count=3, total=9)
    logger.info("image %d: %s", 3, cut)
    logger.info(
        "%s", StoreError("{task} lacks {what}", task="홍길동", what=Sentence("a {kind}", kind="mask"))
    )
    logger.info("%s", OSError(28, "No space left on device", "/data/Hong_Gildong.png"))
    told = [line.partition(" INFO ")[2] for line in stream.getvalue().splitlines()]
    assert told == [
        "image 3: {file}: it ends after 3.0 of 9 bytes",
        "{task} lacks a {kind}",
        "No space left on device",
    ]


def test_a_traceback_keeps_its_lines_and_no_names(logged):
    logger, stream = logged
    try:
        try:
            raise FileNotFoundError(2, "No such file or directory", "/data/Hong_Gildong.png")
        except OSError as error:
            raise BadFileError("Hong_Gildong.png", "it is gone") from error
    except BadFileError:
        logger.exception("the job failed")
    told = stream.getvalue()
    assert "Gildong" not in re.sub(r"^ .*\n", "", told, flags=re.MULTILINE)
    assert "ERROR the job failed\nTraceback (most recent call last):\n" in told
    assert "FileNotFoundError: No such file or directory\n\nTraceback" in told
    assert told.endswith("\nBadFileError: {file}: it is gone\n")
    assert told.count(f'File "{__file__}", line ') == 2

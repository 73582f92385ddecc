"""Sentences with facts: English to the code, in the reader's language when said; kept without a language."""

import json
import pickle

import numpy as np
import pytest

from core import language
from core.errors import AppError, BadDatasetError, BadFileError, StoreError
from core.language.sentence import Lines, Sentence, from_plain, to_plain
from core.reasons import Reason

NO_TASK = "There is no task number {task_id}; choose another one."


def test_an_error_says_its_sentence_in_the_language_of_the_moment():
    error = StoreError(NO_TASK, task_id=7)
    assert str(error) == "There is no task number 7; choose another one."
    with language.spoken("ko"):
        assert str(error) == "7번 작업이 없습니다. 다른 것을 고르세요."


def test_a_sentence_is_its_english_text():
    sentence = Sentence(NO_TASK, task_id=7)
    with language.spoken("ko"):
        assert sentence == "There is no task number 7; choose another one."
        assert f"{sentence}" == sentence
        assert sentence.said() != sentence


def test_facts_that_are_sentences_are_said_too():
    inner = BadFileError("폐.png", "is empty (0 bytes); copy or export it again.")
    error = AppError("{path} cannot be read ({error}).", path="scans", error=inner)
    assert str(error) == "scans cannot be read (폐.png: is empty (0 bytes); copy or export it again.)."
    with language.spoken("ko"):
        assert (
            str(error)
            == "scans를 읽을 수 없습니다(폐.png: 비어 있습니다(0바이트). 다시 복사하거나 내보내세요.)."
        )


@pytest.mark.parametrize(
    "error",
    [
        StoreError(NO_TASK, task_id=7),
        BadFileError("a.png", "cannot be opened ({strerror}).", strerror="denied"),
        BadDatasetError("lungs", [Sentence(NO_TASK, task_id=1), "a {brace"]),
        AppError("A {brace of its own stays."),
    ],
)
def test_an_error_goes_through_a_process_and_through_json(error):
    again = pickle.loads(pickle.dumps(error))
    kept = Reason.of_error(error)
    read = Reason(kept.code, from_plain(json.loads(json.dumps(to_plain(kept.facts)))))
    assert str(again) == str(error) == str(read)
    with language.spoken("ko"):
        assert str(again) == str(error) == str(read)


def test_problems_are_listed_in_the_language_of_the_moment():
    error = BadDatasetError("lungs", [Sentence(NO_TASK, task_id=1), Sentence(NO_TASK, task_id=2)])
    assert str(error).splitlines()[0] == "lungs cannot be used, 2 problem(s):"
    with language.spoken("ko"):
        assert str(error).splitlines() == [
            "lungs를 쓸 수 없습니다. 문제 2건:",
            "- 1번 작업이 없습니다. 다른 것을 고르세요.",
            "- 2번 작업이 없습니다. 다른 것을 고르세요.",
        ]


def test_nothing_in_english_is_kept_but_the_template():
    kept = to_plain(Sentence("{file}: {listed}", file="a", listed=Lines([Sentence(NO_TASK, task_id=7)])))
    assert kept == {
        "template": "{file}: {listed}",
        "facts": {"file": "a", "listed": [{"template": NO_TASK, "facts": {"task_id": 7}}]},
    }


def test_reasons_are_said_in_the_language_of_the_moment():
    assert str(Reason("chosen")) == "Chosen by hand."
    with language.spoken("ko"):
        assert str(Reason("chosen")) == "직접 골랐습니다."
        assert str(Reason("text", {"text": "Kept by an older version."})) == "Kept by an older version."


def test_numpy_numbers_are_numbers_when_they_come_back():
    values = np.array([-1000, 400], np.int32)
    kept = to_plain(
        Sentence("{low:g} to {high:g}, {part:.2f}", low=values[0], high=values[1], part=np.float32(0.5))
    )
    assert from_plain(json.loads(json.dumps(kept))) == "-1000 to 400, 0.50"

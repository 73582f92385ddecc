"""Every page in Korean: as the browser asks for it, by the switch, and without an English label."""

import re

import pytest
from streamlit.testing.v1 import AppTest

from core import language
from core.language.update import sentences
from core.ui import state
from tests.pages.conftest import PROJECT, OpenPage

PAGES = [path.stem for path in sorted((PROJECT / "pages").glob("*.py")) if path.stem != "router"]


def korean(name: str) -> AppTest:
    app = AppTest.from_file(str(PROJECT / "pages" / "router.py"), default_timeout=240)
    app.context["locale"] = "ko-KR"
    app.run()
    return app if name == "segment" else app.switch_page(f"{name}.py").run()


def drawn(app: AppTest) -> list[str]:
    """Every label and text of a page, with what helps beside it."""
    found = []
    for element in [*app.main, *app.sidebar]:
        # The value of a choice is its code; what people read are its options.
        is_choice = hasattr(element.proto, "options")
        for name in ("label", "help", "placeholder", "options", *(() if is_choice else ("value",))):
            value = getattr(element.proto, name, None) or getattr(element, name, None)
            if isinstance(value, str):
                found.append(value)
            elif hasattr(value, "__iter__"):
                found += [str(each) for each in value]
    return found


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_no_english_word_left(workspace, name):
    app = korean(name)
    assert not app.exception
    english = {text for text in sentences()["pages"] if re.search("[a-z]{3}", text)}
    with language.spoken("ko"):
        english = {text for text in english if language.say(text) != text}
    left = [text for text in drawn(app) if text in english]
    assert not left


def test_what_a_model_must_not_be_used_for_is_korean(workspace):
    app = korean("models")
    assert any("의료기기가 아닙니다. 진단이나 치료에 쓰지 마세요." in each.value for each in app.markdown)


def test_the_switch_changes_the_language_of_this_session_alone(workspace, open_page: OpenPage):
    app = open_page("fine_tune")
    assert "Fine-tune" in [each.value for each in app.header]
    app.selectbox(key="language").set_value("ko").run()
    assert "미세 조정" in [each.value for each in app.header]
    other = open_page("fine_tune")
    assert "Fine-tune" in [each.value for each in other.header]


def test_no_session_runs_outside_of_pages():
    assert language.current() == "en"
    assert state.PageState().messages == []

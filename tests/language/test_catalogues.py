"""The catalogues hold every sentence of the code, with the same braces, and pages say nothing else."""

import ast
import re
import string
from pathlib import Path

import polib
import pytest

from core import language
from core.language.catalogue import files
from core.language.update import sentences
from core.ui import words
from core.ui.segment import words as segment_words

PROJECT = Path(__file__).resolve().parents[2]
OTHERS = [each for each in language.LANGUAGES if each != language.ENGLISH]
HOW = (
    "\nRun `python -m core.language.update`, write the empty msgstr in locale/{0}/LC_MESSAGES, "
    "terms as in docs/korean.md."
)


def entries(name: str) -> list[polib.POEntry]:
    return [entry for path in files(name) for entry in polib.pofile(str(path), encoding="utf-8")]


def braces(text: str) -> list[tuple[str, str]]:
    return sorted(
        (name, form or "") for _, name, form, _ in string.Formatter().parse(text) if name is not None
    )


@pytest.mark.parametrize("name", OTHERS)
def test_every_sentence_is_translated(name):
    said = set().union(*sentences().values())
    translated = {entry.msgid for entry in entries(name) if entry.msgstr}
    assert not said - translated, HOW.format(name)


@pytest.mark.parametrize("name", OTHERS)
def test_a_translation_has_the_braces_of_its_sentence(name):
    wrong = [
        entry.msgid for entry in entries(name) if entry.msgstr and braces(entry.msgid) != braces(entry.msgstr)
    ]
    assert not wrong


def test_a_particle_after_a_vowel_follows_no_consonant():
    # Unicode's syllables come in blocks of 28, of which the first has no final consonant: 모드를, but 작업을.
    found = [each for entry in entries("ko") for each in re.findall(r"[가-힣]를", entry.msgstr)]
    assert not [each for each in found if (ord(each[0]) - ord("가")) % 28]


def test_an_ambiguous_english_word_is_told_apart_by_the_name_of_its_constant():
    assert language.say("Restore", name="RESTORE") == "Restore"
    with language.spoken("ko"):
        assert segment_words.RESTORE == language.say("Restore", name="RESTORE")
        assert segment_words.RESTORE.format() != "Restore"
    assert segment_words.RESTORE == "Restore"


def test_tables_of_words_are_looked_up_too():
    with language.spoken("ko"):
        assert words.PAGES["segment"] == "분할"
        assert {"all", "new", "draft", "corrected"} <= set(segment_words.FILTER_NAMES)


def test_particles_follow_what_is_filled_in():
    with language.spoken("ko"):
        assert segment_words.DELETED.format(name="폐") == "폐를 삭제했습니다."
        assert segment_words.DELETED.format(name="간") == "간을 삭제했습니다."


@pytest.mark.parametrize(
    ("wished", "language_"),
    [
        ("ko-KR", "ko"),
        ("ko", "ko"),
        ("ko_KR.UTF-8", "ko"),
        ("kok-IN", "en"),
        ("de-DE", "en"),
        ("", "en"),
        ("C", "en"),
    ],
)
def test_a_tag_of_a_browser_or_a_system_names_a_catalogue(wished, language_):
    assert language.known(wished) == language_


def test_the_environment_is_read_as_gettext_reads_it(monkeypatch):
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    assert language.of_environment() == "en"
    monkeypatch.setenv("LANG", "ko_KR.UTF-8")
    assert language.of_environment() == "ko"
    monkeypatch.setenv("LC_ALL", "C")
    assert language.of_environment() == "en"


WORD_MODULES = [
    path
    for path in (PROJECT / "core").rglob("*.py")
    if (path.name == "words.py" or path.name.endswith("_words.py")) and path.name != "plain_words.py"
]
USERS = [*(PROJECT / "core" / "ui").rglob("*.py"), *(PROJECT / "pages").glob("*.py")]


@pytest.mark.parametrize("path", WORD_MODULES, ids=lambda path: str(path.relative_to(PROJECT)))
def test_modules_of_words_are_looked_up(path):
    assert path.read_text(encoding="utf-8").rstrip().endswith("\nlooked_up(__name__)")


@pytest.mark.parametrize("path", USERS, ids=lambda path: str(path.relative_to(PROJECT)))
def test_words_are_looked_up_when_they_are_drawn(path):
    """A word bound while its module is imported would stay in the language of that moment."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    early = [each for each in at_import(tree) if is_word(each)]
    early += [
        alias
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").endswith("words")
        for alias in node.names
        if alias.name.isupper()
    ]
    # A page's own module is run for each drawing.
    assert not early or path.parent.name == "pages", [ast.unparse(each) for each in early]


def at_import(tree: ast.AST) -> list[ast.AST]:
    """What runs when a module is imported: all but the bodies of functions."""
    waiting, found = [tree], []
    while waiting:
        node = waiting.pop()
        found.append(node)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            waiting += [*node.args.defaults, *filter(None, node.args.kw_defaults)]
            waiting += getattr(node, "decorator_list", [])
        else:
            waiting += ast.iter_child_nodes(node)
    return found


def is_word(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id.endswith("words")
        and node.attr.isupper()
    )


@pytest.mark.parametrize("path", USERS, ids=lambda path: str(path.relative_to(PROJECT)))
def test_no_bare_string_is_drawn(path):
    """What Streamlit draws comes from a module of words, or is no word (an icon, a key, a style)."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    bare = [
        text
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in DRAWING
        if ast.unparse(node.func.value) != "logger"
        for argument in [*node.args[:1], *(each.value for each in node.keywords if each.arg in SHOWN)]
        for text in literals(argument)
        if has_words(text)
    ]
    assert not bare


DRAWING = set(
    "write markdown caption text title header subheader info success warning error toast button checkbox "
    "toggle radio selectbox multiselect slider text_input text_area number_input file_uploader expander "
    "popover tabs metric progress spinner segmented_control pills form_submit_button download_button dialog "
    "page_link link_button color_picker status".split()
)
SHOWN = {"label", "help", "placeholder", "text", "body", "captions", "title"}


def literals(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) else []
    if isinstance(node, ast.JoinedStr):
        return [text for each in node.values if isinstance(each, ast.Constant) for text in literals(each)]
    if isinstance(node, ast.IfExp):
        return literals(node.body) + literals(node.orelse)
    if isinstance(node, ast.List | ast.Tuple):
        return [text for each in node.elts for text in literals(each)]
    return []


def has_words(text: str) -> bool:
    text = re.sub(r":[a-z_]+/[a-z_0-9]+:|:?[a-z]+(-[a-z]+)?\[|<[^>]*>", " ", text)
    return bool(re.search(r"[^\W\d_]{2,}", text))

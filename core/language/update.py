"""Bring the catalogues up to date with the code: `python -m core.language.update`.

Sentences that are new get an empty translation, which is to be written; those that nobody says any more go.
Said are the constants of the modules of words, what is given to `say`, the sentences of errors, and what the
cards of the models that ship tell.
"""

from __future__ import annotations

import ast
import importlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import polib

from core.config import PROJECT_DIR
from core.language import ENGLISH, LANGUAGES
from core.language.catalogue import LOCALE

_HEADER = {"Content-Type": "text/plain; charset=UTF-8", "Content-Transfer-Encoding": "8bit"}
_WIDTH = 110


def sentences() -> dict[str, set[str]]:
    """Every English sentence that the code says, by the name of its catalogue."""
    files = [*PROJECT_DIR.glob("*.py"), *(PROJECT_DIR / "pages").glob("*.py")]
    files += (PROJECT_DIR / "core").rglob("*.py")
    said: dict[str, set[str]] = {"pages": set(), "errors": set()}
    for path in sorted(files):
        source = path.read_text(encoding="utf-8")
        if "\nlooked_up(__name__)" in source:
            said["pages"].update(_constants(path))
        else:
            tree = ast.parse(source)
            said["errors"].update([*_literals(tree), *_tables(tree), *_help_texts(tree)])
    said["pages"].update(_of_cards())
    said["errors"] -= said["pages"]
    return said


def update(language: str) -> int:
    """Write a language's catalogues anew; how many sentences have no translation yet."""
    folder = LOCALE / language / "LC_MESSAGES"
    known = [entry for path in folder.glob("*.po") for entry in polib.pofile(str(path), encoding="utf-8")]
    missing = 0
    for name, wanted in sentences().items():
        file = polib.POFile(wrapwidth=_WIDTH)
        file.metadata = {"Language": language, **_HEADER}
        entries = {(entry.msgctxt or "", entry.msgid): entry for entry in known if entry.msgid in wanted}
        entries = {("", each): polib.POEntry(msgid=each) for each in wanted} | entries
        file.extend(entries[key] for key in sorted(entries, key=lambda key: (key[1], key[0])))
        missing += sum(not entry.msgstr for entry in file)
        file.save(str(folder / f"{name}.po"))
    return missing


def _of_cards() -> Iterator[str]:
    """What the cards of the models that ship say on the pages: data, licences, limits of use."""
    for path in PROJECT_DIR.glob("models/*/card.json"):
        card = json.loads(path.read_text(encoding="utf-8"))
        found = [card.get("licence", ""), card.get("origin", ""), *card["limits_of_use"]]
        found += [source.get(key, "") for source in card["data"] for key in ("name", "licence")]
        # Names alone stay as they are: MIT, lung_ct.
        yield from (each for each in found if " " in each)
        yield from card.get("label_titles", {}).values()


def _constants(path: Path) -> Iterator[str]:
    module = importlib.import_module(".".join(path.relative_to(PROJECT_DIR).with_suffix("").parts))
    for name, value in vars(module).items():
        if name.isupper() and not name.startswith("_"):
            yield from _strings(value)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield from [value] if _has_words(value) else []
    elif isinstance(value, Mapping):
        yield from (each for inner in value.values() for each in _strings(inner))
    elif isinstance(value, tuple | list):
        yield from (each for inner in value for each in _strings(inner))


def _literals(tree: ast.AST) -> Iterator[str]:
    """The sentences in calls of `say` and of errors: literals among their first two arguments."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _says(node.func):
            for argument in node.args[:2]:
                for each in (
                    (argument.body, argument.orelse) if isinstance(argument, ast.IfExp) else (argument,)
                ):
                    if isinstance(each, ast.Constant) and isinstance(each.value, str):
                        yield from [each.value] if _has_words(each.value) else []


def _tables(tree: ast.Module) -> Iterator[str]:
    """What stands in tables called ..._WORDS, which are said by whoever shows them."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict):
            if isinstance(node.targets[0], ast.Name) and node.targets[0].id.endswith("_WORDS"):
                found = (each.value for each in node.value.values if isinstance(each, ast.Constant))
                yield from (each for each in found if isinstance(each, str) and _has_words(each))


def _help_texts(tree: ast.Module) -> Iterator[str]:
    """What commands say of themselves and of their flags: DESCRIPTION, and whatever is called `help`."""
    for node in ast.walk(tree):
        found: list[ast.expr] = []
        if isinstance(node, ast.Dict):
            pairs = zip(node.keys, node.values, strict=True)
            found += [value for key, value in pairs if isinstance(key, ast.Constant) and key.value == "help"]
        elif isinstance(node, ast.keyword) and node.arg in ("help", "more"):
            found.append(node.value)
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found += [node.value] if node.targets[0].id == "DESCRIPTION" else []
        for each in found:
            if isinstance(each, ast.Constant) and isinstance(each.value, str) and _has_words(each.value):
                yield each.value


def _says(function: ast.expr) -> bool:
    name = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
    return name in ("say", "Sentence", "print_sentence", "add_argument_group") or (
        name.endswith("Error") and name not in _PLAIN_ERRORS
    )


_PLAIN_ERRORS = {"ValueError", "TypeError", "KeyError", "RuntimeError", "OSError", "NotImplementedError"}


def _has_words(text: str) -> bool:
    return any(letter.isalpha() for letter in text)


def main() -> None:
    """Update every language and say what is left to do."""
    for language in LANGUAGES:
        if language != ENGLISH:
            print(f"{language}: {update(language)} sentences to translate in {LOCALE / language}")


if __name__ == "__main__":
    main()

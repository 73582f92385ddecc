"""The house rules: imports go down, never round; libraries stay in their bands; pages need no TensorFlow."""

import ast
import graphlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

import evaluate
import predict
from core.commands import classify_flags, clicks, train_flags

PROJECT = Path(__file__).resolve().parent.parent

BANDS = {
    "pages": 7,
    "core.ui": 6,
    "core.experiments": 5,
    "core.commands": 5,
    "core.doctor": 5,
    "core.workflows": 4,
    "core.jobs": 3,
    "core.registry": 3,
    "core.people": 3,
    "core.review": 3,
    "core.nets": 2,
    "core.training": 2,
    "core.inference": 2,
    "core.classification": 2,
    "core.workspace": 1,
    "core.correction": 1,
    "core.datasets": 1,
    "core.formats": 1,
    "core.evaluation": 1,
    "core.imaging": 1,
    "core.errors": 0,
    "core.config": 0,
    "core.cards": 0,
    "core.classifier_cards": 0,
    "core.files": 0,
    "core.imports": 0,
    "core.large_files": 0,
    "core.reasons": 0,
    "core.reason_words": 0,
    "core.image_size": 0,
    "core.logs": 0,
    "core.language": 0,
    "core.storage": 0,
    "core.watching": 0,
}
KERAS_LIBRARIES = {"tensorflow", "keras", "jax"}
KERAS_BAND = ("core.nets", "core.training", "core.inference", "core.classification")
TOP_LEVEL = {
    *(".ci", ".gitignore", ".streamlit", "CHANGELOG.md", "LICENSE", "Makefile", "README.ko.md", "README.md"),
    *("benchmarks", "core", "docs", "evaluate.py", "locale", "models", "pages", "predict.py"),
    *(
        "compose.yaml",
        "pyproject.toml",
        "requirements-cluster.txt",
        "requirements-dev.txt",
        "requirements.txt",
        "sample_images",
        "streamlit_app.py",
        "tests",
        "train.py",
    ),
}


def modules() -> list[tuple[str, Path]]:
    files = [*sorted((PROJECT / "core").rglob("*.py")), *sorted((PROJECT / "pages").glob("*.py"))]
    named = []
    for path in files:
        parts = path.relative_to(PROJECT).with_suffix("").parts
        named.append((".".join(parts[:-1] if parts[-1] == "__init__" else parts), path))
    return named


def imports(path: Path) -> list[str]:
    """Every module that a file imports, also inside functions; type-checking-only imports count too."""
    return imports_of(path.read_text(encoding="utf-8"), path.relative_to(PROJECT).parts[:-1])


def imports_of(source: str, package: tuple[str, ...]) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) + 1 - node.level] if node.level else ()
            start = ".".join([*above, *([node.module] if node.module else [])])
            found += [f"{start}.{alias.name}" for alias in node.names]
    return found


def imports_of_module(path: Path) -> list[str]:
    """What a file imports when it is imported itself, not inside functions and not for types alone."""
    body = ast.parse(path.read_text(encoding="utf-8")).body
    source = "\n".join(ast.unparse(node) for node in body if isinstance(node, ast.Import | ast.ImportFrom))
    return imports_of(source, path.relative_to(PROJECT).parts[:-1])


def circle(imported: dict[str, list[str]]) -> list[str]:
    """The modules of one circle, the first one again at the end; empty where there is none."""
    graph = {
        module: {home for name in names if (home := home_of(name, imported)) and home != module}
        for module, names in imported.items()
    }
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        return list(error.args[1])
    return []


def home_of(name: str, imported: dict[str, list[str]]) -> str | None:
    """The module that an imported name comes from: the name itself, or what it is a part of."""
    return next((each for each in (name, name.rpartition(".")[0]) if each in imported), None)


def band(module: str) -> int | None:
    matches = [name for name in BANDS if module == name or module.startswith(f"{name}.")]
    return BANDS[max(matches, key=len)] if matches else None


MODULES = modules()


@pytest.mark.parametrize(("module", "path"), MODULES, ids=[name for name, _ in MODULES])
def test_imports_go_down_only(module, path):
    own = band(module)
    if module == "core":
        return
    assert own is not None, f"{module} has no band: give it a home in docs/architecture.md and here"
    upward = [name for name in imports(path) if (other := band(name)) is not None and other > own]
    assert not upward, f"{module} imports upward: {upward}"


def test_no_module_imports_itself_round_others():
    assert circle({name: imports(path) for name, path in MODULES}) == []


def test_relative_imports_are_seen_in_a_circle():
    package = ("core", "jobs")
    imported = {
        "core.jobs.queue": imports_of("from .worker import run", package),
        "core.jobs.worker": imports_of("def run():\n    from . import queue", package),
    }
    assert imported["core.jobs.queue"] == ["core.jobs.worker.run"]
    assert sorted(set(circle(imported))) == ["core.jobs.queue", "core.jobs.worker"]


@pytest.mark.parametrize(("module", "path"), MODULES, ids=[name for name, _ in MODULES])
def test_libraries_stay_in_their_band(module, path):
    heads = {name.split(".")[0] for name in imports(path)}
    if not module.startswith(("pages", "core.ui")):
        assert "streamlit" not in heads
    if not module.startswith(KERAS_BAND):
        assert not heads & KERAS_LIBRARIES
    if module.startswith(KERAS_BAND):
        assert not [name for name in imports(path) if name.startswith(("core.workspace", "core.jobs"))]
    if module.startswith("pages"):
        assert not heads & {"numpy", "cv2", "sqlalchemy"}


@pytest.mark.parametrize(("module", "path"), MODULES, ids=[name for name, _ in MODULES])
def test_only_the_store_knows_where_its_files_lie(module, path):
    """Versions are opened, files read and folders given out by the store, which may keep them elsewhere."""
    if module.startswith("core.workspace"):
        return
    tree = ast.parse(path.read_text(encoding="utf-8"))
    private = {"_root", "_database", "root"}
    named = [
        f"{node.value.id}.{node.attr}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.attr in private
    ]
    assert not [name for name in named if name.startswith("workspace.")]


def test_pages_reach_keras_through_a_child_process_only():
    """Also what a page imports late, at its first prediction."""
    imported = {name: imports(path) for name, path in MODULES}
    with_keras = {
        name for name, names in imported.items() if {each.split(".")[0] for each in names} & KERAS_LIBRARIES
    }
    starts = ("pages", "core.ui", "core.registry", "core.workflows.correct", "core.workflows.predict")
    # Pages import the modules of jobs for their names; what those do in a worker stands inside functions.
    at_import = {name: imports_of_module(path) for name, path in MODULES}
    reached = {name for name in imported if name.startswith(starts)}
    waiting = list(reached)
    while waiting:
        module = waiting.pop()
        names = imported[module] if module.startswith((*starts, "core.inference")) else at_import[module]
        for home in {home_of(name, imported) for name in names} - {None} - reached:
            reached.add(home)
            waiting.append(home)
    assert "core.inference.running" in reached
    assert not reached & with_keras


def test_pages_import_without_tensorflow():
    """A page's module runs the page, so of a page only the imports are executed."""
    names = [name for name, _ in MODULES if name.startswith(("pages.", "core.ui"))]
    lines = ["import sys"]
    for name in names:
        lines.append(_import_lines(name))
        lines.append(
            f"print({name!r}, [each for each in ('tensorflow', 'keras', 'jax') if each in sys.modules])"
        )
    run = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.splitlines() == [f"{name} []" for name in names]


def _import_lines(module: str) -> str:
    if not module.startswith("pages."):
        return f"import {module}"
    tree = ast.parse((PROJECT / f"{module.replace('.', '/')}.py").read_text(encoding="utf-8"))
    return "\n".join(ast.unparse(node) for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom))


def test_every_file_has_a_home():
    listed = subprocess.run(
        ["git", "ls-files"], cwd=PROJECT, capture_output=True, text=True, check=True
    ).stdout
    heads = {line.split("/")[0] for line in listed.splitlines()}
    assert heads <= TOP_LEVEL, f"without a home: {sorted(heads - TOP_LEVEL)}"


@pytest.mark.parametrize(
    "parser",
    [
        *(train_flags.build_parser(), clicks.build_parser(), evaluate.build_parser(), predict.build_parser()),
        *(classify_flags.train_parser([]), classify_flags.evaluate_parser(), classify_flags.predict_parser()),
    ],
    ids=["train", "train clicks", "evaluate", "predict", "train labels", "evaluate labels", "predict labels"],
)
def test_readme_names_every_command_line_flag(parser):
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    flags = re.findall(r"--[a-z_]+", parser.format_help())
    assert len(flags) > 5
    missing = sorted({flag for flag in flags if f"`{flag}" not in readme} - {"--help"})
    assert not missing, f"README.md does not name {missing}"

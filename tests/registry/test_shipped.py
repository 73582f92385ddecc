import pytest

from core.cards import ModelCard, save_card
from core.classifier_cards import ClassifierCard
from core.errors import BadModelError
from core.registry.shipped import add_shipped
from core.workflows.open_workspace import open_workspace


@pytest.fixture
def models(tmp_path):
    """A folder of shipped models with one for lung X-rays."""
    folder = tmp_path / "models"
    save_card(ModelCard(name="lung_xray", title="Lung X-ray"), folder / "lung_xray" / "card.json")
    (folder / "lung_xray" / "model.keras").write_bytes(b"weights one")
    return folder


def test_the_shipped_model_is_copied_once_and_in_use(workspace, task, models):
    version = add_shipped(workspace, task, models)
    assert (version.status, version.origin, version.title, version.who) == (
        "current",
        "shipped",
        "Lung X-ray (shipped)",
        "",
    )
    assert (workspace.versions.open(version) / "model.keras").read_bytes() == b"weights one"
    assert (workspace.versions.open(version) / "card.json").is_file()
    assert add_shipped(workspace, task, models) == version
    assert len(workspace.versions.list(task.id)) == 1


def test_a_newer_shipped_model_is_a_candidate_and_the_old_one_stays(workspace, task, models):
    first = add_shipped(workspace, task, models)
    (models / "lung_xray" / "model.keras").write_bytes(b"weights two")
    second = add_shipped(workspace, task, models)
    assert second.status == "candidate"
    assert workspace.versions.current(task.id).id == first.id
    assert (workspace.versions.open(first) / "model.keras").read_bytes() == b"weights one"
    assert (workspace.versions.open(second) / "model.keras").read_bytes() == b"weights two"


def test_a_task_without_a_shipped_model_has_no_version(workspace, models):
    assert add_shipped(workspace, workspace.tasks.get("lung_ct"), models) is None
    assert add_shipped(workspace, workspace.tasks.create("Cells"), models) is None


def test_opening_the_workspace_brings_the_models_in(tmp_path, models):
    with open_workspace(tmp_path / "opened", models) as opened:
        current = [task.current_version_id is not None for task in opened.tasks.list()]
    assert current == [True, False, False]
    with open_workspace(tmp_path / "opened", models) as again:
        assert len(again.versions.list(again.tasks.get("lung_xray").id)) == 1


def test_a_broken_card_is_told(tmp_path, models):
    (models / "lung_xray" / "card.json").write_text("{")
    with pytest.raises(BadModelError, match="cannot be read"):
        open_workspace(tmp_path / "opened", models)


@pytest.fixture
def with_classifier(models):
    """The same folder with a classifier for lung X-rays."""
    card = ClassifierCard("lung_xray_class", title="Chest findings", labels=("A", "B"))
    save_card(card, models / "lung_xray_class" / "card.json")
    (models / "lung_xray_class" / "model.keras").write_bytes(b"weights of labels")
    return models


def test_the_classifier_of_a_task_is_found_by_the_name_of_its_folder(workspace, task, with_classifier):
    masks = add_shipped(workspace, task, with_classifier)
    labels = add_shipped(workspace, task, with_classifier, "classify")
    assert (labels.purpose, labels.status, labels.title) == (
        "classify",
        "current",
        "Chest findings (shipped)",
    )
    assert (workspace.versions.open(labels) / "model.keras").read_bytes() == b"weights of labels"
    assert add_shipped(workspace, task, with_classifier, "classify") == labels
    assert workspace.versions.current(task.id).id == masks.id
    assert workspace.versions.current(task.id, "classify").id == labels.id


def test_without_its_folder_a_task_has_no_classifier(workspace, task, models):
    assert add_shipped(workspace, task, models, "classify") is None
    assert add_shipped(workspace, workspace.tasks.create("Cells"), models, "classify") is None


def test_opening_the_workspace_brings_classifiers_in(tmp_path, with_classifier):
    with open_workspace(tmp_path / "opened", with_classifier) as opened:
        current = [opened.versions.current(task.id, "classify") for task in opened.tasks.list()]
    assert [version is not None for version in current] == [True, False, False]


def test_a_card_of_masks_is_no_classifier(workspace, task, models):
    save_card(ModelCard(name="x"), models / "lung_xray_class" / "card.json")
    (models / "lung_xray_class" / "model.keras").write_bytes(b"weights")
    with pytest.raises(BadModelError, match="is no classifier's card"):
        add_shipped(workspace, task, models, "classify")

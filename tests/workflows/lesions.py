"""A tiny classifier of lesions in use by a task: the project's own network with fixed random weights."""

from pathlib import Path

from core.cards import save_card
from core.classifier_cards import ClassifierCard
from core.reasons import Reason
from core.workflows.correct.classify_image import TaskClassifier, classifier_of
from core.workspace import NewVersion, TaskRow, Workspace

LABELS = ("MEL", "NV", "Other_SC")
TITLES = {"MEL": "Melanoma", "NV": "Nevus", "Other_SC": "Other"}


def save_tiny_weights(path: Path) -> Path:
    """Write the network, and give its path back; the same numbers each time."""
    from core.classification.backbones import build_classifier
    from core.inference.export import save_weights

    save_weights(build_classifier("small", len(LABELS), image_size=32, seed=3), path)
    return path


def use_classifier(
    workspace: Workspace, task: TaskRow, weights: Path, view: str = "masked"
) -> TaskClassifier:
    """Put the network into use by a task; it sees images in the given way."""
    folder = f"versions/{task.slug}/labels-{view}"
    card = ClassifierCard(
        f"lesions_{view}", labels=LABELS, label_titles=TITLES, input=view, image_size=32, backbone="small"
    )
    save_card(card, workspace.folder(folder) / "card.json")
    (workspace.folder(folder) / "model.keras").write_bytes(weights.read_bytes())
    new = NewVersion(folder, view * 8, "shipped", "", title="Lesions (shipped)", purpose="classify")
    version = workspace.versions.add(task.id, new)
    workspace.versions.promote(version.id, who="", why=Reason("text", {"text": "Test."}))
    classifier = classifier_of(workspace, task.id)
    assert classifier is not None
    return classifier

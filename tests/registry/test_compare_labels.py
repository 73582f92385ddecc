import numpy as np
import pytest

from core.cards import save_card
from core.classifier_cards import ClassifierCard
from core.imaging.masks import encode_png
from core.reasons import Reason
from core.registry.compare_labels import (
    LabelCall,
    LabelComparison,
    compare_labels,
)
from core.registry.predictors import Classifiers
from core.registry.settle import settle
from core.workspace import ImageFacts, NewLabel, NewRevision, NewVersion


class ByRed:
    """Stands for a classifier: MEL is as likely as the image is red, NV the rest."""

    def __init__(self, card):
        self.card = card

    def classify(self, image, mask=None):
        red = float(image.values[..., 0].mean()) / 255
        return {"MEL": red, "NV": 1 - red}


class Always(ByRed):
    """Says NV of everything."""

    def classify(self, image, mask=None):
        return {"MEL": 0.1, "NV": 0.9}


@pytest.fixture
def classifiers():
    from core.classifier_cards import load_classifier_card

    kinds = {"red": ByRed, "always": Always}
    return Classifiers(load=lambda folder: kinds[folder.name](load_classifier_card(folder / "card.json")))


@pytest.fixture
def version(workspace, task):
    def add(name, promote=False, threshold=0.5):
        folder = f"versions/{name}"
        card = ClassifierCard(
            name,
            labels=("MEL", "NV"),
            label_titles={"MEL": "Melanoma"},
            alert_label="MEL",
            threshold=threshold,
        )
        save_card(card, workspace.folder(folder) / "card.json")
        new = NewVersion(folder, name * 10, "fine_tuned", "Kim", purpose="classify")
        row = workspace.versions.add(task.id, new)
        return (
            workspace.versions.promote(row.id, who="Kim", why=Reason("text", {"text": "Test."}))
            if promote
            else row
        )

    return add


@pytest.fixture
def label(workspace, task):
    """Adds images of this redness, each with its mask saved and its label given."""

    def add(*pairs):
        for number, (red, name) in enumerate(pairs):
            picture = np.zeros((2, 2, 3), np.uint8)
            picture[..., 0] = red
            picture[0, 0, 1] = number
            image = workspace.images.add(task.id, f"{number}.png", encode_png(picture), ImageFacts(2, 2, 3))
            mask = encode_png(np.ones((2, 2), np.uint8))
            workspace.masks.save(image.id, NewRevision(mask, None, 0.5, None, "Kim", 1.0, 1.0))
            if name is not None:
                workspace.labels.save(image.id, NewLabel(name, "Kim"))

    return add


def comparison(*rows, alert=""):
    calls = [LabelCall(n, f"{n}.png", *row) for n, row in enumerate(rows)]
    return LabelComparison(1, 2, tuple(calls), alert, "Melanoma" if alert else "")


def test_balanced_accuracy_counts_each_label_the_same():
    # Old: MEL 1 of 1, NV 1 of 3: (1 + 1/3) / 2 = 2/3. New: MEL 0 of 1, NV 3 of 3: 1/2.
    compared = comparison(("MEL", "MEL", "NV"), ("NV", "NV", "NV"), ("NV", "MEL", "NV"), ("NV", "MEL", "NV"))
    assert (compared.mean_old, compared.mean_new) == (pytest.approx(2 / 3), 0.5)
    assert sorted(compared.gains) == [-1, 0, 1, 1]
    assert LabelComparison.from_dict(compared.to_dict()) == compared


def test_five_groups_and_a_gain_beyond_chance_promote():
    better = [("MEL", "NV", "MEL")] * 3 + [("NV", "NV", "NV")] * 3
    assert comparison(*better).decision == "promote"
    assert comparison(*[("MEL", "NV", "NV"), ("NV", "NV", "NV")] * 3).decision == "keep"
    assert comparison(*better[1:5]).decision == "ask"
    # One of six: it may be chance.
    assert comparison(*better[2:], *[("NV", "NV", "NV")] * 2).decision == "ask"
    assert comparison().decision == "ask"


def test_a_better_one_that_misses_more_melanoma_is_kept_back():
    rows = [("MEL", "MEL", "MEL", True, False), *[("NV", "MEL", "NV", True, False)] * 6]
    missed = comparison(*rows, alert="MEL")
    assert missed.evidence.decision == "promote"
    assert (missed.num_alerts, missed.found_old, missed.found_new) == (1, 1, 0)
    assert missed.decision == "keep"
    assert str(missed.why) == (
        "Mean balanced accuracy on 7 locked images in 7 groups: 1.0000, and 0.5000 for the version in use "
        "then; but Melanoma is found in 0 of 1, and in 1 before, so that one stays."
    )


def test_without_enough_images_the_person_decides():
    assert "no locked image yet" in str(comparison().why)
    assert "fewer than 5 groups do not decide" in str(comparison(("NV", "NV", "NV")).why)


def test_both_are_asked_about_locked_images_with_a_label(workspace, task, version, label, classifiers):
    # The 2nd, 7th and 12th are locked; the 7th has no label.
    label(*[(0, "NV"), (255, "MEL"), *[(0, "NV")] * 4, (255, None), *[(0, "NV")] * 4, (0, "NV")])
    old, new = version("always", promote=True, threshold=0.05), version("red")
    compared = compare_labels(workspace, new, old, classifiers)
    assert [(each.name, each.label, each.old, each.new) for each in compared.images] == [
        ("1.png", "MEL", "NV", "MEL"),
        ("11.png", "NV", "NV", "NV"),
    ]
    assert (compared.mean_old, compared.mean_new) == (0.5, 1.0)
    # At its own threshold of 0.05 the old one calls it too, though NV is likelier.
    assert (compared.found_old, compared.found_new, compared.alert_title) == (1, 1, "Melanoma")


def settled(workspace, new, classifiers):
    return settle(workspace, new, lambda old: compare_labels(workspace, new, old, classifiers))


def test_a_better_candidate_is_promoted_and_masks_are_not_touched(
    workspace, task, version, label, classifiers, add_version
):
    masks = add_version()
    label(*[(255 * (n % 2), ("NV", "MEL")[n % 2]) for n in range(22)])
    version("always", promote=True)
    candidate = version("red")
    compared, decision = settled(workspace, candidate, classifiers)
    assert (decision, compared.mean_new) == ("promote", 1.0)
    assert workspace.versions.current(task.id, "classify").id == candidate.id
    assert workspace.versions.current(task.id).id == masks.id
    assert LabelComparison.from_dict(workspace.versions.get(candidate.id).comparison) == compared


def test_a_worse_candidate_is_kept_back(workspace, task, version, label, classifiers):
    label(*[(255 * (n % 2), ("NV", "MEL")[n % 2]) for n in range(22)])
    current = version("red", promote=True)
    _, decision = settled(workspace, version("always"), classifiers)
    assert decision == "keep"
    assert workspace.versions.current(task.id, "classify").id == current.id
    assert workspace.versions.events(task.id, "classify")[0].action == "kept"

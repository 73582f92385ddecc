"""What a version that tells labels says of itself and how it compares: for the Models page."""

from __future__ import annotations

import streamlit as st

from core.classifier_cards import ClassifierCard
from core.language import say
from core.registry.compare_labels import LabelComparison
from core.ui import words as shared
from core.ui.errors import shown_errors
from core.ui.models import words
from core.ui.models.versions import data_and_limits, score_metrics
from core.ui.text import as_name, as_text
from core.workflows.correct.classify_image import classifier_card
from core.workspace import VersionRow, Workspace

_SHOWN_SCORES = ("balanced_accuracy", "accuracy", "auc", "alert_recall")


def label_comparison(version: VersionRow) -> None:
    """How the version compared with the one in use when it was made: one sentence, and the images by name."""
    if version.comparison is None:
        return
    compared = LabelComparison.from_dict(version.comparison)
    if compared.mean_old is None or compared.mean_new is None:
        st.write(words.NOT_COMPARED_LABELS)
        return
    said = [as_text(str(compared.why))]
    if compared.num_alerts:
        said.append(
            words.ALERTS_FOUND.format(
                title=as_text(compared.alert_title),
                count=compared.num_alerts,
                old=compared.found_old,
                new=compared.found_new,
            )
        )
    st.write(" ".join(said))
    with st.expander(words.LOCKED_IMAGES):
        st.table(
            {
                words.IMAGE: [as_name(each.name) for each in compared.images],
                shared.LABEL: [as_text(each.label) for each in compared.images],
                words.BEFORE: [as_text(each.old) or words.NO_MODEL_SHORT for each in compared.images],
                words.NOW: [as_text(each.new) for each in compared.images],
            }
        )


def classifier_details(workspace: Workspace, version: VersionRow) -> None:
    """The card, folded: scores, data, limits of use."""
    with st.expander(words.CARD), shown_errors():
        card = classifier_card(workspace, version)
        for title, scores in (
            (words.TEST_SCORES_LABELS, card.test),
            (words.VALIDATION_SCORES_LABELS, card.validation),
        ):
            shown = {name: scores[name] for name in _SHOWN_SCORES if name in scores}
            score_metrics(title, shown, words.LABEL_METRIC_NAMES)
        data_and_limits(card.data, card.limits_of_use, card.licence)
        st.caption(_line(card))


def _line(card: ClassifierCard) -> str:
    labels = ", ".join(say(card.label_titles.get(label, label)) for label in card.labels)
    return as_text(
        words.CLASSIFIER_LINE.format(
            backbone=card.backbone,
            size=card.image_size,
            view=words.VIEW_NAMES[card.input],
            labels=labels,
            origin=say(card.origin),
        ).strip()
    )

"""Proposals from boxes and scribbles; the dialog is added with the prompt canvas."""

from __future__ import annotations

from core.workflows.open_image import OpenedImage


def ask() -> None:
    """Open the dialog in the next run."""


def dialog(image: OpenedImage) -> None:
    """Draw the dialog where it was asked for."""

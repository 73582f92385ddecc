"""What the table of an upload says of a file: role, image, values of a mask and why; no widgets."""

from __future__ import annotations

import os
from collections.abc import Sequence

from core.imaging.mask_files.mask_readings import colour_code
from core.language.sentence import said
from core.ui.segment import words
from core.ui.segment.arrive.reading_question import option_name
from core.workflows.arrive.mask_meaning import KeptMeaning
from core.workflows.arrive.planned_file import PlannedFile
from core.workflows.arrive.upload_survey import Survey

_MOST_VALUES = 6


def table_row(place: int, survey: Survey, kept: KeptMeaning | None) -> dict[str, str]:
    """What the table says of a file."""
    row = survey.rows[place]
    of = ""
    if row.role == "mask":
        of = ", ".join(path.rpartition("/")[2] for path in row.images) or words.IMAGE_IN_TASK
        of = words.NO_IMAGE_OF_MASK if place in survey.unpaired and not row.images else of
    return {
        "file": row.path.removeprefix(_common_folder(survey.rows)),
        "role": words.ROLE_NAMES[row.role],
        "image": of,
        "values": _values(place, survey, kept),
        "note": said(row.reason),
    }


def _common_folder(rows: Sequence[PlannedFile]) -> str:
    """The folders that all files of an upload lie in; nothing of a single file."""
    parts = [row.path.split("/")[:-1] for row in rows]
    common = os.path.commonprefix(parts) if len(rows) > 1 else []
    return "".join(f"{part}/" for part in common)


def _values(place: int, survey: Survey, kept: KeptMeaning | None) -> str:
    reading = survey.readings.get(place)
    if reading is None:
        return ""
    found = reading.values if not reading.problem else reading.classes or reading.values
    listed = ", ".join(map(str, found[:_MOST_VALUES]))
    listed += " ..." if len(found) > _MOST_VALUES else ""
    if survey.problem(place, kept):
        return words.VALUES_UNCLEAR.format(values=listed) if reading.options else said(reading.problem)
    if reading.problem and kept is not None:
        return f"{listed}: {option_name(kept.meaning)}"
    told = []
    if reading.classes:
        told.append(", ".join(reading.classes))
    elif not reading.foreground:
        told.append(words.VALUES_NONE)
    elif len(reading.foreground) > 1:
        told.append(words.VALUES_ABOVE_0)
    else:
        is_coloured = len(set(reading.colour)) > 1
        code = f" ({colour_code(reading.colour)})" if is_coloured else ""
        told.append(words.VALUES_FOREGROUND.format(values=f"{reading.foreground[0]}{code}"))
    if reading.undefined:
        told.append(words.VALUES_UNDECIDED.format(values=", ".join(map(str, reading.undefined))))
    return f"{listed}: {', '.join(told)}" if listed else ", ".join(told)

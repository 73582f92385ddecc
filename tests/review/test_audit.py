import csv
import io
import json

import numpy as np
import pytest

from core.review.audit import as_csv, as_json_lines, main, verify


@pytest.fixture
def audited(workspace, add_image, save):
    """Three images with a mask each; the second is locked."""
    for place, text in enumerate("abc"):
        save(add_image(text), np.full((2, 3), place, np.uint8), who="김민지" if place else "Kim")
    return workspace


def change(workspace, statement):
    with workspace._database.writing() as session:
        session.connection().exec_driver_sql(statement)


def told(workspace, capsys, *options):
    code = main(["verify", workspace.address, *options])
    return code, capsys.readouterr().out.splitlines()


def test_what_nobody_touched_is_whole(audited, capsys):
    found = verify(audited)
    assert (found.is_whole, found.num_rows, found.last_seal) == (True, 4, audited.audit.last_seal())
    code, lines = told(audited, capsys)
    assert code == 0
    assert lines == [
        "All 4 rows and all masks are as they were written.",
        f"Last seal: {found.last_seal}",
    ]


def test_the_first_altered_row_is_named(audited, capsys):
    change(audited, "UPDATE audit SET who = 'Lee' WHERE id IN (2, 4)")
    code, lines = told(audited, capsys)
    assert code == 1
    assert lines[0] == "Row 2 of the audit is the first that is not as it was written."


def test_a_cut_end_is_seen_by_a_seal_that_was_kept(audited, capsys):
    kept = audited.audit.last_seal()
    change(audited, "DELETE FROM audit WHERE id = 4")
    assert verify(audited).first_altered is None
    assert told(audited, capsys, "--last_seal", kept)[0] == 1
    assert verify(audited, audited.audit.last_seal()).is_whole
    assert verify(audited, kept).is_cut


def test_another_mask_in_place_of_the_saved_one_is_seen(audited, capsys):
    first, second = (audited.masks.history(image_id)[0] for image_id in (1, 2))
    change(audited, f"UPDATE revisions SET mask_file = '{second.mask_file}' WHERE id = {first.id}")
    code, lines = told(audited, capsys)
    assert code == 1
    assert lines[0].startswith(f"Mask {first.id} of image 1 is another file than was saved")
    change(audited, f"DELETE FROM revisions WHERE id = {first.id}")
    assert verify(audited).masks == (f"Mask {first.id} of image 1 is gone.",)


def test_a_damaged_mask_is_seen_and_a_deleted_image_is_none(audited):
    first = audited.masks.history(1)[0]
    audited.files.remove(first.mask_file)
    assert verify(audited).masks == (f"The file {first.mask_file} is missing.",)
    audited.images.delete(1, "Kim")
    assert verify(audited).is_whole


def test_tables_of_the_audit(audited):
    rows = list(csv.DictReader(io.StringIO(as_csv(audited.audit.rows()).decode())))
    lines = [json.loads(line) for line in as_json_lines(audited.audit.rows()).decode().splitlines()]
    assert [row["action"] for row in rows] == ["mask_saved", "group_locked", "mask_saved", "mask_saved"]
    assert [line["who"] for line in lines] == ["Kim", "", "김민지", "김민지"]
    assert [line["seal"] for line in lines] == [row["seal"] for row in rows]
    assert json.loads(rows[0]["facts"]) == lines[0]["facts"]


def test_no_workspace_there(tmp_path, capsys):
    assert main(["verify", str(tmp_path / "none")]) == 2
    assert not (tmp_path / "none").exists()
    # A folder that is none is not made one, nor called whole.
    (tmp_path / "other").mkdir()
    assert main(["verify", str(tmp_path / "other")]) == 2
    assert list((tmp_path / "other").iterdir()) == []
    assert "There is no workspace at" in capsys.readouterr().err

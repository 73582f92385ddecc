"""Files that appear whole or not at all, and tables that a spreadsheet opens as they are meant."""

import os

import pytest

from core.files import csv_bytes, csv_rows, write_whole


def test_a_file_is_replaced_whole_and_nothing_is_left_beside_it(tmp_path):
    path = tmp_path / "new" / "mask.png"
    write_whole(path, b"old")
    write_whole(path, b"new")
    assert path.read_bytes() == b"new"
    assert [each.name for each in path.parent.iterdir()] == ["mask.png"]


def test_what_was_there_stays_when_the_disk_is_full(tmp_path, monkeypatch):
    path = tmp_path / "mask.png"
    write_whole(path, b"old")

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert [each.name for each in tmp_path.iterdir()] == ["mask.png"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_a_file_may_be_read_by_whom_other_files_may(tmp_path):
    (tmp_path / "other").write_bytes(b"")
    write_whole(tmp_path / "mask.png", b"content")
    assert (tmp_path / "mask.png").stat().st_mode == (tmp_path / "other").stat().st_mode


def test_a_table_is_marked_as_utf_8_for_excel_where_it_must_be():
    assert csv_bytes([["image"], ["a.png"]]) == b"image\na.png\n"
    assert csv_bytes([["image"], ["폐.png"]]) == b"\xef\xbb\xbfimage\n" + "폐.png\n".encode()


def test_what_a_spreadsheet_would_run_as_a_formula_is_text():
    names = ["=cmd.png", "+a.png", "-a.png", "@SUM(1).png", "\t=1", "＝1+1", "'=a"]
    content = csv_bytes([["image"], *([name] for name in names)]).decode("utf-8-sig")
    assert content.splitlines()[1:] == [f"'{name}" for name in names]


def test_numbers_and_signs_within_a_name_stay_as_they_are():
    row = [-0.5, "-0.5", "+1e3", "a=b", "a-b@c", "'quoted'", None, ""]
    assert csv_bytes([row]) == b"-0.5,-0.5,+1e3,a=b,a-b@c,'quoted',,\n"


def test_a_table_is_read_back_as_it_was_written():
    table = [["image", "-class"], ["=cmd.png", "폐"], ["'=a", "-1"]]
    columns, rows = csv_rows(csv_bytes(table))
    assert columns == ("image", "-class")
    assert [list(row.values()) for row in rows] == table[1:]

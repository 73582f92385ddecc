"""What the Segment page says of files that came in."""

import io
import zipfile

from tests.pages.conftest import png


def zipped(files: dict[str, bytes]) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return whole.getvalue()


def test_files_left_out_for_one_reason_are_one_line_with_their_number(open_page, workspace):
    task = workspace.tasks.create("Films")
    app = open_page(task=task.slug)
    others = {f"notes_{number}.txt": b"seen on Monday" for number in range(3)}
    given = zipped({"film.png": png(1), **others})
    next(each for each in app.get("file_uploader") if "mask" not in each.label.lower()).set_value(
        ("films.zip", given, "application/zip")
    ).run()
    next(each for each in app.button if each.label == "Add").click().run()
    assert not app.exception
    assert [each.name for each in workspace.images.list(task.id)] == ["film.png"]
    assert [each.value for each in app.info] == [
        "Good to know:\n\n- ` notes_0.txt: no picture. (and 2 more) `"
    ]

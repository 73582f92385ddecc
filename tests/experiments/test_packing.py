import io
import zipfile

from core.experiments.reports.report import report_zip


def test_report_holds_numbers_and_pictures_but_no_weights_or_images(tmp_path):
    folder = tmp_path / "compare-1"
    for name in ("report.md", "table.csv", "results.json", "curves.png", "study.db", ".half.png"):
        folder.mkdir(exist_ok=True)
        (folder / name).write_bytes(name.encode())
    (folder / "runs" / "unet").mkdir(parents=True)
    (folder / "runs" / "unet" / "model.keras").write_bytes(b"weights")
    with zipfile.ZipFile(io.BytesIO(report_zip(folder))) as archive:
        assert sorted(archive.namelist()) == [
            "compare-1/curves.png",
            "compare-1/report.md",
            "compare-1/results.json",
            "compare-1/table.csv",
        ]
        assert archive.read("compare-1/report.md") == b"report.md"

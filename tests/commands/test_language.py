"""Commands speak the language of the environment."""

import os
import subprocess
import sys

import pytest

import predict
from core import language
from tests.pages.conftest import PROJECT


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"LANG": "ko_KR.UTF-8"}, "없는.png는 파일도 폴더도 파일을 찾는 패턴도 아닙니다"),
        ({"LANG": "en_US.UTF-8"}, "없는.png is no file, no folder and no pattern that finds one"),
    ],
)
def test_wrong_input_is_told_in_the_language_of_the_environment(environment, said, tmp_path):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG"))}
    run = subprocess.run(
        [
            sys.executable,
            str(PROJECT / "predict.py"),
            "--model_path",
            str(PROJECT / "models" / "lung_xray"),
            "--image_path",
            "없는.png",
        ],
        cwd=tmp_path,
        env={**kept, **environment, "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=900,
        check=False,
    )
    assert (run.returncode, said in run.stderr) == (2, True), run.stderr


def test_the_help_is_told_in_the_language_of_the_environment():
    def told(tongue):
        with language.spoken(tongue):
            return predict.build_parser().format_help()

    assert (
        "마스크를 예측합니다" in told("ko")
        and "옵션:" in told("ko")
        and "(기본값: predictions)" in told("ko")
    )
    assert "Predict the mask of an image" in told("en") and "options:" in told("en")

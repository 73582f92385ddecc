"""Commands speak the language of the environment."""

import os
import subprocess
import sys

import pytest

import evaluate
import predict
import train
from core import doctor, language
from core.commands import export
from core.datasets import ham10000
from core.review import audit
from core.workspace import Workspace
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


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (train.main, "알 수 없는 인수입니다: --foo"),
        (evaluate.main, "반드시 주어야 합니다: --data_dir"),
        (export.main, "반드시 주어야 합니다: what, NAME"),
        (audit.main, "반드시 주어야 합니다: command, workspace"),
        (ham10000.main, "반드시 주어야 합니다: --source, --output_dir"),
        (doctor.main, "알 수 없는 인수입니다: --foo"),
    ],
)
def test_wrong_flags_are_told_in_the_language_of_the_environment(command, said, capsys):
    with language.spoken("ko"), pytest.raises(SystemExit):
        command(["--foo"])
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ([], "--data_dir나 --rerun이 필요합니다"),
        (["--data_dir", "x", "--batch_size", "0"], "1 이상의 정수여야 하는데 '0'입니다"),
        (
            ["--data_dir", "x", "--image_size", "30"],
            "--image_size 30x30의 30은 2**depth = 16의 배수가 아닙니다",
        ),
        (["--data_dir", "x", "--augment", "standard", "turn=1"], "--augment에 'turn=1'은 없습니다"),
    ],
)
def test_values_of_flags_are_judged_in_the_language_of_the_environment(flags, said, capsys):
    with language.spoken("ko"), pytest.raises(SystemExit):
        train.main(flags)
    assert said in capsys.readouterr().err


def test_the_audit_and_the_machine_are_told_in_the_language_of_the_environment(tmp_path, capsys):
    Workspace.open(tmp_path).close()
    with language.spoken("ko"):
        audit.main(["verify", str(tmp_path)])
        doctor.main(["--workspace", str(tmp_path)])
    told = capsys.readouterr().out
    assert "행 0개와 모든 마스크가 기록된 그대로입니다." in told and "마지막 봉인: 아직 없음" in told
    assert "작업 공간: 작업 3개, 이미지 0장" in told

"""What run.json says comes back; an earlier version's too."""

import json
from pathlib import Path

from core.cards import ModelCard
from core.config import TrainConfig
from core.workflows.learn.run_folder import RUN_FILE, read_record, write_record
from core.workflows.learn.training_card import TrainRequest


def test_a_record_comes_back_as_it_was_and_one_side_of_before_means_a_square(tmp_path):
    request = TrainRequest(Path("data"), output_dir=tmp_path, settings=TrainConfig(image_size=(448, 592)))
    write_record(request, ModelCard("m"), {"train": {}}, "CPU")
    assert read_record(tmp_path).request == request
    said = json.loads((tmp_path / RUN_FILE).read_text(encoding="utf-8"))
    said["settings"]["image_size"] = 256
    (tmp_path / RUN_FILE).write_text(json.dumps(said), encoding="utf-8")
    assert read_record(tmp_path).request.settings.image_size == (256, 256)

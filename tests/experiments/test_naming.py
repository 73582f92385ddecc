from core.experiments.requests.naming import readable, run_title


def test_runs_are_called_by_network_and_part():
    assert run_title("unet") == "U-Net"
    assert run_title("unet_valid_fold10") == "U-Net, valid convolutions, fold 10"
    assert run_title("trial_0012") == "trial 12"
    assert run_title("noise_fold2") == "fold 2"
    assert run_title("something else") == "something else"


def test_sentences_name_runs_as_people_do():
    assert readable("Training fcn8s_fold3 (3 of 5)") == "Training FCN-8s, fold 3 (3 of 5)"
    assert readable("Scoring unet") == "Scoring U-Net"
    assert readable("Training trial_0004 (4 of 9)") == "Training trial 4 (4 of 9)"
    assert readable("Checking the data") == "Checking the data"

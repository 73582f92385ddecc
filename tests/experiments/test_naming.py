from core.experiments.requests.naming import readable, run_title
from core.language import spoken
from core.language.sentence import Sentence, said


def test_runs_are_called_by_network_and_part():
    assert run_title("unet") == "U-Net"
    assert run_title("unet_valid_fold10") == "U-Net, valid convolutions, fold 10"
    # As the table of the trials counts.
    assert run_title("trial_0000") == "trial 1"
    assert run_title("trial_0012") == "trial 13"
    assert run_title("noise_fold2") == "fold 2"
    assert run_title("something else") == "something else"


def test_sentences_name_runs_as_people_do():
    training = "Training {run} ({number} of {num_runs})"
    told = readable(Sentence(training, run="fcn8s_fold3", number=3, num_runs=5))
    assert told == "Training FCN-8s, fold 3 (3 of 5)"
    assert readable(Sentence("Scoring {run}", run="unet")) == "Scoring U-Net"
    told = readable(Sentence(training, run="trial_0003", number=4, num_runs=9))
    assert told == "Training trial 4 (4 of 9)"
    fcn = readable(Sentence("Scoring {run}", run="fcn"))
    with spoken("ko"):
        assert str(said(fcn)) == "FCN(건너뛰기 없음) 채점 중"
        assert str(said(told)) == "시행 4 학습 중(4/9)"
    assert readable("Checking the data") == "Checking the data"

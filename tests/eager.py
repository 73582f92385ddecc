"""Trainings of a few steps without a graph: TensorFlow traces for seconds what then runs for a tenth of one.

For tests of what is around a training. Those of the training itself, of the processes of workers and commands
and of the browser run graphs, as people do. Pictures of these trainings are drawn where axes are by default:
to lay them out takes as long again.
"""

import contextlib
from unittest import mock


@contextlib.contextmanager
def eagerly():
    """Every Keras model runs its steps as they are written, whatever it was compiled with."""
    from core.training.quiet_start import start_keras

    start_keras()
    import keras
    from matplotlib.figure import Figure

    always = property(lambda model: True, lambda model, value: None)
    with (
        mock.patch.object(keras.Model, "run_eagerly", always),
        mock.patch.object(Figure, "get_layout_engine", return_value=None),
    ):
        yield


def from_now_on():
    """The same for the rest of this process, such as a worker of a cluster."""
    _kept.enter_context(eagerly())


_kept = contextlib.ExitStack()

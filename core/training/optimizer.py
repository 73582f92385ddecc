"""How weights are moved: the optimiser, its learning rate over the run, and the averaging of the weights.

The learning rate is that of the global batch: it does not change with the number of replicas, since neither
does the batch that a step averages over. Whoever makes the batch larger chooses the rate anew.
"""

from __future__ import annotations

import keras

from core.config import TrainConfig

MOMENTUM = 0.9


def make_optimizer(settings: TrainConfig, num_steps: int) -> keras.optimizers.Optimizer:
    """Adam (Kingma and Ba 2015, arXiv:1412.6980), or stochastic gradient descent with momentum 0.9."""
    averaging = averaging_momentum(settings, num_steps)
    schedule = learning_rate(settings, num_steps)
    if settings.optimizer == "sgd":
        return keras.optimizers.SGD(
            schedule, momentum=MOMENTUM, use_ema=averaging > 0, ema_momentum=averaging
        )
    return keras.optimizers.Adam(schedule, use_ema=averaging > 0, ema_momentum=averaging)


def learning_rate(settings: TrainConfig, num_steps: int) -> keras.optimizers.schedules.LearningRateSchedule:
    """Linear from 0 to the peak, then a cosine to 0 (Loshchilov and Hutter 2017), or the peak to the end."""
    all_steps = settings.epochs * num_steps
    warmup_steps = int(all_steps * settings.warmup)
    return keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=0.0 if warmup_steps else settings.learning_rate,
        decay_steps=max(1, all_steps - warmup_steps),
        # The part of the peak that the cosine falls to: all of it keeps the rate where it is.
        alpha=1.0 if settings.schedule == "constant" else 0.0,
        warmup_target=settings.learning_rate if warmup_steps else None,
        warmup_steps=warmup_steps,
    )


def averaging_momentum(settings: TrainConfig, num_steps: int) -> float:
    """The momentum of the averaged weights: as set, but over a tenth of the run at the most.

    A short run would otherwise end with an average of weights that had hardly begun to learn.
    """
    return max(0.0, min(settings.weight_averaging, 1 - 10 / (settings.epochs * num_steps)))


def steps_of_epoch(num_examples: int, settings: TrainConfig) -> int:
    """Steps that show about every image once, in whole calls of `steps_per_execution`; at least one call."""
    calls = round(num_examples / (settings.batch_size * settings.steps_per_execution))
    return max(1, calls) * settings.steps_per_execution

"""PyTorch's part in `benchmarks.training`: the same U-Net on the processor, in whichever setting is fastest.

    python -m benchmarks.training_torch --base 16

Layer by layer the network of `core.nets.unet`, with the same loss in float32 and Adam. Three settings are
tried for a few steps each: float32, float32 with channels last, and bfloat16 autocast with channels last.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable

from benchmarks.turns import Done, Turns

try:
    import torch
    from torch import nn
except ImportError:
    raise SystemExit("This benchmark also times PyTorch; install it with `pip install torch`.") from None

SIDE, BATCH, DEPTH = 256, 8, 4
TRIAL_STEPS = 3

Step = Callable[[], None]


class UNet(nn.Module):
    """`core.nets.unet.unet` at depth 4 with padded convolutions and batch normalisation."""

    def __init__(self, base: int) -> None:
        super().__init__()
        widths = [base << level for level in range(DEPTH + 1)]
        self.down = nn.ModuleList(
            double_conv(1 if i == 0 else widths[i - 1], widths[i]) for i in range(DEPTH)
        )
        self.bottom = double_conv(widths[-2], widths[-1])
        self.up = nn.ModuleList(nn.ConvTranspose2d(2 * width, width, 2, stride=2) for width in widths[:-1])
        self.joined = nn.ModuleList(double_conv(2 * width, width) for width in widths[:-1])
        self.pool = nn.MaxPool2d(2)
        self.logits = nn.Conv2d(base, 1, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Logits (N, 1, H, W) of images (N, 1, H, W)."""
        skips = []
        for block in self.down:
            x = block(x)
            skips.append(x)
            x = self.pool(x)
        x = self.bottom(x)
        for level in reversed(range(DEPTH)):
            x = self.joined[level](torch.cat([skips[level], self.up[level](x)], 1))
        return self.logits(x)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", type=int, default=16)
    options = parser.parse_args()
    turns = Turns("torch")
    makers = {
        "float32": lambda: training_step(options.base, channels_last=False, bfloat16=False),
        "float32, channels last": lambda: training_step(options.base, channels_last=True, bfloat16=False),
        "bfloat16 autocast, channels last": lambda: training_step(
            options.base, channels_last=True, bfloat16=True
        ),
    }
    trials = {name: fastest_of(maker()) for name, maker in makers.items()}
    best = min(trials, key=lambda name: trials[name])
    turns.notes |= {"setting": best, "threads": torch.get_num_threads(), "version": torch.__version__}
    turns.notes["trial_ms_per_image"] = {name: 1000 * seconds / BATCH for name, seconds in trials.items()}
    step = makers[best]()
    try:
        while True:
            step()
            turns.step_done()
    except Done:
        return 0


def training_step(base: int, *, channels_last: bool, bfloat16: bool) -> Step:
    """A function that takes one step on a fixed batch."""
    torch.manual_seed(0)
    layout = torch.channels_last if channels_last else torch.contiguous_format
    model = UNet(base).to(memory_format=layout)
    optimizer = torch.optim.Adam(model.parameters(), 1e-3, fused=True)
    images = torch.rand(BATCH, 1, SIDE, SIDE).to(memory_format=layout)
    masks = torch.zeros(BATCH, 1, SIDE, SIDE)
    masks[..., SIDE // 2 :] = 1

    def step() -> None:
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast("cpu", torch.bfloat16, enabled=bfloat16):
            logits = model(images)
        bce_dice(logits.float(), masks).backward()
        optimizer.step()

    return step


def bce_dice(logits: torch.Tensor, masks: torch.Tensor) -> torch.Tensor:
    """`core.training.losses.bce_dice`, meaned over the batch."""
    cross_entropy = nn.functional.binary_cross_entropy_with_logits(logits, masks)
    probability = torch.sigmoid(logits)
    both = (probability * masks).sum((1, 2, 3))
    total = probability.sum((1, 2, 3)) + masks.sum((1, 2, 3))
    return cross_entropy + (1 - (2 * both + 1) / (total + 1)).mean()


def double_conv(inputs: int, outputs: int) -> nn.Sequential:
    layers: list[nn.Module] = []
    for channels in (inputs, outputs):
        layers += [
            nn.Conv2d(channels, outputs, 3, padding=1, bias=False),
            nn.BatchNorm2d(outputs, eps=1e-3),
            nn.ReLU(inplace=True),
        ]
    return nn.Sequential(*layers)


def fastest_of(step: Step) -> float:
    """Seconds of the fastest of a few steps, after a first one."""
    step()
    seconds = []
    for _ in range(TRIAL_STEPS):
        begun = time.perf_counter()
        step()
        seconds.append(time.perf_counter() - begun)
    return min(seconds)


if __name__ == "__main__":
    sys.exit(main())

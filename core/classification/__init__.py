"""An image (and its mask) -> the probability of each label. Part of the Keras band; knows no workspace."""

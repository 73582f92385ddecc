"""From an image to a probability of its own size: safe loading, prediction, export of weights."""

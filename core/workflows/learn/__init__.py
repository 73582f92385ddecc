"""From masks and labels to weights with a card: training, fine-tuning, and what a run leaves."""

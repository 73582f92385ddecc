"""Judging masks: what a reviewer sees, what a verdict does, predict all, agreement and progress."""

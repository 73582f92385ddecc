"""Made-up images with masks: the samples that ship, and pictures for tests; no part of the program."""

"""The parts of the Experiments page: what is asked for, on which images, the running one, the kept ones.

Starts what `python -m core.experiments` does too and reads what it left.
"""

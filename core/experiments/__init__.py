"""Experiments: the same training runs put side by side so that a number can be trusted.

`plan` says what is asked for, `run` does it, `store` reads what it left. Trains and scores through
`core.workflows`; knows neither pages nor Keras.
"""

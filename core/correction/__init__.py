"""What a person decides about a mask: corrections over a prediction, and proposals that wait to be accepted.

Pure functions on arrays; knows neither the store nor the pages.
"""

"""Tests of core.datasets; every data set is made here, none is found data."""

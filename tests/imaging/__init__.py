"""Tests of core.imaging; every odd file is made here, none is found data."""

"""Tests of core.evaluation: every formula against a case worked out by hand and against another library."""

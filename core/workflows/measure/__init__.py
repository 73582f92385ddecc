"""How good a model is: scored, compared, put in a table."""

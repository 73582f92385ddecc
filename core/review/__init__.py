"""Whether masks are right: guesses of their quality, how well people agree, and what the audit shows."""

"""Signing in, where the server is open to more than this machine: when it is needed, the gate, the form."""

"""The HTTP API: what callers send and read."""

"""Retraining: what people decided is handed to whatever makes a better model of it."""

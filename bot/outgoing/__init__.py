"""Requests to addresses that other people name."""

"""Stored rows turned into the answers people and dashboards read."""

"""Slack: cards as pure functions of data, listeners by what a person wants, and who they are."""

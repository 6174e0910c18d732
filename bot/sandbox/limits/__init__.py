"""What Slack refuses: Block Kit and its limits, as tables of rules."""

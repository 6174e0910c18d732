"""From the outbox to Slack: paced, in order, retried, and never lost."""

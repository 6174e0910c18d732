"""What you deploy: Slack, HTTP, time."""

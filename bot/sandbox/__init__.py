"""A local workspace: a strict stand-in for Slack at the wire, with a page and simulated people."""

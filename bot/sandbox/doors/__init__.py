"""The workspace's own HTTP endpoints: for the page, for people, for tests, and for answers."""

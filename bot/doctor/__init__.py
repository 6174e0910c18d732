"""What stands between an installation and its first decision, found before anybody waits for it."""

"""What each command of ``hitl`` does, one file each."""

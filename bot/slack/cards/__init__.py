"""What people see, as pure functions from data to blocks."""

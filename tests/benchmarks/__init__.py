"""How fast it is: measured, printed, never asserted."""

"""What goes wrong with people in the loop, as named rules over a use case's figures."""

"""Numbers a team can act on: arrays in, answers out."""

"""``hitl demo``: real models, real data, a local workspace, and people real or simulated."""

"""``hitl demo --weeks``: a model that learns from what people decide, week after week."""

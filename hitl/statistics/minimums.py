"""How much must be seen before a figure is worth a line; under it, say how much is missing."""

ESCALATION = 30
"""Predictions for an escalation rate."""
HEADLINE = 100
"""Predictions for an escalation rate that stands by itself."""
TREND_WEEKS = 8
TREND_ESCALATIONS = 30
"""Escalations in all those weeks together: logarithms of fewer say nothing."""
TEAM_CHECKS = 30
"""Checked decisions for the accuracy of a team."""
PERSON_CHECKS = 50
"""Checked decisions for the accuracy of one person; nobody is ranked below it."""
DOUBLE_REVIEWS = 30
"""Cases seen by two people for their raw disagreement."""
ALPHA = 100
"""Cases seen by two people for Krippendorff's alpha."""
CALIBRATION = 100
"""Checked predictions for bins, scores and recalibration."""
OVERTURNS = 30
"""Decisions by people for how often the AI was overturned."""
SERVED = 100
"""Decisions by people for what the order brings in which they are served,"""
LEFT = 30
"""and cases that they did not get to: where all are decided, no order brings anything."""
MEDIAN = 20
"""Timed reviews for a median."""
P90 = 36
"""Timed reviews for a ninetieth percentile."""
OWN_DECISIONS = 20
"""Decisions of one person on a day, and before it, for signs of fatigue."""

"""Every rule with its likely cause, what to do about it, and one next step; as data."""

from hitl.statistics.findings.escalation import one_part, stuck
from hitl.statistics.findings.model import less_right, out_of_tune, overturned, suddenly_overturned
from hitl.statistics.findings.people import at_odds, rubber_stamping, slow, unwanted
from hitl.statistics.findings.signal import Rule

RULES: tuple[Rule, ...] = (
    Rule(
        name="escalation won't drop",
        look=stuck,
        cause="The model does not learn from what people decide, or its thresholds are set wrong.",
        fix="Audit both: are labels exported and trained on, and what would other thresholds do?",
        next_step="Run hitl simulate for this use case.",
    ),
    Rule(
        name="reviews are slow",
        look=slow,
        cause="The card asks for more than a glance, or easy cases are escalated.",
        fix="Simplify what is shown: reasoning, a yes or no, the context; then look at thresholds.",
        next_step="Decide five cases in review mode, and note what you had to look for.",
    ),
    Rule(
        name="reviewers disagree",
        look=at_odds,
        cause="The guidelines are ambiguous: what is correct is not written down.",
        fix="Clarify what correct means, and go through it with the reviewers.",
        next_step="Read the last ten disputed cases together, and write one rule from them.",
    ),
    Rule(
        name="the AI is overturned",
        look=overturned,
        cause="The model is poorly trained, its confidence is off, or reviewers are mistaken.",
        fix="Retrain the model, or the reviewers: how many overturns are upheld says which.",
        next_step="Have twenty of the overturned cases adjudicated.",
    ),
    Rule(
        name="a job nobody wants",
        look=unwanted,
        cause="Reviewing is a pain, or the cases are genuinely hard.",
        fix="Make it faster, spread it over more people, or accept that more is escalated.",
        next_step="Ask the reviewers which kind of case they skip, and why.",
    ),
    Rule(
        name="automatic decisions get worse",
        look=less_right,
        cause="A new model version is worse, or what comes in has changed.",
        fix="Raise the thresholds until you know; then go back a version or retrain.",
        next_step="Look at the wrong ones among the checks of this week.",
    ),
    Rule(
        name="a sudden change",
        look=suddenly_overturned,
        cause="Something happened then: a deployment, a new guideline, another kind of traffic.",
        fix="Find what changed at that time, and undo it or retrain for it.",
        next_step="Compare that moment with your deployments and announcements.",
    ),
    Rule(
        name="confidence is out of tune",
        look=out_of_tune,
        cause="The model was retrained without recalibration, or its traffic has drifted.",
        fix="Recalibrate on the blind checks, and set the thresholds anew.",
        next_step="Run hitl policy advise for this use case.",
    ),
    Rule(
        name="rubber-stamping",
        look=rubber_stamping,
        cause="People press without looking: too many cases, or too few where it matters.",
        fix="Fewer cases a person, more known answers among them, no quotas by number.",
        next_step="Talk with the team about its load before talking about anybody's numbers.",
    ),
    Rule(
        name="one part causes most escalations",
        look=one_part,
        cause="The model has seen too few examples of it, or it is two things under one name.",
        fix="Label more of it and retrain; or give it a rule or a label of its own.",
        next_step="Read twenty of its escalated cases.",
    ),
)

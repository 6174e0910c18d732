"""Which of many signals to believe when every use case is looked at every week."""

from collections.abc import Sequence


def discoveries(p_values: Sequence[float], *, q: float = 0.1) -> list[bool]:
    """Whether each stands when at most a share ``q`` of those that do may be false, on average.

    Y. Benjamini and Y. Hochberg, "Controlling the false discovery rate", JRSS B 57 (1995),
    289-300. Give it every test that was made, not only those that look interesting.
    """
    count = len(p_values)
    last = max(
        (rank for rank, p in enumerate(sorted(p_values), start=1) if p <= q * rank / count),
        default=0,
    )
    limit = q * last / count if count else 0.0
    return [last > 0 and p <= limit for p in p_values]

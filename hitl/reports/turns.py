"""Which cases people got to when more came than they could decide, and what they met."""

from dataclasses import replace

from hitl.reports.facts import MARGINS, TURNS
from hitl.reports.ledger import Ledger, Window
from hitl.statistics.answers import NotYet
from hitl.statistics.served_first import Band, ServedFirst, served_first


def served_first_in(ledger: Ledger, window: Window) -> ServedFirst | NotYet:
    """Of the cases that came in the window, as they stand now."""
    bands = [Band(0, 0, 0) for _ in range(len(MARGINS) + 1)]
    for row in ledger.rows(TURNS, [window], "band", "served", "overturned"):
        band = bands[row.band]
        bands[row.band] = replace(
            band,
            came=band.came + row.cases,
            served=band.served + row.cases * row.served,
            overturned=band.overturned + row.cases * row.overturned,
        )
    return served_first(bands)

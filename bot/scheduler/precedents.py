"""Has what is kept in memory of past cases follow the database: erased content leaves it, too."""

from contextlib import AbstractAsyncContextManager
from datetime import timedelta

from bot.scheduler.sweeps import sweeping
from hitl.reports.precedents import Precedents

EVERY = timedelta(minutes=1)
"""Whoever looks for precedents has them follow at once; this is for where nobody does."""


def following_precedents(precedents: Precedents) -> AbstractAsyncContextManager[None]:
    """Follow for as long as the block runs."""
    return sweeping("past cases", precedents.follow, every=EVERY)

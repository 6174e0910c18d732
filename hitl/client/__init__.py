"""What callers import: submit predictions, wait for outcomes, tell the truth later."""

from hitl.client.answers import Answer, Ask, HitlRefused
from hitl.client.asynchronous import AsyncHitl
from hitl.client.edge import AsyncEdgeRouter, Decision, EdgeRouter
from hitl.client.synchronous import Hitl

__all__ = [
    "Answer",
    "Ask",
    "AsyncEdgeRouter",
    "AsyncHitl",
    "Decision",
    "EdgeRouter",
    "Hitl",
    "HitlRefused",
]

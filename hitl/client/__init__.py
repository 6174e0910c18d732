"""What callers import: submit predictions, wait for outcomes, tell the truth later."""

from hitl.client.answers import Answer, HitlRefused
from hitl.client.asynchronous import AsyncHitl
from hitl.client.synchronous import Hitl

__all__ = ["Answer", "AsyncHitl", "Hitl", "HitlRefused"]

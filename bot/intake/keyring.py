"""The keys that are accepted, held as digests in memory: no request asks the database for them."""

import hmac
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta

from pydantic import SecretStr

from hitl.api_keys import Scope, StoredKey, digest_of, id_in
from hitl.cases import Case
from hitl.errors import HitlError
from hitl.policy import InForce, UseCase
from hitl.storage.queries import CaseNotFound

TRUSTED_FOR = timedelta(seconds=15)
"""Stored keys that were not looked at again for so long are no longer believed to be accepted."""
_NOTE_EVERY = timedelta(minutes=1)
_SETTING_KEY_SCOPES = frozenset(Scope) - {Scope.ADMIN}
_NO_DIGEST = "0" * 64


class KeysUnknown(HitlError):
    """The database could not be asked lately which keys are accepted."""


class NotForThisKey(HitlError):
    """The key is for other use cases; whether there is such a one is not said."""


class MayNotRoute(HitlError):
    """The key lacks the scope ``route``."""

    def __init__(self) -> None:
        super().__init__("This key lacks the scope 'route', so routed can't be taken from it.")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who holds the key of a request."""

    id: str
    name: str
    """Says which key it was without giving it away."""
    scopes: frozenset[str]
    use_cases: frozenset[str] | None = None
    """None for every one."""

    def covers(self, use_case: str) -> bool:
        """Whether the key is for the use case."""
        return self.use_cases is None or use_case in self.use_cases

    def use_case(self, policy: InForce, name: str) -> UseCase:
        """Look one up; raises ``NotForThisKey`` and ``UnknownUseCase``."""
        if self.use_cases is not None and name not in self.use_cases & policy.use_cases.keys():
            names = ", ".join(sorted(self.use_cases))
            raise NotForThisKey(f'This key is not for "{name}"; it is for: {names}.')
        return policy.use_case(name)

    def use_cases_of(self, policy: InForce) -> list[str]:
        """The use cases it may know of."""
        return [name for name in policy.use_cases if self.covers(name)]

    @property
    def is_blind(self) -> bool:
        """Whether it may review and not read: then it is shown what any reviewer is."""
        return Scope.REVIEW in self.scopes and Scope.READ not in self.scopes

    def require(self, case: Case) -> Case:
        """The case; raises ``CaseNotFound`` where the key is for other use cases.

        Also where its answer is known, for it is no case of a caller's.
        """
        if not self.covers(case.use_case) or case.is_known:
            raise CaseNotFound(case.id)
        return case

    def require_to_review(self, case: Case) -> Case:
        """The same for those who vote, who know of no difference."""
        if not self.covers(case.use_case) or (case.is_known and case.check is None):
            raise CaseNotFound(case.id)
        return case


class Keyring:
    """The keys of the settings, and those stored, as they were when last looked at."""

    def __init__(
        self, keys: Iterable[SecretStr] = (), *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        digests = (digest_of(key.get_secret_value()) for key in keys)
        self._set = [(digest, _set_caller(digest[:6])) for digest in digests]
        self._stored: dict[str, tuple[str, Caller]] = {}
        self._learned_at: float | None = None
        self._used: set[str] = set()
        self._noted_at: dict[str, float] = {}
        self._monotonic = monotonic

    def caller(self, authorization: str | None) -> Caller | None:
        """Whose key the header carries; raises ``KeysUnknown``."""
        scheme, _, token = (authorization or "").partition(" ")
        return self.holder(token.strip()) if scheme.lower() == "bearer" else None

    def holder(self, token: str) -> Caller | None:
        """Whose key it is; raises ``KeysUnknown``."""
        digest = digest_of(token)
        # Looks at every key, so that time tells nothing.
        found = [caller for known, caller in self._set if hmac.compare_digest(known, digest)]
        number = id_in(token)
        if found or number is None:
            return found[0] if found else None
        self._require_fresh()
        known, caller = self._stored.get(number, (_NO_DIGEST, None))
        if not hmac.compare_digest(known, digest) or caller is None:
            return None
        self._used.add(number)
        return caller

    def still_accepted(self, caller_id: str) -> Caller | None:
        """The holder of a key that was shown before, unless it was revoked since."""
        for _, caller in self._set:
            if caller.id == caller_id:
                return caller
        _, stored = self._stored.get(caller_id, (_NO_DIGEST, None))
        if stored is not None:
            self._require_fresh()
        return stored

    def learn(self, keys: Iterable[StoredKey]) -> None:
        """Put what is stored now in the place of what was known."""
        self._stored = {key.id: (key.digest, _stored_caller(key)) for key in keys}
        self._learned_at = self._monotonic()

    def uses_to_note(self) -> frozenset[str]:
        """Stored keys that were used and not noted within the last minute; told once."""
        now = self._monotonic()
        late = now - _NOTE_EVERY.total_seconds()
        due = frozenset(each for each in self._used if self._noted_at.get(each, late) <= late)
        self._used -= due
        self._noted_at |= dict.fromkeys(due, now)
        return due

    def _require_fresh(self) -> None:
        now = self._monotonic()
        learned_at = self._learned_at
        if learned_at is None or now - learned_at > TRUSTED_FOR.total_seconds():
            raise KeysUnknown("Which keys are accepted can't be read now; try again.")


def _set_caller(number: str) -> Caller:
    return Caller(id=number, name=f"key {number}", scopes=_SETTING_KEY_SCOPES)


def _stored_caller(key: StoredKey) -> Caller:
    return Caller(
        id=key.id, name=f"key {key.name} ({key.id})", scopes=key.scopes, use_cases=key.use_cases
    )

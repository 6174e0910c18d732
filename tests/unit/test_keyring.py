"""Keys are looked up in memory, and no longer believed when nobody could look after them."""

from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from bot.intake.keyring import TRUSTED_FOR, Keyring, KeysUnknown
from hitl.api_keys import (
    KeyRefused,
    NewKey,
    Scope,
    StoredKey,
    id_in,
    new_key,
    require_name,
    scopes_from,
)

KEY = new_key()


class Monotonic:
    """Seconds that a test lets pass."""

    def __init__(self) -> None:
        self.seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


def stored(key: NewKey = KEY) -> StoredKey:
    moment = datetime(2026, 11, 23, tzinfo=UTC)
    scopes = frozenset({Scope.READ})
    return StoredKey(key.id, "crm", key.digest, scopes, None, moment, None, None)


def test_no_two_keys_are_alike_and_what_is_kept_does_not_tell_the_key() -> None:
    keys = [new_key() for _ in range(100)]
    assert len({key.token for key in keys}) == len({key.id for key in keys}) == 100
    assert all(id_in(key.token) == key.id for key in keys)
    assert all(key.token.partition(f"{key.id}_")[2] not in key.digest for key in keys)
    assert len(keys[0].token.rpartition("_")[2]) * 4 >= 160


def test_a_key_of_the_settings_may_do_all_but_administer() -> None:
    caller = Keyring([SecretStr("a-key-for-tests-only")]).holder("a-key-for-tests-only")
    assert caller is not None
    assert caller.scopes == {"submit", "read", "review", "route"}
    assert caller.use_cases is None
    assert "a-key" not in caller.name


def test_a_stored_key_is_accepted_until_it_is_no_longer_stored() -> None:
    keyring = Keyring()
    keyring.learn([stored()])
    assert keyring.caller(f"Bearer {KEY.token}") is not None
    assert keyring.caller(f"Basic {KEY.token}") is None
    assert keyring.still_accepted(KEY.id) is not None
    keyring.learn([])
    assert keyring.caller(f"Bearer {KEY.token}") is None
    assert keyring.still_accepted(KEY.id) is None


def test_a_key_with_a_known_id_and_another_secret_is_refused() -> None:
    keyring = Keyring()
    keyring.learn([stored()])
    assert keyring.holder(f"hitl_{KEY.id}_{'0' * 48}") is None


def test_stored_keys_are_not_believed_for_longer_than_they_were_looked_at() -> None:
    time = Monotonic()
    keyring = Keyring([SecretStr("a-key-for-tests-only")], monotonic=time)
    with pytest.raises(KeysUnknown):
        keyring.holder(KEY.token)
    keyring.learn([stored()])
    time.seconds += TRUSTED_FOR.total_seconds()
    assert keyring.holder(KEY.token) is not None
    time.seconds += 1
    with pytest.raises(KeysUnknown):
        keyring.holder(KEY.token)
    with pytest.raises(KeysUnknown):
        keyring.still_accepted(KEY.id)
    assert keyring.holder("a-key-for-tests-only") is not None


def test_use_is_noted_once_a_minute_however_often_a_key_is_used() -> None:
    time = Monotonic()
    keyring = Keyring(monotonic=time)
    keyring.learn([stored()])
    assert keyring.uses_to_note() == frozenset()
    keyring.holder(KEY.token)
    assert keyring.uses_to_note() == {KEY.id}
    keyring.holder(KEY.token)
    assert keyring.uses_to_note() == frozenset()
    time.seconds += 60
    assert keyring.uses_to_note() == {KEY.id}
    time.seconds += 60
    assert keyring.uses_to_note() == frozenset()


@pytest.mark.parametrize("name", ["", " crm", "crm ", "a\nb", "a" * 65, "[bold]", "-rf", "naïve"])
def test_a_name_that_could_pass_for_something_else_is_refused(name: str) -> None:
    with pytest.raises(KeyRefused, match="name"):
        require_name(name)


@pytest.mark.parametrize("name", ["a", "crm", "Billing bot 2", "ana@example.com", "spam_v2.1"])
def test_a_plain_name_is_taken(name: str) -> None:
    assert require_name(name) == name


def test_a_mistyped_scope_is_answered_with_the_right_one() -> None:
    assert scopes_from(" Submit, read ,") == {Scope.SUBMIT, Scope.READ}
    with pytest.raises(KeyRefused, match='did you mean "submit"'):
        scopes_from("sumbit")
    with pytest.raises(KeyRefused, match="at least one"):
        scopes_from(",")

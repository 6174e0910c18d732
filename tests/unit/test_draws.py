"""The sample for audits is as large as the policy says only if the draws are even."""

from bot.services import fresh_draw


def test_draws_are_spread_from_zero_to_one_and_never_given_twice() -> None:
    drawn = [fresh_draw() for _ in range(3_000)]
    assert len(set(drawn)) == len(drawn)
    assert all(0 <= draw < 1 for draw in drawn)
    tenths = [sum(draw * 10 // 1 == tenth for draw in drawn) for tenth in range(10)]
    # Of 3,000 even draws, fewer than one in a billion runs has a tenth outside of this.
    assert all(190 < count < 420 for count in tenths)

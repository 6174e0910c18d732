"""``hitl simulate``: what a person types to see other thresholds."""

from pathlib import Path
from typing import Annotated

import typer

_SCENARIOS = "moderation, email, medical or linkedin"


def simulate(
    use_case: Annotated[
        str | None, typer.Argument(help="A use case; needed where the policy has several.")
    ] = None,
    *,
    threshold: Annotated[
        list[str] | None,
        typer.Option(help="As in 0.9, or clean=0.9 for one label; may be given again."),
    ] = None,
    window: Annotated[str, typer.Option(help="How far to look back, as in 24h, 7d, 4w.")] = "28d",
    model: Annotated[
        str | None, typer.Option(help="A model version; the one that predicted last unless said.")
    ] = None,
    better: Annotated[
        str | None,
        typer.Option(help="Assume so large a part of its doubts and errors away, as in 20%."),
    ] = None,
    scenario: Annotated[
        str | None, typer.Option(help=f"A worked example, without data: {_SCENARIOS}.")
    ] = None,
    png: Annotated[Path | None, typer.Option(help="Draw it into this file, too.")] = None,
) -> None:
    """Replay stored predictions under other thresholds: escalation, errors, load and cost."""
    from bot.commands.simulate import Asked  # noqa: PLC0415
    from bot.commands.simulate import simulate as run  # noqa: PLC0415

    run(
        Asked(
            use_case=use_case,
            scenario=scenario,
            thresholds=tuple(threshold or ()),
            window=window,
            model=model,
            better_by=better,
            png=png,
        )
    )

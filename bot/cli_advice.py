"""``hitl policy certify`` and ``hitl policy advise``: what a person types to be advised."""

from typing import Annotated

import typer

_UseCase = Annotated[
    str | None, typer.Option(help="A use case; needed where the policy has several.")
]
_Model = Annotated[
    str | None, typer.Option(help="A model version; the one that predicted last unless said.")
]


def certify(
    *,
    max_error: Annotated[
        str | None,
        typer.Option(help="How much of what stands may be wrong, as in 2%; else as in the policy."),
    ] = None,
    confidence: Annotated[str, typer.Option(help="How sure that is to be.")] = "95%",
    use_case: _UseCase = None,
    model: _Model = None,
    once: Annotated[
        bool, typer.Option("--once", help="Look at everything now, if you never look again.")
    ] = False,
) -> None:
    """Find the lowest thresholds that blind checks guarantee, or say what is missing."""
    from bot.commands.policy_certify import Asked  # noqa: PLC0415
    from bot.commands.policy_certify import certify as run  # noqa: PLC0415

    run(Asked(use_case, max_error, confidence, model, once=once))


def advise(*, use_case: _UseCase = None, model: _Model = None) -> None:
    """Say which strategy and threshold costs least, with the arithmetic and what is assumed."""
    from bot.commands.policy_advise import Asked, show_advice  # noqa: PLC0415

    show_advice(Asked(use_case, model))


def add_advice(policy: typer.Typer) -> None:
    """Put them beside the other commands about the policy."""
    policy.command("advise")(advise)
    policy.command("certify")(certify)

"""``hitl policy …``: what a person types about the policy."""

from pathlib import Path
from typing import Annotated

import typer

policy = typer.Typer(
    help="What the AI may decide alone, who is asked otherwise, and who agreed.",
    no_args_is_help=True,
)

_File = Annotated[
    Path | None, typer.Argument(help="The policy file; HITL_POLICY where none is named.")
]


@policy.command("init")
def init(file: _File = None) -> None:
    """Ask five questions and write a commented policy file."""
    from bot.commands.policy_init import init as run  # noqa: PLC0415

    typer.echo(run(file))


@policy.command("check")
def check(file: _File = None) -> None:
    """Tell every mistake in the file, each with its line; exit status 2 if there is one."""
    from bot.commands.policy import check as run  # noqa: PLC0415

    typer.echo(run(file))


@policy.command("show")
def show(
    use_case: Annotated[
        str | None, typer.Argument(help="One use case; every one unless said.")
    ] = None,
    *,
    file: Annotated[Path | None, typer.Option(help="HITL_POLICY where none is named.")] = None,
) -> None:
    """Write out the effective policy, each value with its origin: line, preset or default.

    What is printed is a policy file that says the same.
    """
    from bot.commands.policy_show import show as run  # noqa: PLC0415

    typer.echo(run(file, use_case=use_case))


@policy.command("schema")
def schema() -> None:
    """Print a JSON Schema of the file, with which editors complete keys and mark mistakes."""
    from bot.commands.policy_show import schema as run  # noqa: PLC0415

    typer.echo(run())


@policy.command("apply")
def apply(file: _File = None) -> None:
    """Let the file's policy run in every replica; what approvers must sign is proposed to them."""
    from bot.commands.policy import apply as run  # noqa: PLC0415

    typer.echo(run(file))


@policy.command("history")
def history(
    use_case: Annotated[
        str | None, typer.Argument(help="One use case; every one unless said.")
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Everything, to keep elsewhere.")] = False,
) -> None:
    """Show every change: what, when, asked for by whom, signed by whom, and what became of it."""
    from bot.commands.policy_history import history as run  # noqa: PLC0415

    typer.echo(run(use_case, as_json=as_json))


@policy.command("withdraw")
def withdraw(
    number: Annotated[
        int, typer.Argument(help="Of the proposal, as in the history.", max=2**63 - 1)
    ],
    *,
    reason: Annotated[str, typer.Option(help="Why it is not wanted any more.")],
) -> None:
    """End a proposal; what runs goes on."""
    from bot.commands.policy import withdraw as run  # noqa: PLC0415

    typer.echo(run(number, reason=reason))

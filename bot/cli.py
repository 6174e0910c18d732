"""``hitl …``: what a person types; heavy imports wait until a command needs them."""

import gc
import sys
from pathlib import Path
from typing import Annotated

import typer

from bot.cli_advice import add_advice
from bot.cli_policy import policy
from bot.cli_simulate import simulate
from hitl.errors import HitlError
from hitl.learning.formats import Format, Reviewers

app = typer.Typer(
    name="hitl",
    help="The place where an AI's unsure decisions get a human answer, in Slack, in seconds.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


def main() -> None:
    """Run a command; a refusal is a line on standard error and exit status 2."""
    try:
        app()
    except HitlError as error:
        print(error, file=sys.stderr)  # noqa: T201 - this is where a person reads it
        raise SystemExit(2) from None


@app.callback(invoke_without_command=True)
def root(
    *,
    version: Annotated[bool, typer.Option("--version", help="Say the version and leave.")] = False,
) -> None:
    """Nothing to do before a command, except to say the version."""
    if version:
        from importlib.metadata import version as installed  # noqa: PLC0415

        typer.echo(f"hitl {installed('hitl')}")
        raise typer.Exit


@app.command()
def serve() -> None:
    """Take cases over HTTP, ask people in Slack, send back what they decide.

    Settings come from the environment and from .env; the policy from HITL_POLICY.
    """
    # What loading makes stays: looking through it for garbage would take a fifth of the start.
    gc.disable()
    from bot.commands.serve import serve as run  # noqa: PLC0415

    run()


@app.command()
def doctor() -> None:
    """Say what stands between this installation and its first decision; changes nothing.

    Looks at settings, policy, database and keys, and asks Slack about tokens,
    scopes, channels and people. Exit status 1 if something is wrong.
    """
    from bot.commands.doctor import doctor as run  # noqa: PLC0415

    raise typer.Exit(0 if run() else 1)


@app.command()
def demo(
    *,
    auto: Annotated[bool, typer.Option(help="Let simulated reviewers do the clicking.")] = False,
    leave: Annotated[bool, typer.Option("--exit", help="With --auto: leave when done.")] = False,
    keep: Annotated[bool, typer.Option(help="Go on with the data of the last run.")] = False,
    most: Annotated[
        int | None, typer.Option(min=1, help="Send at most so many of each data set.")
    ] = None,
    weeks: Annotated[
        int | None,
        typer.Option(min=1, max=10, help="Play weeks of a model that learns, and leave."),
    ] = None,
    data: Annotated[Path, typer.Option(help="Where the demo keeps its data.")] = Path("hitl-demo"),
    port: Annotated[
        int, typer.Option(min=0, max=65_535, help="Of the workspace's page; 0 takes a free one.")
    ] = 8090,
    api_port: Annotated[
        int, typer.Option(min=0, max=65_535, help="Of the HTTP API; 0 takes a free one.")
    ] = 8080,
) -> None:
    """Show everything on this machine: real models, a local workspace, no Slack account."""
    from bot.commands.demo import demo as run  # noqa: PLC0415
    from bot.demo.options import Options  # noqa: PLC0415

    run(
        Options(
            auto=auto,
            leave=leave,
            keep=keep,
            most=most,
            data=data,
            port=port,
            api_port=api_port,
            weeks=weeks,
        )
    )


@app.command()
def backup(
    target: Annotated[Path, typer.Argument(help="The file to write; it must be new.")],
) -> None:
    """Copy the SQLite file while the service runs, and check the copy.

    To restore: stop the service, put the copy in the file's place, remove the -wal and -shm files
    beside it, start. For PostgreSQL there is pg_dump.
    """
    from bot.commands.backup import backup as run  # noqa: PLC0415

    run(target)


@app.command()
def stats(
    use_case: Annotated[str | None, typer.Argument(help="One use case; else each.")] = None,
    window: Annotated[str, typer.Argument(help="Such as 24h, 7d, 4w.")] = "7d",
    *,
    model: Annotated[str | None, typer.Option(help="Of this model version alone.")] = None,
) -> None:
    """Print every figure with its sample and interval, week by week, and what is wrong."""
    from bot.commands.stats import show  # noqa: PLC0415

    show(use_case, window, model=model)


@app.command()
def rollup(
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing: say where counts are wrong.")
    ] = False,
) -> None:
    """Count every hour anew from the cases, for reports that read counts instead."""
    from bot.commands import rollup as run  # noqa: PLC0415

    if check:
        raise typer.Exit(0 if run.check() else 1)
    run.rebuild()


add_advice(policy)
app.add_typer(policy, name="policy")
app.command("simulate")(simulate)

outbox = typer.Typer(help="What waits to be sent, and what could not be sent.")
app.add_typer(outbox, name="outbox", invoke_without_command=True)


@outbox.callback()
def outbox_list(context: typer.Context) -> None:
    """Show what waits to be sent and what could not be sent."""
    if context.invoked_subcommand is None:
        from bot.commands.outbox import show  # noqa: PLC0415

        show()


@outbox.command("replay")
def outbox_replay(
    numbers: Annotated[list[int] | None, typer.Argument(help="Of dead letters, as listed.")] = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="Every dead letter.")] = False,
) -> None:
    """Send dead letters again."""
    from bot.commands.outbox import send_again  # noqa: PLC0415

    typer.echo(send_again(numbers or [], everything=everything))


audit = typer.Typer(help="The hash-chained record of what happened.", no_args_is_help=True)
app.add_typer(audit, name="audit")


@audit.command("verify")
def audit_verify(
    *,
    checkpoint: Annotated[
        str | None, typer.Option(help="From a digest: prove that all it covered is there.")
    ] = None,
) -> None:
    """Check every case's history and every checkpoint; exit status 1 names the first break."""
    from bot.commands.audit import verify  # noqa: PLC0415

    raise typer.Exit(0 if verify(checkpoint) else 1)


keys = typer.Typer(help="API keys: made, listed, revoked.", no_args_is_help=True)
app.add_typer(keys, name="keys")


@keys.command("create")
def keys_create(
    name: Annotated[str, typer.Argument(help="Whose it is; two of a name may be in use at once.")],
    *,
    scopes: Annotated[str, typer.Option(help="As in submit,read; others: review, route, admin.")],
    use_cases: Annotated[
        str | None, typer.Option(help="For these alone, separated by commas; else for all.")
    ] = None,
) -> None:
    """Make a key and print it, once: only a hash of it is kept."""
    from bot.commands.keys import create  # noqa: PLC0415

    create(name, scopes=scopes, use_cases=use_cases)


@keys.command("list")
def keys_list(
    *,
    everything: Annotated[bool, typer.Option("--all", help="Those revoked, too.")] = False,
) -> None:
    """Show which keys there are and when each was last used."""
    from bot.commands.keys import show  # noqa: PLC0415

    show(everything=everything)


@keys.command("revoke")
def keys_revoke(
    key: Annotated[str, typer.Argument(help="Its id or its name; or all of it, where found.")],
) -> None:
    """Refuse a key from now on, in every running process within seconds."""
    from bot.commands.keys import revoke  # noqa: PLC0415

    revoke(key)


labels = typer.Typer(help="What people decided, as training examples.", no_args_is_help=True)
app.add_typer(labels, name="labels")


@labels.command("export")
def labels_export(
    *,
    kind: Annotated[
        Format, typer.Option("--format", help="JSON lines, CSV for spreadsheets, or Parquet.")
    ] = Format.JSONL,
    out: Annotated[
        Path | None, typer.Option(help="The file to write; else standard output.")
    ] = None,
    use_case: Annotated[str | None, typer.Option(help="Of this use case alone.")] = None,
    after: Annotated[
        int, typer.Option(min=0, help="Only what changed since: the cursor of an export before.")
    ] = 0,
    reviewers: Annotated[
        Reviewers, typer.Option(help="Under names that stay the same, or as they are.")
    ] = Reviewers.PSEUDONYMS,
    pictures: Annotated[bool, typer.Option(help="With uploaded pictures in base64.")] = False,
) -> None:
    """Write every label that stands to a file, while the service runs.

    Cells of a CSV that a spreadsheet would take for formulas begin with an
    apostrophe; JSON lines and Parquet hold every text as it was sent.
    """
    from bot.commands.labels import ExportOptions, export  # noqa: PLC0415

    export(
        ExportOptions(
            kind=kind,
            out=out,
            use_case=use_case,
            after=after,
            named=reviewers is Reviewers.NAMED,
            pictures=pictures,
        )
    )


@app.command()
def erase(
    cases: Annotated[
        list[int] | None, typer.Argument(help="Numbers of cases.", max=2**63 - 1)
    ] = None,
    *,
    use_case: Annotated[str | None, typer.Option(help="All its cases --before a day.")] = None,
    before: Annotated[str | None, typer.Option(help="A day, as in 2026-06-01.")] = None,
) -> None:
    """Take out what people wrote in cases that are done: every table, the file and its log.

    Label, scores and the hash-chained history stay, and the card in Slack says
    so. A policy's retention does the same by itself. Keys of cases stay: put no
    names into them.
    """
    from bot.commands.erase import erase_cases  # noqa: PLC0415

    erase_cases(cases or [], use_case=use_case, before=before)


retrain = typer.Typer(help="Making a better model of what people decided.", no_args_is_help=True)
app.add_typer(retrain, name="retrain")


@retrain.command("now")
def retrain_now(
    *, use_case: Annotated[str | None, typer.Option(help="Which, if several can.")] = None
) -> None:
    """Do what the policy's retrain rule says, here and at once; exit status 2 if it fails."""
    from bot.commands.retrain import retrain_now as run  # noqa: PLC0415

    run(use_case)


@retrain.command("runs")
def retrain_runs() -> None:
    """Show the latest retrainings and what became of them."""
    from bot.commands.retrain import show_runs  # noqa: PLC0415

    show_runs()

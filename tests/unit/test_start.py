"""What is heavy is loaded by whoever needs it, and never as the service starts."""

import subprocess
import sys

HEAVY = {"alembic", "matplotlib", "numpy", "pandas", "psycopg", "pyarrow", "scipy", "sklearn"}


def test_the_service_starts_without_what_only_figures_need() -> None:
    code = "import bot.app, bot.cli, sys; print(*sys.modules)"
    ran = subprocess.run(  # noqa: S603 - nothing is given from outside
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert HEAVY.isdisjoint(ran.stdout.split())

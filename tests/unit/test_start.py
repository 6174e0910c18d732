"""What is heavy is loaded by whoever needs it, and never as the service starts."""

import subprocess
import sys

HEAVY = {"alembic", "matplotlib", "numpy", "pandas", "psycopg", "pyarrow", "scipy", "sklearn"}


def loaded_by(code: str) -> set[str]:
    """The modules that a new process has after running this."""
    ran = subprocess.run(  # noqa: S603 - nothing is given from outside
        [sys.executable, "-c", f"{code}; import sys; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(ran.stdout.split())


def test_the_service_starts_without_what_only_figures_need() -> None:
    assert HEAVY.isdisjoint(loaded_by("import bot.app, bot.cli"))


def test_similar_texts_are_found_with_numpy_alone() -> None:
    code = """
from hitl.similarity.texts import TextIndex
found = TextIndex().plus([1, 2], ["The card has not arrived", "Something else"])
assert found.plus([3], ["The card has arrived"]).nearest("The card has arrived", most=2)"""
    loaded = loaded_by(code)
    assert "numpy" in loaded
    assert (HEAVY - {"numpy"} | {"numpy.ma", "numpy.random"}).isdisjoint(loaded)

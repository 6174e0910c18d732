"""``hitl backup``: a consistent copy of the database while the service runs."""

from pathlib import Path

from rich.console import Console

from bot.settings import read_settings
from hitl.storage.backup import back_up


def backup(target: Path) -> None:
    """Copy, check, and say where it is; raises ``BackupRefused``."""
    console = Console(highlight=False, markup=False, soft_wrap=True)
    with console.status("Copying the database…"):
        size = back_up(read_settings().database_url, target)
    console.print(f"{target}: {size / 1_048_576:.1f} MiB, checked.")
    console.print(
        "To restore: stop the service, put it in the database's place, remove the -wal and -shm"
        " files beside that, start again."
    )

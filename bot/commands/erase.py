"""``hitl erase``: what people wrote leaves the database, and what was decided stays."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from functools import partial

from rich.console import Console

from bot.commands.asked import refuse_without_cases
from bot.commands.bars import bar_of
from bot.commands.store import use_store
from bot.slack.text import counted
from hitl.errors import HitlError
from hitl.review import erase
from hitl.storage.database import Database
from hitl.storage.erasure import cases_to_erase, use_cases_kept

_BY = "hitl erase"


class NothingToErase(HitlError):
    """It was not said what to erase, or not clearly."""


def erase_cases(case_ids: Sequence[int], *, use_case: str | None, before: str | None) -> None:
    """Erase, and say how much; raises ``NothingToErase``, ``EraseRefused`` and ``CaseNotFound``."""
    if bool(case_ids) == (use_case is not None) or (use_case is None) != (before is None):
        raise NothingToErase(
            "name cases, as in: hitl erase 41 42; or a use case and a day, as in:"
            " hitl erase --use-case spam --before 2026-06-01"
        )
    console = Console(highlight=False, markup=False, soft_wrap=True)
    if use_case is None:
        count = use_store(lambda database: _erase(database, case_ids, console=console))
    else:
        moment = _moment(before or "")
        count = use_store(lambda d: _erase_before(d, use_case, moment, console=console))
    if not count:
        console.print("Nothing was left to erase.")
        return
    console.print(
        f"Erased what people wrote in {counted(count, 'case')}; labels, scores and history stay."
    )
    console.print("Backups, files that were exported, and replies in Slack keep what they hold.")


def _moment(day: str) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(day), time(), tzinfo=UTC)
    except ValueError:
        raise NothingToErase(f"{day!r} is no day such as 2026-06-01") from None


async def _erase(database: Database, case_ids: Sequence[int], *, console: Console) -> int:
    count = 0
    try:
        with bar_of("cases", console=console) as bar:
            task = bar.add_task("cases", total=len(case_ids))
            for case_id in case_ids:
                count += await database.write(partial(erase, case_id=case_id, by=_BY))
                bar.advance(task)
    except HitlError:
        if count:
            console.print(f"Erased what people wrote in {counted(count, 'case')} before this:")
        raise
    finally:
        await database.forget_erased()
    return count


async def _erase_before(
    database: Database, use_case: str, moment: datetime, *, console: Console
) -> int:
    refuse_without_cases(use_case, known=await database.read(use_cases_kept))
    count = 0
    query = partial(cases_to_erase, use_case=use_case, before=moment)
    with bar_of("cases", console=console) as bar:
        task = bar.add_task("cases", total=None)
        while found := await database.read(query):
            for case_id in found:
                count += await database.write(partial(erase, case_id=case_id, by=_BY))
                bar.update(task, completed=count)
    await database.forget_erased()
    return count

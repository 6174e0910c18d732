"""Running a snippet as its reader would: as a program of its own."""

import asyncio


async def run_in_thread(code: str) -> None:
    """Run the code beside the running loop; raises what it raises."""
    await asyncio.to_thread(exec, compile(code, "README.md", "exec"), {})

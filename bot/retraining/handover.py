"""The label file of a run, and the manifest that says what is in it."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hitl.documents import moment
from hitl.learning.documents import json_line
from hitl.learning.export import begin_reading, documents
from hitl.learning.feed import Selection
from hitl.learning.runs import Given, Run, learned_through
from hitl.policy import UseCase
from hitl.storage.database import Database

LABELS, MANIFEST = "labels.jsonl", "manifest.json"


@dataclass(frozen=True, slots=True)
class Handover:
    """What a trainer is given, and what the manifest says of it."""

    manifest: dict[str, Any]
    given: Given


async def make_handover(
    database: Database, run: Run, *, use_case: UseCase, folder: Path
) -> Handover:
    """Write every label of the use case that stands now, and the manifest beside it."""
    since = await database.read(lambda c: learned_through(c, use_case=run.use_case))
    wanted = Selection(use_cases=frozenset({run.use_case}))
    reading = await begin_reading(database, wanted)
    digest, count, new = hashlib.sha256(), 0, 0
    with (folder / LABELS).open("wb") as file:
        async for page in documents(database, reading):
            written = "".join(map(json_line, page)).encode()
            digest.update(written)
            file.write(written)
            count += len(page)
            new += sum(int(label["cursor"]) > since for label in page)
    manifest = {
        "run": run.id,
        "use_case": run.use_case,
        "occasion": run.occasion,
        "made_at": moment(database.now()),
        "labels": count,
        "new_labels": new,
        "since": str(since),
        "through": str(reading.until),
        "path": f"/v1/labels?use_case={run.use_case}",
        "sha256": digest.hexdigest(),
        "policy_version": use_case.version,
        "label_names": list(use_case.labels),
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    return Handover(manifest, Given(through=reading.until, count=count, new=new))

"""Uploaded files: kept in memory, under a size limit, and processed a moment after completion."""

import secrets
from dataclasses import dataclass, field

from bot.sandbox.errors import Refused
from bot.sandbox.kit import Json

LARGEST_FILE = 10 * 1024 * 1024
LARGEST_STORE = 200 * 1024 * 1024

SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"%PDF", "application/pdf"),
)
PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})


@dataclass(slots=True, kw_only=True)
class StoredFile:
    """One upload: announced, then received, then completed, then (a moment later) processed."""

    id: str
    name: str
    length: int
    ticket: str
    created: float
    title: str = ""
    alt_text: str = ""
    content: bytes | None = None
    completed_at: float | None = None
    ready_at: float | None = None
    channels: list[str] = field(default_factory=list)

    def is_ready(self, *, now: float) -> bool:
        """Whether processing is over, so that ``mimetype`` is set and blocks may show it."""
        return self.ready_at is not None and now >= self.ready_at

    def media_type(self) -> str:
        """Told from the bytes, never from the name."""
        content = self.content or b""
        if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
            return "image/webp"
        for signature, media_type in SIGNATURES:
            if content.startswith(signature):
                return media_type
        return "application/octet-stream"

    def as_slack(self, *, url: str, now: float) -> Json:
        """The file object; ``mimetype`` and ``filetype`` are empty until it is processed."""
        media_type = self.media_type() if self.is_ready(now=now) else ""
        return {
            "id": self.id,
            "created": int(self.created),
            "name": self.name,
            "title": self.title or self.name,
            "mimetype": media_type,
            "filetype": media_type.rpartition("/")[2],
            "size": self.length,
            "alt_txt": self.alt_text,
            "is_external": False,
            "url_private": f"{url}/sandbox/files/{self.id}",
            "channels": self.channels,
        }


class Files:
    """Every file of the workspace."""

    def __init__(self) -> None:
        self._by_id: dict[str, StoredFile] = {}

    def announce(self, *, name: str, length: int, alt_text: str, now: float) -> StoredFile:
        """Reserve room for an upload; the oldest files make way when the store is full."""
        if length > LARGEST_FILE:
            raise Refused("file_upload_size_restricted")
        while self._by_id and self._size() + length > LARGEST_STORE:
            del self._by_id[next(iter(self._by_id))]
        file_id = f"F{secrets.token_hex(5).upper()}"
        stored = StoredFile(
            id=file_id,
            name=name,
            length=length,
            ticket=secrets.token_urlsafe(16),
            alt_text=alt_text,
            created=now,
        )
        self._by_id[file_id] = stored
        return stored

    def get(self, file_id: str) -> StoredFile | None:
        """The file of that id."""
        return self._by_id.get(file_id)

    def remove(self, file_id: str) -> bool:
        """Whether there was one."""
        return self._by_id.pop(file_id, None) is not None

    def by_ticket(self, ticket: str) -> StoredFile | None:
        """The file whose upload URL ends in that ticket."""
        return next((f for f in self._by_id.values() if f.ticket == ticket), None)

    def ready_ids(self, *, now: float) -> frozenset[str]:
        """Files that blocks may show."""
        return frozenset(f.id for f in self._by_id.values() if f.is_ready(now=now))

    def _size(self) -> int:
        return sum(stored.length for stored in self._by_id.values())

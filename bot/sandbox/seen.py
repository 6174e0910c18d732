"""Messages and modals as a person sees them, for assertions and simulated reviewers."""

from typing import Any

from bot.sandbox.kit import Json, controls, label, words


class Seen:
    """Something made of blocks: what it says and what can be pressed."""

    def __init__(self, raw: Json, *, text: str) -> None:
        self.raw = raw
        self.blocks: list[Json] = raw["blocks"]
        self.words = "\n".join(word for word in [text, *words(self.blocks)] if word)

    def says(self, phrase: str) -> bool:
        """Whether the phrase is somewhere in the visible text, or the notification."""
        return phrase in self.words

    @property
    def buttons(self) -> list[str]:
        """The captions of the buttons, in reading order."""
        return [label(e) for _, e in controls(self.blocks) if e["type"] == "button"]

    def control(self, which: str) -> tuple[str, Json]:
        """The block id and element of an action id or visible text; raises LookupError."""
        found = list(controls(self.blocks))
        for block_id, element in found:
            if element["action_id"] == which or label(element) == which:
                return block_id, element
        shown = ", ".join(repr(label(element) or element["action_id"]) for _, element in found)
        raise LookupError(f"Nothing here is called {which!r}; there is: {shown or 'nothing'}.")

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.words[:60]!r} {self.buttons}>"


class SeenMessage(Seen):
    """A message; ``metadata`` only when it was read from the workspace itself."""

    def __init__(self, raw: Json, *, metadata: Json | None = None) -> None:
        super().__init__(raw, text=raw["text"])
        self.ts: str = raw["ts"]
        self.channel: str = raw["channel"]
        self.user: str = raw["user"]
        self.text: str = raw["text"]
        self.thread_ts: str | None = raw["thread_ts"]
        self.ephemeral: bool = raw["ephemeral"]
        self.metadata = metadata


class SeenView(Seen):
    """A modal or Home tab."""

    def __init__(self, raw: Json) -> None:
        title = (raw.get("title") or {}).get("text", "")
        super().__init__(raw, text=title)
        self.id: str = raw["id"]
        self.title: str = title
        self.callback_id: str = raw["callback_id"]
        self.values: dict[str, Any] = raw["state"]["values"]

    def input(self, which: str) -> tuple[str, Json]:
        """The block id and element of an input, by action id, block id or label text."""
        for block in self.blocks:
            element = block.get("element")
            if element and which in (
                block["block_id"],
                element["action_id"],
                block["label"]["text"],
            ):
                return block["block_id"], element
        return self.control(which)

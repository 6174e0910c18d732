"""From the text of a policy file to a Policy, or to everything that is wrong with it."""

import tomllib
from pathlib import Path

from hitl.policy.use_case import Policy
from hitl.policy.presets import PRESETS


def read_policy(path: Path) -> Policy:
    return parse_policy(path.read_text(encoding="utf-8"), file=str(path))


def parse_policy(text: str, *, file: str = "policy.toml") -> Policy:
    tables = tomllib.loads(text)
    use_cases = {}
    for name, table in tables["use_cases"].items():
        preset = PRESETS[table["preset"]].settings if "preset" in table else {}
        merged = {**preset, **table, "name": name}
        labels, inherited = merged.get("labels", {}), preset.get("labels", {})
        if isinstance(labels, list):
            labels = {label: {} for label in labels}
        merged["labels"] = {
            label: {**inherited.get(label, {}), **rule} for label, rule in labels.items()
        }
        use_cases[name] = merged
    return Policy.model_validate({"use_cases": use_cases})

"""What a channel is told when a new version of its model has been checked often enough."""

from collections.abc import Mapping
from typing import Any

from bot.slack.text import counted, money, mrkdwn
from hitl.percent import percent

_NAME = 80


def models_compared(found: Mapping[str, Any], *, use_case: str) -> str:
    """Before and after, one line a figure; what can't be judged yet says what is missing."""
    before, after = found["before"], found["after"]
    quality = f"at most {percent(found['max_error'], decimals=1)} of what stands wrong"
    lines = [
        (
            f":bar_chart: *A new model decides {use_case}:"
            f" {mrkdwn(before['version'], _NAME)} → {mrkdwn(after['version'], _NAME)}*"
        ),
        _headline(before["same_quality"], after["same_quality"], quality=quality),
        f"• Escalated as it is: {_share(before['escalation'])} → {_share(after['escalation'])}",
        (
            f"• Automatic decisions, before: {_words(before['precision'])};"
            f" now: {_words(after['precision'])}"
        ),
        f"• Confidence is off by {_off(before['calibration'])} → {_off(after['calibration'])}",
    ]
    if before["cost"] is not None and after["cost"] is not None:
        paid = (money(side["cost"], found["currency"]) for side in (before, after))
        lines.append(f"• A decision costs {' → '.join(paid)}")
    lines.append("_Each on a random sample of its own traffic, checked blind._")
    # What was found before this was told carries none.
    if (recalibrated := after.get("recalibrated")) is not None:
        lines += _recalibration(recalibrated)
    return "\n".join(lines)


def _recalibration(found: Mapping[str, Any]) -> list[str]:
    """Bin by bin what the model says, what that is worth, and what was found; fits a phone."""
    before, after = (percent(each, decimals=1) for each in found["ece"])
    rows = [
        f"{_whole(each['said'][0])} → {_whole(each['said'][1])}   {_found_right(each)}"
        for each in found["bins"]
    ]
    checks = counted(found["checks"], "check")
    return [
        f"• Recalibrated on {checks}, confidence is off by {before} → {after}:",
        "```" + "\n".join([" says   worth   found right", *rows]) + "```",
    ]


def _found_right(each: Mapping[str, Any]) -> str:
    low, high = (percent(each[name]).removesuffix(" %") for name in ("low", "high"))
    return f"{_whole(each['estimate'])} ({low}\N{EN DASH}{high}) of {each['of']:,}"


def _whole(share: float) -> str:
    return f"{percent(share):>5}"


def _headline(before: Mapping[str, Any], after: Mapping[str, Any], *, quality: str) -> str:
    if "not_yet" in before or "not_yet" in after:
        return f"• At the same quality ({quality}): {_share(before)} → {_share(after)}"
    apart = after["high"] < before["low"] or after["low"] > before["high"]
    verdict = "" if apart else "; the intervals overlap: too early to say"
    return (
        f"• *{percent(before['estimate'])} → {percent(after['estimate'])} escalated at the same"
        f" quality* ({quality}): {_share(before)} → {_share(after)}{verdict}"
    )


def _share(share: Mapping[str, Any]) -> str:
    if "not_yet" in share:
        return str(share["not_yet"])
    low, high = percent(share["low"]), percent(share["high"])
    return f"{percent(share['estimate'], decimals=1)} ({low} to {high})"


def _words(precision: Mapping[str, Any]) -> str:
    return str(precision.get("not_yet") or precision["words"])


def _off(calibration: Mapping[str, Any]) -> str:
    if "not_yet" in calibration:
        return str(calibration["not_yet"])
    return percent(calibration["ece"], decimals=1)

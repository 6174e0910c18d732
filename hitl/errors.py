"""The root of every refusal; each kind lives beside the rule that raises it."""


class HitlError(Exception):
    """Something was refused; the message says what and what would be right."""

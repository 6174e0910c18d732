"""The line of every key, in each of the ways TOML lets it be written."""

import pytest

from hitl.policy.positions import lines_of


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a = 1\nb = 2", {("a",): 1, ("b",): 2}),
        ("# a = 0\n\na = '# b = 1' # b = 2", {("a",): 3}),
        ("a.b . c = 1\na.d = 2", {("a",): 1, ("a", "b"): 1, ("a", "b", "c"): 1, ("a", "d"): 2}),
        ("[a]\nb = 1\n[a.c]\nd = 2", {("a",): 1, ("a", "b"): 2, ("a", "c"): 3, ("a", "c", "d"): 4}),
        ('"a.b".\'c"d\' = 1', {("a.b",): 1, ("a.b", 'c"d'): 1}),
        (r'"\u00e9" = 1', {("é",): 1}),
        ('[ a . "b c" ] # [x]\r\nd = 1\r\n', {("a",): 1, ("a", "b c"): 1, ("a", "b c", "d"): 2}),
        (
            "a = { b = 1, c = { d = '}' } }\ne = 1",
            {("a",): 1, ("a", "b"): 1, ("a", "c"): 1, ("a", "c", "d"): 1, ("e",): 2},
        ),
        (
            "a = [\n  'x', # one\n  { b = 1 },\n  [2,\n3],\n]\nc = 1",
            {
                ("a",): 1,
                ("a", 0): 2,
                ("a", 1): 3,
                ("a", 1, "b"): 3,
                ("a", 2): 4,
                ("a", 2, 0): 4,
                ("a", 2, 1): 5,
                ("c",): 7,
            },
        ),
        ('a = """x\n[b]\nc = 1""""\nd = 1', {("a",): 1, ("d",): 4}),
        ("a = '''\nb = 'x' '''\nd = 1", {("a",): 1, ("d",): 3}),
        ('a = "\\"\\\\"\nb = ""\nc = 1', {("a",): 1, ("b",): 2, ("c",): 3}),
        ("a = 2026-11-02 09:00:00.5\nb = 1_0.5e-3\nc = +inf", {("a",): 1, ("b",): 2, ("c",): 3}),
        ("a = { # as TOML 1.1 allows\n  b = 1,\n}", {("a",): 1, ("a", "b"): 2}),
        (
            'a = ["""x"""", "y",\n"z"]',
            {("a",): 1, ("a", 0): 1, ("a", 1): 1, ("a", 2): 2},
        ),
        ("[[a]]\nb = 1\n[[a]]\nc = 1", {("a",): 1, ("a", "b"): 2, ("a", "c"): 4}),
        ("", {}),
    ],
)
def test_each_key_is_found_on_its_line(text: str, lines: dict[tuple[str | int, ...], int]) -> None:
    assert lines_of(text) == lines

"""A copy of what ships, for tests that break one thing in it."""

from pathlib import Path


def change(folder: Path, file: str, old: str, new: str) -> None:
    """Replace the first `old` in the file."""
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")

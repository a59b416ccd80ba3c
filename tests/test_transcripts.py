"""Whole conversations, as they stand in `transcripts/`: each is had again, and nobody says anything else."""

import re
from pathlib import Path

import pytest

from bot.app import rehearsal
from bot.settings import Settings
from bot.transcripts import read_transcript, replay, write_transcript
from flows.survey import Channel

FOLDER = Path(__file__).parent / "transcripts"
FILES = sorted(FOLDER.glob("*.txt"))
README = Path(__file__).parent.parent / "README.md"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_conversation_goes_as_it_is_written(path: Path) -> None:
    """Through signed webhooks, the real database and TwiML, word for word."""
    written = path.read_text(encoding="utf-8")
    with rehearsal(Settings(), "post_contact") as sandbox:
        had = write_transcript(replay(read_transcript(written), sandbox))
    assert had == written


def test_every_language_and_channel_is_heard() -> None:
    """At least one conversation in each of the five languages, and over each channel."""
    kept = [read_transcript(path.read_text(encoding="utf-8")) for path in FILES]
    assert {transcript.caller for transcript in kept} >= {"nl", "en", "de", "fr", "es"}
    assert {transcript.channel for transcript in kept} == set(Channel)


def test_the_conversations_in_the_readme_are_these() -> None:
    """What the README prints is what the bot says."""
    blocks = re.findall(r"```text\n(# .*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 2
    assert set(blocks) <= {path.read_text(encoding="utf-8") for path in FILES}

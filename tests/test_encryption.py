"""What is kept cannot be read without the keys, nor moved or altered unseen, and people are still found."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.encryption import Keys, Unreadable, normalised

SECRET = "a secret for tests and long enough to be one"
OLDER = "an older secret for tests and long enough too"
KEYS = Keys.derive(SECRET)
ROTATING = Keys.derive(f"{SECRET}, {OLDER}")

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()))
"""Everything a carrier can hand on: NUL, half surrogate pairs, emoji, right-to-left text."""


@given(ANY_TEXT)
def test_what_is_encrypted_comes_back(words: str) -> None:
    """Any text comes back exactly, and from no ciphertext can it be seen that it is the same text twice."""
    once, twice = KEYS.encrypt(words, "answers.raw"), KEYS.encrypt(words, "answers.raw")
    assert KEYS.decrypt(once, "answers.raw") == words == KEYS.decrypt(twice, "answers.raw")
    assert once != twice


@given(st.text(min_size=4))
def test_ciphertext_shows_nothing(words: str) -> None:
    """The words are not in what is stored."""
    assert words.encode("utf-8", "surrogatepass") not in KEYS.encrypt(words, "answers.raw")


@given(words=st.text(), place=st.integers(min_value=0), bit=st.integers(0, 7))
def test_altered_is_refused(words: str, place: int, bit: int) -> None:
    """Not a single bit can be changed unseen."""
    stored = bytearray(KEYS.encrypt(words, "answers.raw"))
    stored[place % len(stored)] ^= 1 << bit
    with pytest.raises(Unreadable):
        KEYS.decrypt(bytes(stored), "answers.raw")


@given(st.binary(max_size=60))
def test_nonsense_is_refused(stored: bytes) -> None:
    """What was never encrypted is refused like anything altered, however short."""
    for mark in (b"", KEYS.newest.mark):
        with pytest.raises(Unreadable):
            KEYS.decrypt(mark + stored, "answers.raw")


def test_moved_is_refused() -> None:
    """A value that was put into another column cannot be read there."""
    stored = KEYS.encrypt("+31600000001", "respondents.address")
    with pytest.raises(Unreadable, match=r"answers\.verbatim"):
        KEYS.decrypt(stored, "answers.verbatim")


def test_other_key_is_named_but_no_secret() -> None:
    """Without the right secret the error says which key is missing and what to do, and shows no secret."""
    stored = Keys.derive(OLDER).encrypt("words", "answers.raw")
    with pytest.raises(Unreadable, match=r"written with key [0-9a-f]{8}; add its secret") as refusal:
        KEYS.decrypt(stored, "answers.raw")
    assert SECRET not in str(refusal.value)
    assert OLDER not in str(refusal.value)


def test_rotation_reads_old_and_writes_new() -> None:
    """With two secrets everything can be read and is written with the first."""
    assert ROTATING.decrypt(Keys.derive(OLDER).encrypt("words", "answers.raw"), "answers.raw") == "words"
    assert KEYS.decrypt(ROTATING.encrypt("words", "answers.raw"), "answers.raw") == "words"
    assert ROTATING.indexes("+31600000001") == (KEYS.index("+31600000001"), Keys.derive(OLDER).index("+31600000001"))
    assert ROTATING.subs("webhooks") == (KEYS.sub("webhooks"), Keys.derive(OLDER).sub("webhooks"))


@pytest.mark.parametrize(
    "spelling",
    ["+31600000001", "whatsapp:+31600000001", "WhatsApp:+31600000001", " +31 6 0000 0001 ", "+31 (6) 0000-0001"],
)
def test_person_is_one_person(spelling: str) -> None:
    """A number is found however the channel spells it."""
    assert KEYS.index(spelling) == KEYS.index("+31600000001")
    assert normalised(spelling) == "+31600000001"


@pytest.mark.parametrize("address", ["sip:somebody@example.org", "whatsapp:NL.1a2B3c", "Nawoord", "12345", "+"])
def test_address_that_is_no_number_stays_as_it_is(address: str) -> None:
    """An opaque address keeps every sign and its case; only the name of the channel goes."""
    assert normalised(address) == address.removeprefix("whatsapp:")


@given(st.text(), st.text())
def test_index_tells_people_apart(one: str, other: str) -> None:
    """Two addresses have one index where they are the same address, and nothing of the address is in it."""
    assert (KEYS.index(one) == KEYS.index(other)) is (normalised(one) == normalised(other))
    assert re.fullmatch("[0-9a-f]{40}", KEYS.index(one))


def test_index_depends_on_the_secret() -> None:
    """Who does not have the secret cannot try out numbers."""
    assert KEYS.index("+31600000001") != Keys.derive(OLDER).index("+31600000001")


def test_uses_are_kept_apart() -> None:
    """Every label has a key of its own, of 32 bytes."""
    keys = {KEYS.sub("webhooks"), KEYS.sub("sandbox"), KEYS.newest.blinding, KEYS.newest.secret}
    assert len(keys) == 4
    assert len(KEYS.sub("webhooks")) == 32


@pytest.mark.parametrize(
    ("secret", "complaint"),
    [
        ("", "at least 16 characters"),
        ("short s3cret", "at least 16 characters"),
        (f"{SECRET},", "at least 16 characters"),
        (f"{SECRET},s3cret", "at least 16 characters"),
        (f"{SECRET}, {SECRET}", "given twice"),
    ],
)
def test_weak_secrets_are_refused(secret: str, complaint: str) -> None:
    """A secret that is missing, short or given twice is refused with what to do, and never repeated."""
    with pytest.raises(ValueError, match=complaint) as refusal:
        Keys.derive(secret)
    assert "s3cret" not in str(refusal.value)
    assert SECRET not in str(refusal.value)


def test_keys_do_not_show_themselves() -> None:
    """Printed or logged, keys show their names only."""
    shown = repr(ROTATING)
    assert KEYS.newest.id in shown
    for key in ROTATING.all:
        assert repr(key.secret) not in shown
        assert repr(key.blinding) not in shown


def test_yesterdays_data_can_be_read_tomorrow() -> None:
    """The way keys are derived and values stored does not change: these were written by an earlier version."""
    stored = bytes.fromhex(
        "018cd6385ce6f4765344deed9756890d3e2d8656b7a0de3c5ae433a90fb92acd14bef115c6152c953f42ed59de2afa26e07dbc"
    )
    assert KEYS.decrypt(stored, "answers.raw") == "geschreven in 2026"
    assert KEYS.index("+31600000001") == "8cd6385c2b5a9adfdea92a8666e40c36c45c5d91"
    assert KEYS.sub("webhooks").hex() == "a15b64044c677df2b3b32afca4defb9e7d37cc9cf15c85e20b5cc477fa99acb5"

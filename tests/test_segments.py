"""Texts are measured as carriers bill them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.segments import Segments, measure


@pytest.mark.parametrize(
    ("text", "encoding", "units", "segments", "forcing"),
    [
        ("", "GSM-7", 0, 0, ""),
        ("a", "GSM-7", 1, 1, ""),
        ("a" * 160, "GSM-7", 160, 1, ""),
        ("a" * 161, "GSM-7", 161, 2, ""),
        ("a" * 306, "GSM-7", 306, 2, ""),
        ("a" * 307, "GSM-7", 307, 3, ""),
        ("€" * 80, "GSM-7", 160, 1, ""),
        ("€" * 81, "GSM-7", 162, 2, ""),
        ("^{}\\[~]|€\f", "GSM-7", 20, 1, ""),
        ("é" * 160, "GSM-7", 160, 1, ""),
        ("ê" * 70, "UCS-2", 70, 1, "ê"),
        ("ê" * 71, "UCS-2", 71, 2, "ê"),
        ("ê" * 134, "UCS-2", 134, 2, "ê"),
        ("ê" * 135, "UCS-2", 135, 3, "ê"),
        ("😀" * 35, "UCS-2", 70, 1, "😀"),
        ("😀" * 36, "UCS-2", 72, 2, "😀"),
        ("a" * 159 + "ó", "UCS-2", 160, 3, "ó"),
        ("één coördinatie naïef, ça où?", "UCS-2", 29, 1, "ïç"),
    ],
)
def test_sizes(text: str, encoding: str, units: int, segments: int, forcing: str) -> None:
    """The alphabet, the units, the segments and the characters to blame, at each limit."""
    assert measure(text) == Segments(encoding, units, segments, forcing)  # type: ignore[arg-type]


@pytest.mark.parametrize("sign", "éèàùìòäöüñßåøæÄÖÜÑÉÇÅØÆ¿¡£¥§@ΔΩ\n\r")
def test_signs_within_the_small_alphabet(sign: str) -> None:
    """Accents and signs that GSM-7 has cost no more than a letter."""
    assert measure(sign) == Segments("GSM-7", 1, 1)


@pytest.mark.parametrize("sign", "ëïêôûîáíóúçÁÍÓÚÊÈÀ’“”«»–…\u00a0\t")
def test_signs_that_force_the_large_alphabet(sign: str) -> None:
    """Accents that GSM-7 lacks, curly quotes, dashes, a no-break space and a tab turn the whole text into UCS-2."""
    assert measure(f"abc{sign}") == Segments("UCS-2", 4, 1, sign)


def test_an_escape_is_never_cut_in_two() -> None:
    """A sign of two units that would straddle two segments moves to the second as a whole."""
    assert measure("a" * 152 + "€" + "a" * 152).segments == 3
    assert measure("a" * 151 + "€" + "a" * 153).segments == 2
    assert measure("ê" * 66 + "😀" + "ê" * 66).segments == 3


@given(st.text(max_size=700))
def test_segments_hold_what_they_are_given(text: str) -> None:
    """Whatever the text, its segments have room for its units, and one segment fewer would not."""
    size = measure(text)
    alone, joined = (160, 153) if size.encoding == "GSM-7" else (70, 67)
    assert size.units <= (alone if size.segments <= 1 else joined * size.segments)
    assert size.segments <= 1 or size.units > alone
    assert size.segments <= 2 or size.units > (joined - 1) * (size.segments - 1)
    assert bool(size.forcing) is (size.encoding == "UCS-2")

"""A verbatim in pieces: each sign once, masked where it tells who somebody is, marked where it shows a theme."""

from hypothesis import given
from hypothesis import strategies as st

from bot.web.pages.highlights import pieces
from nlp.redaction import mask
from nlp.tags import Redaction, Stretch

stretches = st.builds(lambda start, length: Stretch(start, start + length), st.integers(0, 50), st.integers(0, 20))


@given(st.text(max_size=60), st.dictionaries(st.sampled_from("abc"), st.lists(stretches, max_size=4)), st.data())
def test_joined_the_pieces_give_the_text(text: str, evidence: dict[str, list[Stretch]], data: st.DataObject) -> None:
    """Nothing is lost or told twice, however stretches overlap, and each sign is marked with what it is evidence of."""
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=4)))
    hidden = [Redaction(start, end, "phone") for start, end in zip(cuts[::2], cuts[1::2], strict=False)]
    shown = pieces(text, evidence, hidden)
    assert "".join(piece.text for piece in shown) == mask(text, hidden)
    marked = [themes for piece in pieces(text, evidence) for themes in [piece.themes] * len(piece.text)]
    for place, themes in enumerate(marked):
        held = {theme for theme, parts in evidence.items() if any(one.start <= place < one.end for one in parts)}
        assert set(themes) == held

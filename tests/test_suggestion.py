"""What to code next is a fair mixture, and what is found in verbatims points to where it was found."""

from hypothesis import given
from hypothesis import strategies as st

from nlp.coding import is_locked
from nlp.phrases import FEWEST, phrases, seed_terms, uncovered
from nlp.suggestion import Candidate, Pick, Why, to_code

BORDERS = {"price": 0.5, "staff": 0.3}


def candidates(count: int) -> list[Candidate]:
    return [
        Candidate(f"v{n}", frozenset(), {"price": (n % 97) / 400, "staff": (n * 7 % 89) / 400}) for n in range(count)
    ]


def kinds(picks: tuple[Pick, ...]) -> dict[Why, int]:
    return {why: sum(pick.why is why for pick in picks) for why in Why}


def test_half_uncertain_a_quarter_random_a_quarter_contradicting() -> None:
    """With enough of each, the shares are as announced."""
    contradicting = [Candidate(f"c{n}", frozenset({"price"}), {"price": 0.1 + n / 1000}) for n in range(100)]
    picks = to_code([*candidates(400), *contradicting], 40, BORDERS, {})
    assert kinds(picks) == {Why.UNCERTAIN: 20, Why.RANDOM: 10, Why.DISAGREEMENT: 10}
    assert len({pick.id for pick in picks}) == 40


def test_rare_themes_come_first() -> None:
    """Of uncertain verbatims, each theme has its turn, the one coded least before the others, nearest first."""
    likely = {"a": {"price": 0.49}, "b": {"price": 0.4}, "c": {"staff": 0.29}, "d": {"staff": 0.1}}
    open_ones = [Candidate(name, likely=odds) for name, odds in likely.items() if not is_locked(name)]
    assert len(open_ones) == 4
    picks = [pick for pick in to_code(open_ones, 4, BORDERS, {"price": 50, "staff": 3}) if pick.why is Why.UNCERTAIN]
    assert [(pick.id, pick.theme) for pick in picks] == [("c", "staff"), ("a", "price")]


def test_verbatims_kept_for_measuring_are_only_drawn_at_random() -> None:
    """However uncertain or contradictory, a locked verbatim is never chosen for it; random ones are locked first."""
    picks = to_code(candidates(400), 80, BORDERS, {})
    assert all(is_locked(pick.id) == (pick.why is Why.RANDOM) for pick in picks if pick.theme or is_locked(pick.id))
    drawn = [pick for pick in picks if pick.why is Why.RANDOM]
    assert sum(is_locked(pick.id) for pick in drawn) >= 20


def test_people_are_asked_again_where_the_model_is_sure_of_the_opposite() -> None:
    """A coded verbatim comes back for a second look, and only for that."""
    coded = [
        Candidate("a", likely={"price": 0.97}, known={"price": False}),
        Candidate("b", likely={"price": 0.02}, known={"price": True}),
        Candidate("c", likely={"price": 0.6}, known={"price": False}),
        Candidate("d", likely={"price": 0.99}, known={"staff": False}),
    ]
    assert to_code(coded, 8, BORDERS, {}) == (
        Pick("b", Why.DISAGREEMENT, "price"),
        Pick("a", Why.DISAGREEMENT, "price"),
    )


def test_without_a_model_all_are_drawn_at_random() -> None:
    """Before the first training there is nothing to be unsure of."""
    fresh = [Candidate(f"v{n}", frozenset({"price"})) for n in range(50)]
    picks = to_code(fresh, 20, {}, {})
    assert kinds(picks) == {Why.UNCERTAIN: 0, Why.RANDOM: 20, Why.DISAGREEMENT: 0}


@given(st.permutations(range(30)), st.integers(0, 40))
def test_the_order_of_candidates_changes_nothing(order: list[int], count: int) -> None:
    """The same candidates give the same picks, each at most once, and never more than asked for."""
    all_ = candidates(30)
    picks = to_code([all_[place] for place in order], count, BORDERS, {})
    assert picks == to_code(all_, count, BORDERS, {})
    assert len({pick.id for pick in picks}) == len(picks) == min(count, 30)


TEXTS = {f"p{n}": f"De factuur was torenhoog, zei ik {n}" for n in range(5)} | {
    f"o{n}": f"Ik heb gisteren gebeld over iets anders {n}" for n in range(20)
}
CODED = {verbatim: {"price"} if verbatim.startswith("p") else set() for verbatim in TEXTS}


def test_new_seeds_are_what_a_theme_has_more_than_others() -> None:
    """They come with verbatims that show them, and leave out what is a seed already."""
    found = seed_terms(TEXTS, CODED, {"price": ["tore*"]})["price"]
    assert found
    assert all("torenhoog" not in phrase.words for phrase in found)
    assert any("factuur" in phrase.words for phrase in found)
    for phrase in found:
        assert phrase.count >= FEWEST
        assert all(phrase.words in TEXTS[example].lower() for example in phrase.examples)


def test_one_phrase_is_not_offered_in_pieces() -> None:
    """Of phrases that always stand together only one is shown."""
    found = seed_terms(TEXTS, CODED, {"price": []})["price"]
    assert sum("factuur" in phrase.words for phrase in found) == 1


def test_what_no_theme_covers_is_found() -> None:
    """A subject that keeps coming back in verbatims without a theme stands out, and ordinary words do not."""
    texts = {f"u{n}": f"de hond van de buren blafte {n}" for n in range(6)} | {
        f"t{n}": f"de factuur van de winkel klopte niet {n}" for n in range(30)
    }
    found = uncovered(texts, {verbatim for verbatim in texts if verbatim.startswith("t")})
    assert found
    assert {"hond", "buren", "blafte"} & set(found[0].words.split())
    assert found[0].examples == ("u0", "u1", "u2")
    assert uncovered(texts, set(texts)) == []


def test_phrases_are_words_in_a_row() -> None:
    """Up to three, none of them made of the shortest words alone."""
    assert phrases("Ik zei: 't is duur") == {
        "zei", "duur", "ik zei", "zei t", "is duur", "ik zei t", "zei t is", "t is duur",
    }  # fmt: skip

"""The guide to changing surveys is true: its files are loaded and its lists are complete."""

import re
from pathlib import Path

import yaml

from flows.lint import lint
from flows.loader import SHIPPED, load
from flows.segments import measure
from flows.survey import Condition, Rating

GUIDE = (Path(__file__).parent.parent / "docs" / "surveys.md").read_text(encoding="utf-8")
FILES: dict[str, str] = dict(re.findall(r"```yaml\n# (\S+)\n(.*?)```", GUIDE, re.DOTALL))


def written(folder: Path) -> Path:
    """The guide's own definitions, as it says where they stand."""
    for path, body in FILES.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(body, encoding="utf-8")
    return folder / "ours"


def test_the_guides_survey_loads_and_lints(tmp_path: Path) -> None:
    """The survey printed in the guide asks what the text around it says, and nothing is found wrong with it."""
    settings = yaml.safe_load(FILES["config.yaml"])
    assert settings["definitions"] == written(tmp_path).name
    survey = load(settings["survey"], company="Example", folders=[tmp_path / "ours"])
    assert [question.key for question in survey.questions] == ["ces", "nps", "why"]
    assert survey.questions[1].only_if == (Condition("ces", 1, 2),)
    assert lint(survey) == ()


def test_the_guides_rating_can_be_asked(tmp_path: Path) -> None:
    """The rating printed in the guide takes the place of another in a survey, and nothing is found wrong with it."""
    folder = written(tmp_path)
    path = folder / "surveys/after_visit.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("instrument: nps", "instrument: friendliness"), encoding="utf-8"
    )
    survey = load("after_visit", company="Example", folders=[folder])
    rating = survey.questions[1]
    assert isinstance(rating, Rating)
    assert rating.instrument == "friendliness"
    assert rating.read_back == {1}
    assert lint(survey) == ()


def test_a_language_is_added_as_the_guide_says(tmp_path: Path) -> None:
    """With a language file, its part of the instruments and of the survey, a survey is asked in a new language."""
    folder = written(tmp_path)
    (folder / "languages").mkdir()
    english = (SHIPPED / "languages/en.yaml").read_text(encoding="utf-8")
    for old, new in (("code: en", "code: it"), ("locale: en-GB", "locale: it-IT"), ("name: English", "name: Italiano")):
        assert old in english
        english = english.replace(old, new)
    (folder / "languages/it.yaml").write_text(english, encoding="utf-8")
    for name in ("nps", "ces_effort"):
        text = (SHIPPED / f"instruments/{name}.yaml").read_text(encoding="utf-8")
        block = text[text.index("  en:\n") : text.index("  de:\n")]
        text = text.replace(block, block + block.replace("  en:\n", "  it:\n"))
        (folder / f"instruments/{name}.yaml").write_text(text, encoding="utf-8")
    path = folder / "surveys/after_visit.yaml"
    survey_text = path.read_text(encoding="utf-8").replace("[en]", "[it]").replace("  en:\n", "  it:\n")
    path.write_text(survey_text, encoding="utf-8")
    survey = load("after_visit", company="Example", folders=[folder])
    assert [language.name for language in survey.languages.values()] == ["Italiano"]
    assert lint(survey) == ()


def test_the_guide_names_every_shipped_instrument() -> None:
    """Whoever reads the guide knows all ratings there are."""
    for path in (SHIPPED / "instruments").glob("*.yaml"):
        assert f"`{path.stem}`" in GUIDE


def test_the_guide_is_right_about_letters() -> None:
    """The letters it calls cheap are in GSM-7, those it calls dear are not."""
    cheap = re.search(r"The letters\n(.*?) are in it", GUIDE)
    dear = re.search(r"\*\*(.*?) are not\*\*", GUIDE)
    assert cheap
    assert dear
    assert measure(cheap[1]).encoding == "GSM-7"
    assert measure(dear[1]).forcing == dear[1].replace(" ", "")

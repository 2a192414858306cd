import re
from xml.etree import ElementTree

import numpy as np

from atomzoo.pages import figures


def test_drawings_take_the_colors_of_the_page():
    text = figures.drawn(lambda axes: axes.set(xlabel="volume"))
    ElementTree.fromstring(text.replace("xlink:", ""))
    assert "currentColor" in text and figures.INK not in text and ">volume</text>" in text
    assert "http" not in re.sub(r'xmlns(:\w+)?="[^"]*"', "", text)


def test_names_occur_in_one_drawing_only():
    """Clips that are looked up by name must not be those of another drawing."""
    one, other = (figures.drawn(lambda axes: axes.plot([0, 1])) for _ in range(2))
    clips = [set(re.findall(r'clipPath id="(\w+)"', text)) for text in (one, other)]
    assert clips[0] and not clips[0] & clips[1]


def test_many_points_become_an_image():
    few, many = (figures.drawn(lambda axes, n=n: figures.scatter(axes, *np.zeros((2, n)))) for n in (10, 5000))
    assert "data:image/png" not in few and "data:image/png" in many
    assert len(many) < 100_000


def test_tall_log_axes_have_plain_numbers():
    def draw(axes):
        axes.plot([0, 1], [2.0, 30.0])
        figures.log_scale(axes)

    assert ">5</text>" in figures.drawn(draw)

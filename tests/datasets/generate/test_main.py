"""How the commands end on errors."""

import pytest

from atomzoo.datasets.generate.__main__ import main

PLAIN = "2\n\nH 0 0 0\nH 0 0 0.75\n"  # no cell, no labels


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["dense-hydrogen", "--set", "9", "--steps", "9"], "`set` must be one of .* Received: set=9"),
        (["dense-hydrogen", "--set", "1", "2", "--steps", "9", "-o", "a"], "-o must contain {set} .* Received: a"),
        (["gold-clusters", "--atoms", "6", "--steps", "9"], "Gold clusters have 2 to 5 atoms here. Received: 6"),
        (["gold-clusters", "--atoms", "2", "3", "--steps", "9", "9", "9"], r"--steps .* Received: \[9, 9, 9\]"),
        (["gold-clusters", "--atoms", "2", "3", "--steps", "9", "-o", "a"], "-o must contain {atoms} .* Received: a"),
        (["gold-clusters", "--atoms", "2", "--steps", "9"], "apt-get install .* Received: no pw.x on PATH"),
        (["splits", "missing.extxyz", "-o", "out"], "missing.extxyz"),
        (["splits", "plain.xyz", "-o", "out"], "'plain.xyz', structure 0: it has no label 'energy'"),
        (["splits", "plain.xyz", "a/plain.xyz", "-o", "out"], "would overwrite each other. Received: plain.xyz, twice"),
        (["gamma-point", "plain.xyz"], "'plain.xyz', structure 0: it has no label 'energy'"),
        (["label", "plain.xyz", "--frames", "1", "-o", "."], "not written over .* Received: plain.xyz"),
    ],
)
def test_errors_are_one_line(arguments, message, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "plain.xyz").write_text(PLAIN)
    with pytest.raises(SystemExit, match=message) as end:
        main(arguments)
    assert "\n" not in str(end.value.code) and (tmp_path / "plain.xyz").read_text() == PLAIN


@pytest.mark.parametrize("steps", ["0", "-1", "many"])
def test_numbers_of_frames_are_positive(steps, capsys):
    with pytest.raises(SystemExit):
        main(["gold-clusters", "--atoms", "2", "--steps", steps])
    assert f"must be a positive number. Received: {steps}" in capsys.readouterr().err

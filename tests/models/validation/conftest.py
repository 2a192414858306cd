"""Fixtures for tests of validation."""

import pytest

from atomzoo.models.validation import dynamics


@pytest.fixture
def short(monkeypatch):
    """Dynamics of a tenth of a picosecond."""
    monkeypatch.setattr(dynamics.run_nve, "__defaults__", (0, 0.1))

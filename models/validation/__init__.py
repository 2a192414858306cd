"""The physics that a potential should have before molecular dynamics: each check has a rule and a verdict."""

"""What holds for every test: generated examples are the same in each run, and none is timed."""

from hypothesis import settings

settings.register_profile("gate", derandomize=True, deadline=None)
settings.load_profile("gate")

"""Error-path coverage: which documented codes and faults the tests of a project have met.  Values; no I/O."""

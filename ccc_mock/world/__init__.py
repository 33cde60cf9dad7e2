"""What is behind an account: apps, numbers, agents, packages, callees, rules, and the sessions that come of calls."""

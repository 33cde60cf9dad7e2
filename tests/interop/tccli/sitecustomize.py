"""tccli has no option for a CA: this is read at its start, and gives it the one at CA_FILE."""

import os

import certifi

certifi.where = lambda: os.environ["CA_FILE"]

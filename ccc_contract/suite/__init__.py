"""The contract as properties: held against the fake, anybody's fake, or, safely, the service itself (docs/suite.md)."""

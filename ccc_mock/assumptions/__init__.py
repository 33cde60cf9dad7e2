"""Which answers rest on what is only assumed of the service: each exchange is run again with the opposite reading."""

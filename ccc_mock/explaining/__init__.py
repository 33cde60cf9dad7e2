"""A request as people have it at hand, and what is to be said of its signature.  Pure: bytes in, values out.

One reader for each form (`raw`, `curl`, `har`, `go`) gives a `Request` with raw bytes; `comparing` holds the user's own
intermediates against ours; `explanation` puts both beside what the search of `forensics` found.
"""

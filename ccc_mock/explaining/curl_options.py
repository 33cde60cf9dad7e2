"""The options of curl, by what they mean for a request that is only read.

Names: `curl --help all` of 7.88, and what later versions added.
"""

from __future__ import annotations

from collections.abc import Mapping


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


IGNORED_WITH_ARGUMENT = _words(
    """abstract-unix-socket alt-svc cacert capath cert cert-type ciphers connect-timeout connect-to continue-at
    cookie-jar create-file-mode crlfile curves delegation dns-interface dns-ipv4-addr dns-ipv6-addr dns-servers doh-url
    dump-header egd-file engine etag-compare etag-save expect100-timeout happy-eyeballs-timeout-ms hostpubmd5
    hostpubsha256 hsts interface ipfs-gateway keepalive-time keepalive-cnt key key-type krb libcurl limit-rate
    local-port login-options max-filesize max-redirs max-time netrc-file noproxy output output-dir parallel-max pass
    pinnedpubkey preproxy proto proto-default proto-redir proxy proxy-cacert proxy-capath proxy-cert proxy-cert-type
    proxy-ciphers proxy-crlfile proxy-header proxy-key proxy-key-type proxy-pass proxy-pinnedpubkey
    proxy-service-name proxy-tls13-ciphers proxy-tlsauthtype proxy-tlspassword proxy-tlsuser proxy-user proxy1.0
    pubkey random-file range rate resolve retry retry-delay retry-max-time sasl-authzid service-name socks4 socks4a
    socks5 socks5-gssapi-service socks5-hostname speed-limit speed-time stderr time-cond tls-max tls13-ciphers
    tlsauthtype tlspassword tlsuser trace trace-ascii trace-config unix-socket write-out"""
)
"""What takes an argument and changes nothing of what is signed."""

IGNORED = _words(
    """anyauth append basic ca-native cert-status compressed compressed-ssh create-dirs digest disable
    disallow-username-in-url doh-cert-status doh-insecure fail fail-early fail-with-body false-start http0.9 http1.0
    http1.1 http2 http2-prior-knowledge http3 http3-only ignore-content-length include insecure ipv4 ipv6
    junk-session-cookies location location-trusted netrc netrc-optional parallel parallel-immediate path-as-is post301
    post302 post303 progress-bar proxytunnel raw remote-header-name remote-name remote-name-all remote-time
    remove-on-error retry-all-errors retry-connrefused show-error show-headers silent ssl ssl-allow-beast
    ssl-auto-client-cert ssl-no-revoke ssl-reqd ssl-revoke-best-effort sslv2 sslv3 styled-output
    suppress-connect-headers tcp-fastopen tcp-nodelay tlsv1 tlsv1.0 tlsv1.1 tlsv1.2 tlsv1.3 tr-encoding trace-ids
    trace-time use-ascii verbose xattr alpn npn buffer clobber keepalive progress-meter sessionid"""
)
"""What takes none, and neither does; some of them behind `no-`."""

REFUSED = _words("aws-sigv4 config crlf form form-escape form-string negotiate next ntlm upload-file variable")
"""What would change the request in a way that is not read here."""

LETTERS: Mapping[str, str] = {
    "#": "progress-bar", "0": "http1.0", "1": "tlsv1", "2": "sslv2", "3": "sslv3", "4": "ipv4", "6": "ipv6",
    ":": "next", "A": "user-agent", "B": "use-ascii", "C": "continue-at", "D": "dump-header", "E": "cert",
    "F": "form", "G": "get", "H": "header", "I": "head", "J": "remote-header-name", "K": "config", "L": "location",
    "N": "no-buffer", "O": "remote-name", "R": "remote-time", "S": "show-error", "T": "upload-file",
    "U": "proxy-user", "X": "request", "Y": "speed-limit", "Z": "parallel", "a": "append", "b": "cookie",
    "c": "cookie-jar", "d": "data", "e": "referer", "f": "fail", "g": "globoff", "i": "include",
    "j": "junk-session-cookies", "k": "insecure", "m": "max-time", "n": "netrc", "o": "output", "p": "proxytunnel",
    "q": "disable", "r": "range", "s": "silent", "u": "user", "v": "verbose", "w": "write-out", "x": "proxy",
    "y": "speed-time", "z": "time-cond",
}  # fmt: skip

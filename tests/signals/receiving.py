"""A receiver of security events, made from the specifications and from nothing of the guard.

RFC 8935 (pushed to), RFC 8936 (polls), RFC 8417 and OpenID SSF 1.0 (the token): it takes what it must
and refuses what it must.
"""

import base64
import json
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.web_server import WebServer

CAEP = "https://schemas.openid.net/secevent/caep/event-type/"


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Wrong(Exception):
    def __init__(self, err):
        super().__init__(err)
        self.err = err


def read(token, jwks, *, issuer, audience):
    """Return the claims of a token, or raise `Wrong` as RFC 8935, 2.4 names it."""
    try:
        head, body, mark = token.split(".")
        header, claims = json.loads(unb64(head)), json.loads(unb64(body))
    except ValueError:
        raise Wrong("invalid_request") from None
    keys = [one for one in jwks["keys"] if one["kid"] == header.get("kid")]
    if header.get("typ") != "secevent+jwt" or header.get("alg") != "RS256" or len(keys) != 1:
        raise Wrong("invalid_key")
    n, e = (int.from_bytes(unb64(keys[0][part])) for part in ("n", "e"))
    assert n.bit_length() >= 2048
    public = rsa.RSAPublicNumbers(e, n).public_key()
    try:
        public.verify(unb64(mark), f"{head}.{body}".encode(), padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        raise Wrong("invalid_key") from None
    if claims.get("iss") != issuer:
        raise Wrong("invalid_issuer")
    if claims.get("aud") != audience:
        raise Wrong("invalid_audience")
    assert isinstance(claims["iat"], int), "iat is a NumericDate"
    assert claims["jti"], "jti is there"
    assert "sub" not in claims, "RFC 8417: the subject is sub_id"
    assert "exp" not in claims, "SSF 1.0: no expiry"
    assert len(claims["events"]) == 1, "one event a token"
    assert claims["sub_id"]["format"] in {"iss_sub", "complex", "opaque"}
    return claims


@dataclass
class PushedTo:
    """A real HTTP server. `answers` are its next answers (status, body); then 202."""

    answers: list = field(default_factory=list)
    got: list = field(default_factory=list)

    def __post_init__(self):
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                outer.got.append(({k.lower(): v for k, v in self.headers.items()}, body.decode()))
                status, said = outer.answers.pop(0) if outer.answers else (202, b"")
                self.send_response(status)
                self.send_header("content-length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, *_):
                pass

        self.server = WebServer(Handler)
        self.url = self.server.url

    def close(self):
        self.server.close()

"""The client certificate of a connection, as the proxy that ended its TLS says (RFC 9440).

Rule 1: the proxy checked chain and possession; here the certificate is only read. Rule 2: off
unless the operator names the header, which the proxy must overwrite or remove in every request.
"""

import base64
import binascii
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, NoReturn

from cryptography import x509

from guard.model.identity import Workload
from guard_adapters.front.mcp.protocol.edge import Headers, single
from guard_adapters.front.mcp.protocol.wire import INVALID_REQUEST, refuse

_CHARS: Final = 16 * 2**10
_SPIFFE: Final = "spiffe://"


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What is read of a certificate: `thumbprint` as `x5t#S256` has it (RFC 8705, 3.1)."""

    thumbprint: str
    workload: Workload


def certificate_of(headers: Headers, name: str) -> Certificate | None:
    """Return the certificate that a header carries, None where there is none.

    Raises:
        WireRefused: 400 `bad_certificate`.
    """
    value = single(headers, name.lower().encode("latin-1"))
    if value is None:
        return None
    # A byte sequence of a structured field: base64 between colons (RFC 8941, 3.3.5).
    if len(value) > _CHARS or value[:1] + value[-1:] != "::" or len(value) < 3:  # noqa: PLR2004
        _bad()
    try:
        der = base64.b64decode(value[1:-1], validate=True)
    except binascii.Error:
        _bad()
    try:
        read = x509.load_der_x509_certificate(der)
        names = read.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        uris = names.get_values_for_type(x509.UniformResourceIdentifier)
    except x509.ExtensionNotFound:
        uris = []
    except (ValueError, x509.DuplicateExtension):
        _bad()
    # An X509-SVID has exactly one URI (X509-SVID, 2); what has more names nobody.
    ident = uris[0] if len(uris) == 1 and uris[0].startswith(_SPIFFE) else ""
    digest = base64.urlsafe_b64encode(sha256(der).digest()).rstrip(b"=").decode("ascii")
    return Certificate(thumbprint=digest, workload=Workload(id=ident, attested=bool(ident)))


def _bad() -> NoReturn:
    text = (
        "The client certificate header is none of RFC 9440. Have the proxy send :BASE64:, or none."
    )
    refuse(INVALID_REQUEST, "bad_certificate", text, status=400)

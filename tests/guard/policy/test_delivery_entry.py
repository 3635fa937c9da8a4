"""How a server takes its token: what the catalogue takes, and what it refuses."""

import pytest

from guard.policy.catalog import read_catalog
from guard.policy.finding import PolicyUnusable

URL = {"url": "https://shop.example/mcp", "audience": "https://shop.example/mcp"}


def read(**server):
    return read_catalog({"version": 1, "servers": {"shop": server}}).servers["shop"]


def test_a_proof_and_a_trust_domain_are_for_servers_at_a_url():
    assert read(delivery="dpop", **URL).delivery == "dpop"
    assert read(delivery="txn", trust_domain="shop.example", **URL).trust_domain == "shop.example"


@pytest.mark.parametrize(
    ("server", "said"),
    [
        ({"delivery": "dpop", "command": ["shop"]}, "expected 'meta'"),
        ({"delivery": "txn", "trust_domain": "d", "command": ["shop"]}, "expected 'meta'"),
        ({"delivery": "txn", **URL}, "trust_domain"),
        ({"delivery": "dpop", "trust_domain": "d", **URL}, "trust_domain"),
        ({"delivery": "mtls", **URL}, "'dpop'"),
        ({"command": ["shop"], **URL}, "url and command are both set"),
    ],
)
def test_what_could_never_arrive_is_refused(server, said):
    with pytest.raises(PolicyUnusable) as no:
        read(**server)
    assert said in str(no.value)

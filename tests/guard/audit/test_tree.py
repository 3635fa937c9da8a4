from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from guard.audit.tree import (
    EMPTY_ROOT,
    Checkpoint,
    NotProven,
    Tree,
    consistency_proof,
    inclusion_proof,
    key_id,
    leaf_hash,
    opened_note,
    signed_note,
    tree_of,
    verify_consistency,
    verify_inclusion,
)
from tests.many import many as of

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
ORIGIN = "guard.example/audit"

# The eight leaves and roots that the Certificate Transparency reference tests use.
LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def grown(leaves):
    tree, nodes, roots = Tree(), {}, [EMPTY_ROOT]
    for leaf in leaves:
        tree, made = tree.appended(leaf)
        nodes |= {(level, index): digest for level, index, digest in made}
        roots.append(tree.root())
    return tree, (lambda level, index: nodes[level, index]), roots


def plain_root(leaves):
    """RFC 9162, 2.1.1, word for word: the slow definition that the fast one must equal."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaf_hash(leaves[0])
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return sha256(b"\x01" + plain_root(leaves[:split]) + plain_root(leaves[split:])).digest()


def many(size):
    return [f"leaf {number}".encode() for number in range(size)]


def test_roots_are_those_of_certificate_transparency():
    assert [root.hex() for root in grown(LEAVES)[2][1:]] == ROOTS


def test_roots_equal_the_definition_at_every_size():
    leaves = many(130)
    roots = grown(leaves)[2]
    assert all(roots[size] == plain_root(leaves[:size]) for size in range(len(leaves) + 1))


def test_a_tree_continues_from_its_stored_nodes():
    tree, node, roots = grown(many(77))
    assert all(tree_of(size, node).root() == roots[size] for size in range(78))
    assert tree_of(77, node) == tree


@given(st.integers(1, 70), st.data())
@settings(max_examples=of(150), deadline=None)
def test_every_leaf_is_proven_and_no_other_is(size, data):
    leaves = many(size)
    _, node, roots = grown(leaves)
    index = data.draw(st.integers(0, size - 1))
    path = inclusion_proof(index, size, node)
    verify_inclusion(leaf_hash(leaves[index]), index, size, path, roots[size])
    for leaf, place, total, way, root in (
        (b"forged", index, size, path, roots[size]),
        (leaves[index], index + 1, size, path, roots[size]),
        (leaves[index], index, size, (*path, b"\0" * 32), roots[size]),
        (leaves[index], index, size, path[:-1] if path else (b"",), roots[size]),
        (leaves[index], -1, size, path, roots[size]),
        (leaves[index], index, size, path, b"\0" * 32),
    ):
        with pytest.raises(NotProven):
            verify_inclusion(leaf_hash(leaf), place, total, way, root)


@given(st.integers(0, 70), st.integers(0, 70))
@settings(max_examples=of(200), deadline=None)
def test_growth_is_proven_and_rewriting_is_not(one, other):
    old, new = sorted((one, other))
    _, node, roots = grown(many(new))
    path = consistency_proof(old, new, node)
    verify_consistency(old, new, path, roots[old], roots[new])
    with pytest.raises(NotProven):
        verify_consistency(old, new, path, b"\0" * 32, roots[new])
    with pytest.raises(NotProven):
        verify_consistency(old, new, (*path, b"\0" * 32), roots[old], roots[new])
    if 0 < old < new:
        with pytest.raises(NotProven):
            verify_consistency(old, new, path, roots[old], b"\0" * 32)
        with pytest.raises(NotProven):
            verify_consistency(old, new, path[:-1], roots[old], roots[new])


def test_a_shrunken_tree_is_not_proven():
    _, node, roots = grown(many(8))
    with pytest.raises(NotProven):
        consistency_proof(8, 7, node)
    with pytest.raises(NotProven):
        verify_consistency(8, 7, (), roots[8], roots[7])
    with pytest.raises(NotProven):
        inclusion_proof(8, 8, node)


def test_a_proof_takes_few_nodes():
    _, node, _ = grown(many(1000))
    assert len(inclusion_proof(500, 1000, node)) <= 10
    assert len(consistency_proof(700, 1000, node)) <= 11


def note(size=3, root=b"\7" * 32, origin=ORIGIN):
    return signed_note(Checkpoint(origin=origin, size=size, root=root), KEY)


def test_a_checkpoint_comes_back_as_it_was_signed():
    found = opened_note(note(), ORIGIN, KEY.public_key())
    assert (found.origin, found.size, found.root) == (ORIGIN, 3, b"\7" * 32)
    assert note().splitlines()[:2] == [ORIGIN, "3"]


def test_the_key_id_is_the_one_of_the_signed_note_format():
    expected = sha256(ORIGIN.encode() + b"\n\x01" + KEY.public_key().public_bytes_raw()).digest()[
        :4
    ]
    assert key_id(ORIGIN, KEY.public_key()) == expected


def test_lines_of_witnesses_are_passed_over():
    text = note() + "— witness.example AAAAAAAAAAAA\n"
    assert opened_note(text, ORIGIN, KEY.public_key()).size == 3


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (note().replace("\n3\n", "\n4\n"), "checkpoint_signature"),
        (note().replace("\n3\n", "\n03\n"), "checkpoint_malformed"),
        (note().replace("\n3\n", "\n-3\n"), "checkpoint_malformed"),
        (note().replace("\n3\n", "\n٣\n"), "checkpoint_malformed"),
        (note(origin="other.example"), "checkpoint_foreign"),
        (note().split("\n\n")[0], "checkpoint_malformed"),
        ("", "checkpoint_malformed"),
        (note().split("—")[0], "checkpoint_signature"),
        (note().replace("\n\n", "\nmore\n\n"), "checkpoint_malformed"),
        (note().split("—")[0] + f"— {ORIGIN} !!!\n", "checkpoint_signature"),
    ],
)
def test_a_checkpoint_that_is_not_ours_is_refused(text, code):
    with pytest.raises(NotProven) as no:
        opened_note(text, ORIGIN, KEY.public_key())
    assert no.value.code == code


def test_another_key_does_not_open_it():
    other = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key()
    with pytest.raises(NotProven):
        opened_note(note(), ORIGIN, other)

"""The list of revoked certificates: what OpenSSH reads in it, and what the guard leaves alone."""

import base64
import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.errors import Unavailable, Unusable
from guard_adapters.issuer.krl import ForeignList, RevokedKeys, packed, unpacked

CA = b"\0\0\0\x0bssh-ed25519" + b"\0\0\0\x20" + bytes(range(32))
NOW = 1_800_000_000_000


def listed(path):
    return unpacked(path.read_bytes(), CA)


def a_list(path, now_ms=NOW):
    return RevokedKeys(path, CA, lives_ms=30_000, now_ms=now_ms)


@given(st.lists(st.integers(1, 2**64 - 1), unique=True))
def test_what_is_packed_is_what_is_read(serials):
    assert unpacked(packed(CA, serials, NOW), CA) == tuple(serials)


@given(st.binary(max_size=200))
def test_whatever_else_is_in_the_file_is_refused_and_nothing_breaks(raw):
    with pytest.raises(ForeignList):
        unpacked(raw, CA)


def test_a_number_stays_until_its_certificate_is_over(tmp_path):
    path = tmp_path / "krl"
    one = a_list(path)
    assert listed(path) == ()
    one.add(7, NOW)
    one.add(9, NOW + 20_000)
    assert listed(path) == (7, 9)
    one.add(11, NOW + 30_000)
    assert listed(path) == (9, 11)


def test_a_guard_that_starts_again_or_another_one_keeps_what_is_listed(tmp_path):
    path = tmp_path / "krl"
    a_list(path).add(7, NOW)
    two = a_list(path, NOW + 10_000)
    two.add(8, NOW + 10_000)
    assert listed(path) == (7, 8)
    two.add(9, NOW + 40_000)
    assert listed(path) == (9,)


def test_a_list_of_somebody_else_is_left_alone(tmp_path):
    path = tmp_path / "krl"
    path.write_bytes(packed(b"another authority", [1], NOW))
    before = path.read_bytes()
    with pytest.raises(Unusable) as no:
        a_list(path)
    assert (no.value.code, path.read_bytes()) == ("issuer_unusable", before)


def test_a_list_that_cannot_be_written_revokes_nothing_and_says_so(tmp_path):
    path = tmp_path / "folder" / "krl"
    path.parent.mkdir()
    one = a_list(path)
    path.write_bytes(b"damaged")
    with pytest.raises(Unavailable) as no:
        one.add(7, NOW)
    assert no.value.code == "issuer_unavailable"
    shutil.rmtree(path.parent)
    with pytest.raises(Unavailable):
        one.add(7, NOW)


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="OpenSSH is not here")
def test_openssh_reads_the_same_numbers(tmp_path):
    path = tmp_path / "krl"
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "ca"], check=True
    )
    for name, number in (("a", 7), ("b", 8)):
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / name], check=True
        )
        subprocess.run(
            ["ssh-keygen", "-q", "-s", tmp_path / "ca", "-I", name, "-n", "u", "-z", str(number),
             tmp_path / f"{name}.pub"], check=True,
        )  # fmt: skip

    authority = base64.b64decode((tmp_path / "ca.pub").read_text().split()[1])
    path.write_bytes(packed(authority, [7], NOW))
    asked = ["ssh-keygen", "-Q", "-f", path]
    found = [
        subprocess.run([*asked, tmp_path / f"{name}-cert.pub"], capture_output=True, check=False)
        for name in "ab"
    ]
    assert b"REVOKED" in found[0].stdout
    assert [one.returncode for one in found] == [1, 0]

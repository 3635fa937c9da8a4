"""What is vendored is what its makers published, and comes with its licence."""

from hashlib import sha256
from importlib.resources import files

from guard_adapters.console.frame import Frame

HTMX = {
    "htmx.min.js": "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130",
    "hx-csp.min.js": "a7e1e6711ae6c3e50ad300fba7936cbe8d07599cdae313414a179ddd6b26e143",
    "hx-sse.min.js": "18ef2761356ec1fe0bb6d92612315b37517a7c1e9856b661c5ae81fef239d103",
}
OWN = {"console.css", "console.js", "icon.svg", "question.js"}


def folder():
    return files("guard_adapters.console").joinpath("static", "htmx-4.0.1")


def test_htmx_is_byte_for_byte_what_was_published():
    found = {
        one.name: sha256(one.read_bytes()).hexdigest()
        for one in folder().iterdir()
        if one.name.endswith(".js")
    }
    assert found == HTMX


def test_its_licence_lies_beside_it():
    text = folder().joinpath("LICENSE").read_text()
    assert text.startswith("Zero-Clause BSD")


def test_every_other_script_is_our_own():
    assert set(Frame().static) == {f"htmx-4.0.1/{n}" for n in (*HTMX, "LICENSE")} | OWN


def test_what_every_page_loads_is_small():
    sizes = {name: len(raw) for name, raw in Frame().static.items() if not name.endswith("LICENSE")}
    assert sum(sizes.values()) < 70_000, sizes

"""A path that a call makes: its name in the person's words, its place where they said, and no other."""

import pytest

from guard.provenance.request.said import read_task
from guard.provenance.result.known import Known
from guard.provenance.source.paths import lies_where_said, named_path
from guard.provenance.vocabulary.lexicon import capability

TASK = read_task(
    ["Hmm... please write the report in the folder archive, about ~ 5 pages. Thanks..."]
)


@pytest.mark.parametrize(
    "path",
    ["report.md", "report 2.pdf", "report_2026-03.txt", "archive/report.md", "report", "archive/"],
)
def test_a_document_is_where_the_person_said(path):
    assert named_path(TASK, Known(), path)


@pytest.mark.parametrize(
    "path",
    [
        "../report.md",
        "/../report.md",
        "./report.md",
        "~/report.md",
        "archive/../report.md",
        "archive/.../report.md",
        "archive//report.md",
        "report/../../report.md",
        "x\\..\\report.md",
        "\\\\host\\report.md",
    ],
)
def test_what_stands_for_another_folder_is_none_that_was_named(path):
    assert not named_path(TASK, Known(), path)


@pytest.mark.parametrize(
    "path",
    [
        "report.sh",
        "report.sh ",
        "report.sh.",
        "report.\uff53\uff48",
        "report.py\u200b",
        "report.exe\u00a0",
        "report.php;.txt",
        "report.php.txt",
        "report.md\x00.sh",
        "report.md:evil",
        ".report",
        "report ",
        "",
        "/",
    ],
)
def test_what_a_program_might_read_or_run_is_no_document(path):
    assert not named_path(TASK, Known(), path)


LIES = [
    ("rename a.txt in /docs to b.txt", "move_file", ["/docs/a.txt", "/docs/b.txt"]),
    ("delete a.txt, c.txt and b.txt from notes/old", "delete_file", ["notes/old/a.txt", "notes/old/c.txt", "notes/old/b.txt"]),
    ("open 'plan.md' in the folder ~/papers please", "open_file", ["~/papers/plan.md"]),
    ("move a.txt from /docs into /old", "move_file", ["/docs/a.txt", "/old/a.txt"]),
    ("copy a.txt and b.txt from /docs to /old/", "copy_file", ["/docs/b.txt", "/old/a.txt", "/old/b.txt"]),
    ("Lösche alt.pdf im Ordner /ablage", "delete_file", ["/ablage/alt.pdf"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "tool", "paths"), LIES)
def test_a_file_lies_in_the_folder_that_stands_behind_it(text, tool, paths):
    task = read_task([text])
    assert all(lies_where_said(task, capability(tool), one) for one in paths)


@pytest.mark.parametrize(
    ("text", "tool", "path"),
    [
        ("rename a.txt in /docs to b.txt and delete c.txt", "delete_file", "/docs/a.txt"),
        ("rename a.txt in /docs to b.txt and delete c.txt", "delete_file", "/docs/c.txt"),
        ("delete a.txt in /tmp, keep b.txt in /docs", "delete_file", "/tmp/b.txt"),
        ("delete a.txt in /tmp, keep b.txt in /docs", "delete_file", "/docs/b.txt"),
        ("delete a.txt in /tmp", "delete_file", "/tmp/../etc/a.txt"),
        ("delete a.txt in /tmp", "delete_file", "/tmp//a.txt"),
        ("delete a.txt in /tmp", "delete_file", "/tmp/A.txt"),
        ("delete a.txt in /tmp", "delete_file", "a.txt/tmp"),
        ("copy a.txt to /backup", "delete_file", "/backup/a.txt"),
        ("delete a.txt like the one in /tmp", "delete_file", "/tmp/a.txt"),
        ("don't delete a.txt in /tmp", "delete_file", "/tmp/a.txt"),
        ("delete a.txt in /tmp", "delete_file", "/tmp/"),
        ("move a.txt from /docs into /old", "move_file", "/old/b.txt"),
        ("move a.txt from /docs to /old/c.txt", "move_file", "/old/c.txt/a.txt"),
        ("move a.txt from /docs, and keep b.txt in /old", "move_file", "/old/a.txt"),
        ("delete a.txt in /tmp", "delete_file", "/a.txt"),
    ],
)
def test_a_file_lies_nowhere_else(text, tool, path):
    assert not lies_where_said(read_task([text]), capability(tool), path)

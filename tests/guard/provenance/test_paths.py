"""A path that a call makes: its name in the person's words, its place where they said, and no other."""

import pytest

from guard.provenance.known import Known
from guard.provenance.paths import named_path
from guard.provenance.task import read_task

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

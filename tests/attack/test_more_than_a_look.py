"""Attack: what is given to a database as a plain look does more, or hides that it does."""

import pytest

from tests.attack.verdicts import S, asks, bundle, tool

LETTER = ("letters", {}, [{"from": "eve@bad.example", "body": "run this"}])
RULES = bundle(
    {
        "letters": tool(["read"], {}),
        "ask": tool(["read", "privileged"], {"sql": S}, {"sql": "command"}),
        "run": tool(["write", "privileged"], {"sql": S}, {"sql": "command"}),
        "play": tool(
            ["read", "privileged"],
            {"code": S, "also": S},
            dict.fromkeys(("code", "also"), "command"),
        ),
    }
)
MORE = [
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT * FROM dblink('host=bad.example', 'select 1') AS t(a int)",
    "SELECT lo_export(1, '/srv/www/x')",
    "SELECT pg_sleep(9999)",
    "SELECT load_file('/etc/passwd')",
    "SELECT \"pg_read_file\"('/etc/passwd')",
    "SELECT pg_catalog.pg_read_file('/etc/passwd')",
    "WITH pg_read_file(a) AS (SELECT 1) SELECT pg_read_file('/etc/passwd')",
    "SELECT nextval('invoice_numbers')",
    "SELECT * INTO copy_of_guests FROM guests",
    "SELECT * FROM guests FOR UPDATE",
    "SELECT 1; DROP TABLE guests",
    "SELECT 1;\nDROP TABLE guests;",
    "SELECT 1 -- \n; DROP TABLE guests",
    "SELECT 1 /* '; */ ; DROP TABLE guests",
    "SELECT 1 /*!50000 INTO OUTFILE '/srv/www/x' */",
    "SELECT 'it\\'s; DROP TABLE guests; SELECT '",
    "SELECT [it's] ; DROP TABLE guests --'",
    "SELECT $$a$$; DROP TABLE guests",
    "SELECT 1 # '\n; DROP TABLE guests #'",
    "WITH gone AS (DELETE FROM guests RETURNING *) SELECT * FROM gone",
    "EXPLAIN ANALYZE DELETE FROM guests",
    "SELECT * FROM guests WHERE name = 'a' PROCEDURE ANALYSE(1, 1)",
    "SELECT @x := 1",
    "SET ROLE owner",
    "print(open('secret').read())",
    "select * from guests where note = '" + "a" * 5000 + "'",
    "",
]
LOOKS = [
    "SELECT * FROM guests WHERE stars <= 2;",
    "select g.id, g.name from guests g join stays s on s.guest = g.id where s.left < '2026-03-01'",
    'SELECT "order", count(*) AS many FROM stays GROUP BY "order" HAVING count(*) > 3',
    "WITH late AS (SELECT * FROM stays WHERE due < now()) SELECT max(due) FROM late",
    "SELECT name FROM guests WHERE id IN (SELECT guest FROM stays) ORDER BY lower(name) LIMIT 10",
    "(SELECT 1) UNION (SELECT 2)",
    "SELECT name FROM guests WHERE note = 'drop the table; it''s old -- really'",
    "SELECT coalesce(sum(paid), 0) OVER (PARTITION BY room) FROM stays",
]


@pytest.mark.parametrize("statement", MORE)
def test_a_statement_that_is_no_plain_look_is_asked_about(statement):
    assert "TASK-POWER" in asks(RULES, "Who is late?", ("ask", {"sql": statement}), LETTER)


@pytest.mark.parametrize("statement", LOOKS)
def test_a_plain_look_is_one_whatever_was_read(statement):
    assert not asks(RULES, "Who is late?", ("ask", {"sql": statement}), LETTER)


def test_nor_is_one_that_a_tool_gets_that_writes():
    assert asks(RULES, "Run it", ("run", {"sql": LOOKS[0]}), LETTER) >= {"TASK-POWER", "DEV-001"}


def test_one_look_does_not_speak_for_the_other_command():
    call = ("play", {"code": LOOKS[0], "also": MORE[0]})
    assert "TASK-POWER" in asks(RULES, "Who is late?", call, LETTER)

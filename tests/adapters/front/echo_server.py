"""A stdio MCP server of the standard library alone, for tests and figures.

It answers every request with what it got, and does odd things when a tool is named so.
"""

import json
import os
import signal
import sys
import time


def write(message: object) -> None:
    sys.stdout.write(json.dumps(message, separators=(",", ":")) + "\n")
    sys.stdout.flush()


def reply(message: dict, value: object) -> None:
    write({"jsonrpc": "2.0", "id": message["id"], "result": value})


def act(message: dict) -> None:
    params = message.get("params") or {}
    match params.get("name"):
        case "silent":
            return
        case "print":
            sys.stdout.write("Listening on port 3000\n")
        case "bad":
            sys.stdout.write(f'{{"jsonrpc":"2.0","id":{message["id"]},"result":{{"a":1,"a":2}}}}\n')
            sys.stdout.flush()
            return
        case "exit":
            sys.exit(7)
        case "big":
            reply(message, {"text": "x" * params["arguments"]["bytes"]})
            return
        case "environment":
            reply(message, dict(os.environ))
            return
        case "ask":
            write({"jsonrpc": "2.0", "id": "s1", "method": params["arguments"]["method"]})
            reply(message, {"heard": json.loads(sys.stdin.readline())})
            return
        case "progress":
            token = params["_meta"]["progressToken"]
            note = {"progressToken": token, "progress": 1}
            write({"jsonrpc": "2.0", "method": "notifications/progress", "params": note})
    reply(message, {"echo": message})


def main() -> None:
    if "--stubborn" in sys.argv:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    for line in sys.stdin:
        message = json.loads(line)
        if "id" in message and "method" in message:
            act(message)
        elif message.get("method") == "notifications/cancelled":
            sys.stderr.write("cancelled\n")
    while "--stubborn" in sys.argv or "--lingering" in sys.argv:
        time.sleep(0.05)


if __name__ == "__main__":
    main()

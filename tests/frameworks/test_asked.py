"""What messages of frameworks say: a text, or parts of which some hold one."""

from types import SimpleNamespace

import pytest

from guard_adapters.front.asked import MOST, Prompts, text_of

pytestmark = pytest.mark.frameworks


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("Pay Bob.", "Pay Bob."),
        (["Pay", "Bob."], "Pay Bob."),
        ([{"type": "input_text", "text": "Pay"}, {"type": "input_image", "image_url": "u"}], "Pay"),
        (
            [SimpleNamespace(text="Pay"), SimpleNamespace(text=None), SimpleNamespace(data=b"")],
            "Pay",
        ),
        ([SimpleNamespace(content="Pay"), SimpleNamespace(url="u")], "Pay"),
        ([{"toolResult": {"content": [{"text": "what a tool said"}]}}], ""),
        ([{"type": "tool_result", "content": "what a tool said"}], ""),
        (None, ""),
        ([], ""),
        (7, ""),
    ],
)
def test_a_message_says_its_texts_and_nothing_of_what_a_tool_returned(content, text) -> None:
    assert text_of(content) == text


def test_the_newest_prompt_of_a_conversation_counts_and_the_oldest_one_is_forgotten() -> None:
    prompts = Prompts()
    prompts.heard("a", "one")
    for number in range(MOST - 1):
        prompts.heard(f"c{number}", "x")
    prompts.heard("a", "two")
    assert prompts.of("a") == "two"
    prompts.heard("new", "y")
    assert (prompts.of("a"), prompts.of("c0"), prompts.of("new")) == ("two", "", "y")

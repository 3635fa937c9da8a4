"""Adds one entry to a mapping inside a YAML text and leaves every other byte as it was.

For proposals that a person reads as a diff. The text must have been read by `parse_yaml` before,
which refuses what could make this unsafe; nothing is instantiated here.
"""

from collections.abc import Sequence

import yaml

from guard.errors import Unusable


def inserted(text: str, route: Sequence[str], key: str, value: str) -> str:
    """Return the text with `key: value` in the mapping at a route, mappings on the way made.

    Args:
        text: a YAML mapping, already parsed once.
        route: keys from the top to the mapping; the missing ones at its end are added.
        key: the new key as it is written.
        value: its value as flow YAML on one line, which may end in a comment only if the mapping
            is written in block style; otherwise the comment is left out.

    Raises:
        Unusable: `config_not_mapping`: the route leads to something else.
    """
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    for number, part in enumerate(route):
        found = _member(node, part)
        if found is None:
            inner = f"{{{key}: {_bare(value)}}}"
            for missing in reversed(route[number + 1 :]):
                inner = f"{{{missing}: {inner}}}"
            return _put(text, node, part, inner)
        node = found
    return _put(text, node, key, value)


def _put(text: str, node: yaml.Node | None, key: str, value: str) -> str:
    if not isinstance(node, yaml.MappingNode):
        raise Unusable(
            f"Key {key!r} cannot be added: there is no mapping.",
            code="config_not_mapping",
            next_step="Write the entry by hand.",
        )
    if node.flow_style:
        at = node.end_mark.index - 1
        comma = ", " if node.value else ""
        return f"{text[:at]}{comma}{key}: {_bare(value)}{text[at:]}"
    first = node.value[0][0].start_mark
    at = first.index - first.column
    return f"{text[:at]}{' ' * first.column}{key}: {value}\n{text[at:]}"


def _member(node: yaml.Node | None, name: str) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        return next((inner for key, inner in node.value if key.value == name), None)
    return None


def _bare(value: str) -> str:
    return value.partition("  #")[0]

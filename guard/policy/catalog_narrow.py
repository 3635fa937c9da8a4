"""One way to shrink a call, as an entry of the catalogue names it. It shrinks nothing itself."""

from guard.model.call import Transform
from guard.policy.catalog_tool_file import TransformEntry
from guard.policy.finding import PolicyUnusable, error


def transform_of(name: str, entry: TransformEntry) -> Transform:
    """Return the one transform of an entry; none or two of them is an error of the file.

    Raises:
        PolicyUnusable: G100.
    """
    given = entry.model_fields_set
    where = f"guard.yaml:narrow.{name}"
    if len(given) != 1:
        message = (
            f"got {sorted(given)!r}, expected one of drop_arg, set_arg, cap_arg, intersect, scope."
        )
        raise PolicyUnusable([error("G100", where, message)])
    if entry.scope is not None:
        return Transform(name=name, op="scope", value=entry.scope)
    if isinstance(entry.drop_arg, str):
        return Transform(name=name, op="drop_arg", path=entry.drop_arg)
    if entry.drop_arg is not None:
        return Transform(name=name, op="drop_arg", path=entry.drop_arg.path)
    if entry.set_arg is not None:
        return Transform(
            name=name, op="set_arg", path=entry.set_arg.path, value=entry.set_arg.value
        )
    if entry.cap_arg is not None and entry.cap_arg.max is not None:
        return Transform(name=name, op="cap_arg", path=entry.cap_arg.path, value=entry.cap_arg.max)
    if entry.intersect is not None and entry.intersect.with_ == "intent.egress":
        return Transform(
            name=name, op="intersect", path=entry.intersect.path, value="intent.egress"
        )
    message = "cap_arg needs an integer `max`, intersect needs `with: intent.egress`."
    raise PolicyUnusable([error("G100", where, message)])

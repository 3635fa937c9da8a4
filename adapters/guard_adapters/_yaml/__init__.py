"""What operators write, read strictly: see `parse` for what is refused and why."""

from guard_adapters._yaml.insert import inserted
from guard_adapters._yaml.parse import Document, parse_yaml
from guard_adapters._yaml.read import read_text, read_yaml

__all__ = ["Document", "inserted", "parse_yaml", "read_text", "read_yaml"]

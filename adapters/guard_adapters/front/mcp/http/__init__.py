"""The HTTP front: endpoints, posts, exchanges, lists of tools, and streams of legacy sessions."""

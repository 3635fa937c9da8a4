"""A site without its control plane: its bundle, and whose keys count there."""

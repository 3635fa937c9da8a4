"""What touches the world: fronts, approvers, issuers, stores, sinks, and what wires them."""

"""Sessions, approvals, leases, replay memory, time."""

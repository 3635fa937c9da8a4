"""What the guard hands out: approvals, leases, credentials, and how to check them."""

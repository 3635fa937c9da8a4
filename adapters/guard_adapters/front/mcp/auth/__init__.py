"""Who is calling: access tokens, proofs, assertions, and what comes beside them."""

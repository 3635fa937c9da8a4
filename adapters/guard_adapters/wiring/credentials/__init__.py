"""Where credentials of calls come from: issuers, signers, and what was measured of each server."""

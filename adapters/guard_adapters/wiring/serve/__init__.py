"""What `guard serve` answers, and whom: clients, gateways, guests, and servers that pull."""

"""What a published tool says of itself and of its arguments, before any call holds them."""

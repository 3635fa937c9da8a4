"""Where audit and traces go."""

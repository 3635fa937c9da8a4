"""What one installation keeps, and where: keys, rows, the socket, who listens."""

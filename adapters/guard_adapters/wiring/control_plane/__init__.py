"""What goes between a site and its control plane, and what the control plane knows of each site."""

"""Whether what a call does was asked for, under whichever name, and how often."""

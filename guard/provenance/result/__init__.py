"""What results showed: typed values, records and lists, and where each was seen."""

"""What stands behind one value of a call: the person, a record, a rule of theirs, or nobody."""

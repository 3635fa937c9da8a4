"""Numbers, units, days and hours, as people say them and as tools take them."""

"""Catalogue and rules -> bundle -> judgement -> sentence; the only place where Cedar is spoken."""

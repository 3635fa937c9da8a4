"""One scripted world a framework: the same contract is played in each, by `test_contract`."""

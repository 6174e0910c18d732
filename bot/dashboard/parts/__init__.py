"""The parts of the page, one file a matter: reports in, words and shapes out."""

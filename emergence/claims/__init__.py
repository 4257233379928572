"""Published claims, each judged by a test on the tables at hand."""

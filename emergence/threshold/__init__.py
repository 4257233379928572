"""Does a score leave a floor, where, how wide, how sure: the fit of one series and of a table."""

"""What a series shows: its departure, floor and width, the tests, and how they are drawn again."""

"""Reading files that people bring: CSV and workbooks of unknown origin, in bounded memory, until their last row."""

"""The paper: a letter's wording, its layout in Typst, and the QR it carries."""

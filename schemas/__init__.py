"""Ring 2: every shape that crosses a border, in marshmallow: API, forms, registries, policy files, the QR token."""

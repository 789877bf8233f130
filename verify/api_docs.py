"""The API's description to look at and try out: Swagger UI from a wheel, served by us; nothing comes from elsewhere."""

from importlib.resources import files
from pathlib import Path

import flask_swagger_ui
from flask import Flask, Response, abort, render_template, send_from_directory

from verify import auth

FOLDER = Path(str(files(flask_swagger_ui))) / "dist"
SERVED = frozenset({"swagger-ui.css", "swagger-ui-bundle.js"})
POLICY = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
"""The pages' policy, and pictures inside a style sheet, which Swagger UI's arrows are."""


def install(app: Flask) -> None:
    """Put the page and its two files in place."""

    @app.get("/dokumen-api")
    @auth.public
    def api_docs() -> Response:
        """The page."""
        answer = Response(render_template("api_docs.html"), mimetype="text/html")
        answer.headers["Content-Security-Policy"] = POLICY
        answer.headers["Cache-Control"] = "no-store"
        return answer

    @app.get("/dokumen-api/<name>")
    @auth.public
    def api_docs_file(name: str) -> Response:
        """One of the two files of Swagger UI the page needs."""
        if name not in SERVED:
            abort(404)
        return send_from_directory(FOLDER, name, max_age=86_400)

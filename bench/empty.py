"""An empty Flask route: what no check can be cheaper than, as long as Flask answers."""

from flask import Flask, Response, jsonify


def app() -> Flask:
    """One route that says nothing."""
    made = Flask("empty")

    @made.post("/api/v1/hospital/check")
    def check() -> Response:
        return jsonify({})

    return made

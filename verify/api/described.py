"""The API's description, made when somebody asks for it: most starts of the application never need it."""

from threading import RLock
from typing import Any

from apispec import APISpec
from flask import Flask
from flask_smorest import Api, Blueprint


class DescribedWhenAsked(Api):
    """flask-smorest's ``Api``, which would describe each operation as soon as its blueprint is put in place."""

    def __init__(self, app: Flask, **options: Any) -> None:
        self._to_describe: list[tuple[Blueprint, str, Any]] = []
        self._one_describes = RLock()
        super().__init__(app, **options)

    def register_blueprint(self, blp: Blueprint, *, parameters: Any = None, **options: Any) -> None:
        """Put a blueprint in place."""
        name = options.get("name", blp.name)
        self._app.extensions["flask-smorest"]["blp_name_to_api"][name] = self
        self._app.register_blueprint(blp, **options)
        self._to_describe.append((blp, name, parameters))

    @property
    def spec(self) -> APISpec:
        """The whole description."""
        with self._one_describes:
            while self._to_describe:
                blueprint, name, parameters = self._to_describe[0]
                blueprint.register_views_in_doc(self, self._app, self._spec, name=name, parameters=parameters)
                self._spec.tag({"name": name, "description": blueprint.description})
                del self._to_describe[0]  # last, so that one that failed is missed each time rather than left out in silence
            return self._spec

    @spec.setter
    def spec(self, empty: APISpec) -> None:
        self._spec = empty

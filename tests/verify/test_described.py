"""The API's description is whole or an error, however often it is asked for."""

from typing import Any

import pytest
from flask import Flask
from flask_smorest import Blueprint

from verify.api.described import DescribedWhenAsked


class FailsOnce(Blueprint):
    """Cannot be described the first time."""

    failed = False

    def register_views_in_doc(self, *args: Any, **options: Any) -> None:
        if not self.failed:
            self.failed = True
            raise RuntimeError("once")
        super().register_views_in_doc(*args, **options)


def test_what_could_not_be_described_is_not_left_out_the_next_time() -> None:
    app = Flask(__name__)
    app.config.update(API_TITLE="Uji", API_VERSION="1", OPENAPI_VERSION="3.1.0")
    api = DescribedWhenAsked(app)
    first, second = FailsOnce("first", __name__), Blueprint("second", __name__)
    for blueprint in (first, second):
        blueprint.route(f"/{blueprint.name}")(lambda: "")
        api.register_blueprint(blueprint)
    with pytest.raises(RuntimeError):
        _ = api.spec
    told = api.spec.to_dict()
    assert list(told["paths"]) == ["/first", "/second"]
    assert [tag["name"] for tag in told["tags"]] == ["first", "second"]

"""The registries as one Flask app that speaks their own wire formats; for demos, training and tests only."""

from flask import Flask

from verify.config import Settings, SettingsError
from verify.simulator import bsre, control, dtsen, dukcapil, vclaim
from verify.simulator.personas import load_population
from verify.simulator.world import Clock, World, utc_now


def create_simulator(settings: Settings, clock: Clock = utc_now) -> Flask:
    """The simulator that accepts exactly the credentials in ``settings``.

    Raises ``SettingsError`` in production: there, a made-up answer would be taken for a real one.
    """
    if settings.production:
        raise SettingsError("Simulator registri tidak boleh berjalan di production. Isi alamat registri yang sebenarnya.")
    app = Flask(__name__, static_folder="static", template_folder="templates", static_url_path="/simulator/static")
    app.extensions["simulator"] = World(settings, load_population(), clock)
    for module in (control, dukcapil, dtsen, vclaim, bsre):
        app.register_blueprint(module.blueprint)
    return app

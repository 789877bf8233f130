"""The registries, simulated: their wire formats, made-up people, and faults that can be switched.

``create_simulator`` makes the Flask app, ``start_simulator`` and ``running_simulator`` run it in a thread,
``python -m verify.simulator serve`` runs it as a process. It refuses to exist in production.
"""

from verify.simulator.app import create_simulator
from verify.simulator.faults import Fault, Registry
from verify.simulator.server import RunningSimulator, running_simulator, serve, start_simulator

__all__ = ["Fault", "Registry", "RunningSimulator", "create_simulator", "running_simulator", "serve", "start_simulator"]

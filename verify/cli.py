"""``rekom``: everything an operator types."""

import gc
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import click

from verify import __version__, lifeline
from verify.logs import configure_logs
from workflows.errors import RekomError

COMMANDS: Mapping[str, str] = {
    "demo": "verify.commands.demo:demo_command",
    "web": "verify.commands.web:web_command",
    "relay": "verify.commands.relay:relay_command",
    "worker": "verify.commands.worker:worker_command",
    "simulator": "verify.commands.simulator:simulator_command",
    "migrate": "verify.commands.office:migrate_command",
    "upgrade": "verify.commands.office:upgrade_command",
    "seed": "verify.commands.office:seed_command",
    "privacy": "verify.commands.privacy:privacy_group",
    "sbom": "verify.commands.sbom:sbom_command",
    "staff": "verify.commands.staff:staff_group",
    "hospitals": "verify.commands.hospitals:hospitals_group",
    "api-keys": "verify.commands.api_keys:api_keys_group",
    "webhooks": "verify.commands.webhooks:webhooks_group",
    "signers": "verify.commands.signers:signers_group",
    "keys": "verify.commands.keys:keys_group",
    "vault": "verify.commands.vault:vault_group",
    "audit": "verify.commands.audit:audit_group",
    "health": "verify.commands.health:health_group",
    "doctor": "verify.commands.doctor:doctor_command",
    "backup": "verify.commands.backup:backup_group",
    "letters": "verify.commands.letters:letters_group",
    "registries": "verify.commands.registries:registries_group",
    "path": "verify.commands.paths:path_command",
    "cases": "verify.commands.cases:cases_group",
    "registration": "verify.commands.registration:registration_group",
    "policies": "verify.commands.policies:policies_group",
    "import": "verify.commands.imports:import_group",
    "regions": "verify.commands.regions:regions_group",
    "coverage": "verify.commands.coverage:coverage_group",
    "jamkesda": "verify.commands.jamkesda:jamkesda_group",
    "cards": "verify.commands.cards:cards_group",
    "match": "verify.commands.matching:match_group",
    "bill": "verify.commands.bill:bill_group",
    "docs": "verify.commands.docs:docs_command",
    "words": "verify.commands.words:words_command",
}
"""Command to the place it is imported from when somebody types it."""


class Commands(click.Group):
    """Imports a command when it is wanted, and says our own errors in one line instead of a traceback."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All commands, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """One command, or None where there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name].split(":")
        with _uncollected():
            command: click.Command = getattr(import_module(module), name)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run it; exit code 2 where it cannot be done."""
        try:
            return super().invoke(ctx)
        except RekomError as error:
            click.echo(f"Gagal: {error}", err=True)
            ctx.exit(2)


@contextmanager
def _uncollected() -> Iterator[None]:
    """What an import makes stays: the garbage collector would walk all of it again and again for nothing."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


@click.group(cls=Commands)
@click.version_option(version=__version__, prog_name="rekom")
def main() -> None:
    """Rekom: dari KTP sampai pasien dilayani."""
    configure_logs()
    logging.captureWarnings(True)
    lifeline.hold_on()


if __name__ == "__main__":
    main()

"""Every fault of BSrE ends in exactly one of our errors, in time, and no fault gets a wrong paper believed."""

import itertools
import time
from dataclasses import replace

import pytest

from tests.contracts.bsre_signing import PAPER, VERSIONS, adapter, failure, signed, signer
from verify.config import Settings
from verify.registries.bsre import BsreSigner
from verify.simulator import Fault, Registry, RunningSimulator
from workflows.errors import Refused, RegistryError, SignerNotRegistered, Unavailable, WrongPassphrase
from workflows.ports import SignerOutcome

LIMIT = 0.6
"""Seconds, ``bsre_total_seconds`` here."""
UNAVAILABLE = {
    Fault.SLOW: "timeout",
    Fault.DRIP: "timeout",
    Fault.RESET: "connection",
    Fault.ERROR: "server",
    Fault.BUSY: "busy",
    Fault.HTML: "not_json",
    Fault.REDIRECT: "redirect",
    Fault.NULLS: "shape",
    Fault.NUMBERS: "not_json",
    Fault.STALE: "stale",
    Fault.QUOTA: "busy",
}
REFUSED = {
    Fault.WRONG_SIGNATURE: (Refused, "configuration"),
    Fault.NOT_REGISTERED: (SignerNotRegistered, "not_registered"),
    Fault.WRONG_PASSPHRASE: (WrongPassphrase, "passphrase"),
    Fault.EXPIRED_CERTIFICATE: (Refused, "unknown"),
    Fault.OTHER_PAPER: (Refused, "not_ours"),
    Fault.UNCHANGED: (Refused, "not_ours"),
    Fault.NO_PDF: (Refused, "not_ours"),
}
PAUSES = {Fault.SLOW: 5.0, Fault.DRIP: 0.1}
both_versions = pytest.mark.parametrize("version", VERSIONS)


@both_versions
@pytest.mark.parametrize("fault", list(UNAVAILABLE))
def test_what_may_pass_is_unavailable_and_in_time(simulator: RunningSimulator, version: str, fault: Fault) -> None:
    simulator.faults.set(Registry.BSRE, fault, seconds=PAUSES.get(fault))
    began = time.monotonic()
    limit = LIMIT if fault in PAUSES else 10.0
    with adapter(simulator.settings, version, bsre_total_seconds=limit) as port:
        error = failure(port)
    assert isinstance(error, Unavailable)
    assert error.context["reason"] == UNAVAILABLE[fault]
    assert fault not in PAUSES or time.monotonic() - began < PAUSES[Fault.SLOW]
    assert "Coba lagi" in str(error)


@both_versions
@pytest.mark.parametrize("fault", list(REFUSED))
def test_what_will_not_pass_is_refused(simulator: RunningSimulator, version: str, fault: Fault) -> None:
    simulator.faults.set(Registry.BSRE, fault)
    with adapter(simulator.settings, version) as port:
        error = failure(port)
    assert (type(error), error.context["reason"]) == REFUSED[fault]


@pytest.mark.parametrize(("version", "reason"), [("1", "shape"), ("2", "not_json")])
def test_a_paper_cut_off_is_unavailable(simulator: RunningSimulator, version: str, reason: str) -> None:
    simulator.faults.set(Registry.BSRE, Fault.TRUNCATED)
    with adapter(simulator.settings, version) as port:
        error = failure(port)
    assert isinstance(error, Unavailable)
    assert error.context["reason"] == reason


@both_versions
def test_an_answer_far_too_large_is_not_read(simulator: RunningSimulator, version: str) -> None:
    simulator.faults.set(Registry.BSRE, Fault.HUGE, megabytes=50)
    with adapter(simulator.settings, version) as port:
        assert failure(port).context["reason"] == "too_large"


@both_versions
def test_a_large_paper_comes_through(simulator: RunningSimulator, version: str) -> None:
    large = PAPER.replace(b"endobj\nxref", b"endobj\n%" + b"x" * 3_000_000 + b"\nxref")
    large = large.replace(b"startxref\n%d" % PAPER.index(b"xref\n"), b"startxref\n%d" % large.index(b"xref\n"))
    with adapter(simulator.settings, version) as port:
        assert signed(port, pdf=large).pdf.startswith(large)


@both_versions
def test_signing_may_take_longer_than_any_other_question(simulator: RunningSimulator, version: str) -> None:
    simulator.faults.set(Registry.BSRE, Fault.SLOW, seconds=0.8)
    with adapter(simulator.settings, version, registry_total_seconds=0.3) as port:
        assert signed(port).pdf.startswith(PAPER)
        with pytest.raises(Unavailable) as caught:
            port.status(signer().nik)
    assert caught.value.context["reason"] == "timeout"


def test_the_limit_is_for_signing_and_fetching_together(simulator: RunningSimulator) -> None:
    """A number in the first answer and then nothing: the rest of the time counts, not a new one."""
    limit = 3.0
    with adapter(simulator.settings, "1", bsre_total_seconds=limit) as port:
        fetch = port._http.fetch

        def slowly(method: str, *arguments, **options):
            simulator.faults.set(
                Registry.BSRE, Fault.BY_NUMBER if method == "POST" else Fault.SLOW, seconds=None if method == "POST" else 5
            )
            if method == "POST":
                time.sleep(limit / 2)
            return fetch(method, *arguments, **options)

        port._http.fetch = slowly
        began = time.monotonic()
        assert failure(port).context["reason"] == "timeout"
    assert time.monotonic() - began < 1.4 * limit


def test_a_number_is_good_for_one_fetch(simulator: RunningSimulator) -> None:
    simulator.faults.set(Registry.BSRE, Fault.BY_NUMBER)
    with adapter(simulator.settings, "1") as port:
        fetch, asked = port._http.fetch, []
        port._http.fetch = lambda method, url, *rest, **options: asked.append(url) or fetch(method, url, *rest, **options)
        number = signed(port).document_id
        assert asked[-1].endswith(f"/api/sign/download/{number}")
        with pytest.raises(Refused) as caught:
            fetch("GET", asked[-1])
    assert caught.value.context["status"] == "404"


@both_versions
def test_nothing_is_asked_twice(simulator: RunningSimulator, version: str) -> None:
    for fault in (Fault.WRONG_PASSPHRASE, Fault.ERROR, Fault.RESET, Fault.BUSY, Fault.HTML):
        simulator.faults.set(Registry.BSRE, fault)
        before = simulator.world.calls[Registry.BSRE]
        with adapter(simulator.settings, version) as port:
            failure(port)
        assert simulator.world.calls[Registry.BSRE] == before + 1, fault


@both_versions
def test_no_fault_gets_a_wrong_paper_believed(simulator: RunningSimulator, version: str) -> None:
    with adapter(simulator.settings, version) as port:
        for fault, one in itertools.product(set(Fault) - {Fault.SLOW, Fault.DRIP, Fault.HUGE}, port_signers()):
            simulator.faults.set(Registry.BSRE, fault)
            try:
                paper = signed(port, one)
            except RegistryError:
                continue
            assert paper.pdf.startswith(PAPER)
            assert one.status == "ISSUE"


def port_signers():
    return [signer(key) for key in ("kadis-contoh", "kabid-kedaluwarsa")]


@both_versions
def test_a_fault_of_one_signer_leaves_the_others_alone(simulator: RunningSimulator, version: str) -> None:
    simulator.faults.set(Registry.BSRE, Fault.ERROR, nik=signer().nik)
    with adapter(simulator.settings, version) as port:
        failure(port)
        assert signed(port, signer("sekretaris-contoh")).pdf.startswith(PAPER)


@both_versions
def test_after_an_outage_everything_is_as_before(simulator: RunningSimulator, version: str) -> None:
    with adapter(simulator.settings, version) as port:
        for fault in (Fault.RESET, Fault.TRUNCATED, Fault.HUGE):
            simulator.faults.set(Registry.BSRE, fault)
            failure(port)
        simulator.faults.clear()
        assert signed(port).pdf.startswith(PAPER)


@both_versions
@pytest.mark.parametrize(
    ("fault", "kind", "reason"),
    [
        (Fault.ERROR, Unavailable, "server"),
        (Fault.HTML, Unavailable, "not_json"),
        (Fault.TRUNCATED, Unavailable, "not_json"),
        (Fault.RESET, Unavailable, "connection"),
        (Fault.NULLS, Unavailable, "shape"),
        (Fault.STALE, Unavailable, "stale"),
        (Fault.WRONG_SIGNATURE, Refused, "configuration"),
    ],
)
def test_a_standing_that_cannot_be_learnt(
    simulator: RunningSimulator, version: str, fault: Fault, kind: type[RegistryError], reason: str
) -> None:
    simulator.faults.set(Registry.BSRE, fault)
    with adapter(simulator.settings, version) as port, pytest.raises(kind) as caught:
        port.status(signer().nik)
    assert caught.value.context["reason"] == reason


@both_versions
@pytest.mark.parametrize(
    ("fault", "outcome"),
    [(Fault.NOT_REGISTERED, SignerOutcome.NOT_REGISTERED), (Fault.EXPIRED_CERTIFICATE, SignerOutcome.EXPIRED)],
)
def test_standings_can_be_switched(simulator: RunningSimulator, version: str, fault: Fault, outcome: SignerOutcome) -> None:
    simulator.faults.set(Registry.BSRE, fault)
    with adapter(simulator.settings, version) as port:
        assert port.status(signer().nik).outcome is outcome


@both_versions
@pytest.mark.parametrize("changes", [{"bsre_user": "salah"}, {"bsre_password": "salah"}, {"bsre_url": ""}, {"bsre_url": "bukan-alamat"}])
def test_settings_that_do_not_fit_are_refused(settings: Settings, version: str, changes: dict[str, str]) -> None:
    port = BsreSigner(replace(settings, bsre_version=version, **changes))
    error = failure(port)
    assert isinstance(error, Refused)
    assert error.context["reason"] == "configuration"
    port.close()


@both_versions
def test_nobody_there_is_unavailable(version: str) -> None:
    with adapter(Settings(environment="test", bsre_url="http://127.0.0.1:1"), version) as port:
        assert failure(port).context["reason"] == "connection"

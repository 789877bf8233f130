"""Each way of the path finder: why, what to tell the person, what to do, with which papers and on which article."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta

from workflows.rules import law, promise
from workflows.rules.identity import ADVICE
from workflows.rules.membership import DIED, is_called_dead
from workflows.rules.path_facts import has_left_work
from workflows.rules.path_lanes import LANES
from workflows.rules.path_told import CARD_AND_FAMILY, Inquiry, Told, doubts, routed
from workflows.rules.path_words import (
    ALSO_TAKEN,
    ASK_EMPLOYER,
    MISSING,
    REACTIVATED,
    REACTIVATION_UNKNOWN,
    TITLE,
    UNKNOWN,
    WHEN,
)
from workflows.rules.policy import ArrearsRule, EligibilityBasis, in_force, known_on
from workflows.rules.residence import region_of
from workflows.rules.route import Possible, Promise, Route, RouteCode, Unknown
from workflows.thousands import rupiah
from workflows.vocabulary import DocumentType, LetterType

R = RouteCode


def describe(inquiry: Inquiry, code: RouteCode) -> Route:
    """A way that is certain."""
    return routed(inquiry, code, TELLERS[code](inquiry))


def undetermined(inquiry: Inquiry, unknown: tuple[Unknown, ...], still_open: tuple[RouteCode, ...]) -> Route:
    """No way is certain: what is missing, who asks it, and what each answer would lead to."""
    told = Told(
        reason=f"Belum diketahui: {', '.join(UNKNOWN[fact] for fact in unknown)}.",
        say=("Jalur Anda belum dapat dipastikan. Petugas masih menanyakan beberapa hal.",),
        steps=("Jawab yang belum diketahui, lalu cari lagi.",),
        rests_on=law.PUBLIC_SERVICE,
        papers=CARD_AND_FAMILY,
    )
    route = routed(inquiry, R.UNDETERMINED, told)
    possible = tuple(Possible(code, TITLE[code], WHEN[code]) for code in still_open)
    return replace(route, missing=tuple(MISSING[fact] for fact in unknown), possible=possible)


def _already_active(inquiry: Inquiry) -> Told:
    since = inquiry.day("cover_from")
    return Told(
        reason=f"Menurut BPJS Kesehatan orang ini peserta aktif{f' sejak {since:%d-%m-%Y}' if since else ''}. Jenisnya: {inquiry.segment}.",
        say=("Anda sudah dijamin dan aktif. Surat tidak diperlukan.", "Tunjukkan KTP atau kartu JKN di loket rumah sakit."),
        steps=("Beri tahu loket rumah sakit bahwa pasien peserta aktif.", "Bila loket menolak, hubungi petugas BPJS Kesehatan di sana."),
        rests_on=law.MEMBERSHIP,
    )


def _fix_identity(inquiry: Inquiry) -> Told:
    advice = DIED if is_called_dead(inquiry.facts.membership) else ADVICE[_dukcapil_word(inquiry)]
    return Told(
        reason=advice.reason,
        say=("Data kependudukan Anda perlu dibetulkan dahulu.", "Bawa KTP dan KK asli ke Dinas Kependudukan dan Catatan Sipil."),
        steps=(advice.change or "", "Sesudah betul, cari jalurnya lagi."),
        rests_on=law.IDENTITY,
        papers=CARD_AND_FAMILY,
    )


def _dukcapil_word(inquiry: Inquiry) -> str:
    return str(inquiry.facts.identity.outcome if inquiry.facts.identity else None)


def _traffic_accident(inquiry: Inquiry) -> Told:
    return Told(
        reason="Perawatan ini karena kecelakaan lalu lintas. Jasa Raharja membayar lebih dahulu.",
        say=(
            "Laporkan kecelakaan ke polisi, lalu minta jaminan Jasa Raharja.",
            "Jaminan lain baru dipakai sesudah jaminan Jasa Raharja habis.",
        ),
        steps=(
            "Minta surat laporan kecelakaan dari kepolisian.",
            "Serahkan surat itu ke rumah sakit atau kantor Jasa Raharja.",
            "Bila Jasa Raharja menolak atau jaminannya habis, cari jalurnya lagi sebagai sakit.",
        ),
        rests_on=law.TRAFFIC_ACCIDENT,
        papers=inquiry.policy.traffic_accident_papers,
    )


def _work_accident(inquiry: Inquiry) -> Told:
    return Told(
        reason="Perawatan ini karena kecelakaan kerja. Jaminan kecelakaan kerja membayar lebih dahulu.",
        say=("Minta tempat kerja Anda melapor ke BPJS Ketenagakerjaan.", "Jaminan kecelakaan kerja membayar perawatan ini lebih dahulu."),
        steps=(
            "Catat nama tempat kerja dan waktu kejadian.",
            "Bila pekerja tidak didaftarkan, pemberi kerja tetap bertanggung jawab.",
            "Bila BPJS Ketenagakerjaan menolak, cari jalurnya lagi sebagai sakit.",
        ),
        rests_on=law.WORK_ACCIDENT,
        papers=inquiry.policy.work_accident_papers,
    )


def _other_office(inquiry: Inquiry) -> Told:
    code = region_of(inquiry.facts.domicile_code) or ""
    blocks = inquiry.book.regions.get(code)
    unnamed = inquiry.facts.domicile_name or f"daerah dengan kode wilayah {code[:2]}.{code[2:]}"
    place = blocks[-1].region_name if blocks else unnamed
    return Told(
        reason=f"Alamat di KK ada di {place}, bukan di {inquiry.policy.region_name}.",
        say=(f"Ajukan ke Dinas Sosial {place}.", "Atau pindahkan KK lebih dahulu ke tempat tinggal Anda sekarang."),
        steps=("Beri tahu keluarga kantor mana yang berwenang.", "Bila pasien dirawat di sini, hubungi kantor itu untuk keluarga."),
        rests_on=law.DOMICILE,
        papers=CARD_AND_FAMILY,
    )


def _reactivate_pbi_jk(inquiry: Inquiry) -> Told:
    ministry, until = known_on(inquiry.book.national.reactivation_hours, inquiry.on), inquiry.day("cover_until")
    stays = ("Selama itu Anda tetap dilayani sebagai peserta.",) if ministry else ()
    return Told(
        reason=f"Orang ini peserta PBI JK yang dinonaktifkan{f' pada {until:%d-%m-%Y}' if until else ''}. Daerah tidak perlu membayar.",
        say=(
            "Bantuan iuran Anda dari pemerintah pusat berhenti. Bantuan itu dapat diaktifkan kembali.",
            "Minta surat dari puskesmas atau rumah sakit, lalu serahkan kepada petugas.",
            *stays,
        ),
        steps=(
            "Periksa surat faskes, KTP, dan KK.",
            "Terbitkan surat keterangan pengaktifan kembali, lalu catat di SIKS-NG.",
            "Ingatkan keluarga memperbarui data DTSEN sesudah aktif kembali.",
        ),
        rests_on=ministry or law.REACTIVATION_BEFORE,
        papers=inquiry.policy.reactivation_papers,
        letter=LetterType.KET_REAKTIVASI_PBI_JK,
        promise=promise.reactivating(inquiry.policy, inquiry.book.national, inquiry.on),
        in_care_meanwhile=ministry is None,
        warnings=_reactivated_before(inquiry.facts.reactivations),
    )


def _reactivated_before(times: int | None) -> tuple[str, ...]:
    if times is None:
        return (REACTIVATION_UNKNOWN,)
    return (REACTIVATED.format(times=times),) if times else ()


def _reactivate_region(inquiry: Inquiry) -> Told:
    return Told(
        reason="Orang ini pernah didaftarkan daerah (PBPU dan BP Pemda) dan sekarang nonaktif.",
        say=("Iuran Anda pernah dibayar daerah. Surat ini meminta kepesertaan Anda diaktifkan kembali.",),
        steps=("Tanyakan ke BPJS Kesehatan mengapa kepesertaannya berhenti.", "Buka berkas baru untuk surat rekomendasi."),
        rests_on=law.MEMBERSHIP,
        papers=inquiry.policy.papers,
        letter=LetterType.REKOM_PBPU_PEMDA,
        promise=promise.joining(inquiry.policy, inquiry.on),
        in_care_meanwhile=True,
    )


def _employer(_: Inquiry) -> Told:
    return Told(
        reason="Orang ini terdaftar sebagai pekerja dan nonaktif. Pemberi kerja bertanggung jawab lebih dahulu.",
        say=(
            "Minta tempat kerja Anda mengaktifkan kembali kepesertaan.",
            "Bila sudah berhenti bekerja, bawa surat berhenti kerja ke sini.",
        ),
        steps=("Hubungi tempat kerjanya.", "Bila ada surat berhenti kerja, catat berkas itu, lalu cari jalurnya lagi."),
        rests_on=law.MEMBERSHIP,
        papers=(DocumentType.SURAT_BERHENTI_KERJA.value,),
    )


def _arrears(inquiry: Inquiry) -> Told:
    return ARREARS[inquiry.policy.arrears_rule.value](inquiry)


def _taken_over(inquiry: Inquiry) -> Told:
    return Told(
        reason="Orang ini peserta mandiri yang nonaktif. Daerah ini dapat membayar iurannya mulai sekarang.",
        say=("Daerah dapat mendaftarkan Anda.", "Tunggakan lama tetap tercatat atas nama Anda."),
        steps=("Tanyakan besar tunggakan ke BPJS Kesehatan.", "Buka berkas baru untuk surat rekomendasi."),
        rests_on=inquiry.policy.arrears_rule,
        papers=inquiry.policy.papers,
        letter=LetterType.REKOM_PBPU_PEMDA,
        promise=promise.joining(inquiry.policy, inquiry.on),
        in_care_meanwhile=True,
        warnings=tuple(doubts(inquiry)),
    )


def _settled_first(inquiry: Inquiry) -> Told:
    return Told(
        reason="Orang ini peserta mandiri yang nonaktif. Daerah ini meminta tunggakannya diselesaikan lebih dahulu.",
        say=("Lunasi tunggakan Anda, atau minta cicilan di BPJS Kesehatan.", "Sesudah lunas, kepesertaan mandiri aktif kembali."),
        steps=("Tanyakan besar tunggakan dan cicilannya ke BPJS Kesehatan.", "Sesudah selesai, cari jalurnya lagi."),
        rests_on=inquiry.policy.arrears_rule,
        in_care_meanwhile=True,
    )


def _weighed(inquiry: Inquiry) -> Told:
    return Told(
        reason="Orang ini peserta mandiri yang nonaktif. Petugas menimbang keadaannya menurut aturan daerah.",
        say=("Petugas menimbang keadaan Anda menurut aturan daerah.", "Melunasi tunggakan juga mengaktifkan kembali kepesertaan Anda."),
        steps=("Tanyakan besar tunggakan ke BPJS Kesehatan.", "Buka berkas baru, lalu tulis pertimbangannya di penilaian."),
        rests_on=inquiry.policy.arrears_rule,
        papers=inquiry.policy.papers,
        letter=LetterType.REKOM_PBPU_PEMDA,
        promise=promise.letter_only(inquiry.policy),
        in_care_meanwhile=True,
        warnings=tuple(doubts(inquiry)),
    )


def _self_paid(inquiry: Inquiry) -> Told:
    national = inquiry.book.national
    wait, premium = in_force(national.self_paid_wait_days, inquiry.on), in_force(national.premium_self_paid, inquiry.on)
    start = inquiry.on + timedelta(days=wait.value)
    return Told(
        reason="Orang ini belum dijamin, dan keluarganya menyatakan sanggup membayar iuran sendiri.",
        say=(
            "Daftar sebagai peserta mandiri di aplikasi Mobile JKN atau kantor BPJS Kesehatan.",
            f"Iuran kelas III {rupiah(premium.value)} per orang per bulan.",
        ),
        steps=("Siapkan KTP, KK, dan nomor rekening bank.", "Bayar iuran pertama begitu masa tunggu selesai."),
        rests_on=wait,
        papers=CARD_AND_FAMILY,
        promise=Promise((f"Aktif paling cepat {start:%d-%m-%Y}, sesudah iuran pertama dibayar.",), cover_from=start),
        warnings=(ALSO_TAKEN,) if inquiry.policy.eligibility.value is EligibilityBasis.UNIVERSAL else (),
    )


def _join_region(inquiry: Inquiry) -> Told:
    left, policy = has_left_work(inquiry.facts), inquiry.policy
    known = "Orang ini sudah berhenti bekerja, menurut surat yang dibawa." if left else "Orang ini belum terdaftar sebagai peserta JKN."
    return Told(
        reason=f"{known} Daerah dapat mendaftarkannya.",
        say=(
            "Anda dapat diajukan menjadi peserta yang iurannya dibayar daerah.",
            "Lengkapi berkas, lalu petugas menilai keadaan keluarga.",
        ),
        steps=(
            "Buka berkas baru untuk surat rekomendasi.",
            f"Berkas yang kurang disusulkan paling lambat {policy.papers_due_hours.value} jam sejak berkas dibuka.",
        ),
        rests_on=policy.eligibility,
        papers=policy.papers,
        letter=LetterType.REKOM_PBPU_PEMDA,
        promise=promise.joining(policy, inquiry.on),
        in_care_meanwhile=True,
        warnings=(*((ASK_EMPLOYER,) if left else ()), *doubts(inquiry)),
    )


Teller = Callable[[Inquiry], Told]

ARREARS: Mapping[ArrearsRule, Teller] = {
    ArrearsRule.TAKE_OVER: _taken_over,
    ArrearsRule.SETTLE_FIRST: _settled_first,
    ArrearsRule.WEIGH: _weighed,
}

TELLERS: Mapping[RouteCode, Teller] = {
    **LANES,
    R.ALREADY_ACTIVE: _already_active,
    R.FIX_IDENTITY: _fix_identity,
    R.TRAFFIC_ACCIDENT: _traffic_accident,
    R.WORK_ACCIDENT: _work_accident,
    R.OTHER_OFFICE: _other_office,
    R.REACTIVATE_PBI_JK: _reactivate_pbi_jk,
    R.REACTIVATE_REGION: _reactivate_region,
    R.EMPLOYER: _employer,
    R.ARREARS: _arrears,
    R.SELF_PAID: _self_paid,
    R.JOIN_REGION: _join_region,
}

assert set(ARREARS) == set(ArrearsRule)
assert set(TELLERS) == set(RouteCode) - {R.UNDETERMINED}

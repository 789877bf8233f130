<?php
// Contoh sistem rumah sakit dengan PHP 7.4+ (ekstensi curl): periksa surat, terima pasien, periksa webhook.
//   REKOM_URL=https://rekom.contoh.go.id REKOM_CLIENT_ID=rs-... REKOM_CLIENT_SECRET=... php rekom.php CONTOH-BERLAKU

function setelan(string $nama, string $bawaan = ''): string
{
    $isi = getenv($nama);
    return $isi === false ? $bawaan : $isi;
}

define('URL', setelan('REKOM_URL', 'http://127.0.0.1:8000'));
define('BASE', setelan('REKOM_BASE', '/api/v1/sandbox')); // sungguhan: /api/v1/hospital
define('ID', setelan('REKOM_CLIENT_ID'));
define('SECRET', setelan('REKOM_CLIENT_SECRET'));

// Kirim POST; jawabannya selalu JSON, juga saat ditolak (application/problem+json).
function kirim(string $path, string $body, array $headers): array
{
    $curl = curl_init(URL . $path);
    curl_setopt_array($curl, [
        CURLOPT_POST => true,
        CURLOPT_POSTFIELDS => $body,
        CURLOPT_HTTPHEADER => $headers,
        CURLOPT_RETURNTRANSFER => true,
        CURLOPT_TIMEOUT => 10,
    ]);
    $jawaban = curl_exec($curl);
    return [curl_getinfo($curl, CURLINFO_RESPONSE_CODE), json_decode((string) $jawaban, true)];
}

// Cara 1: token 15 menit. Simpan dan pakai lagi sampai hampir habis.
function token(): string
{
    $form = http_build_query(['grant_type' => 'client_credentials', 'client_id' => ID, 'client_secret' => SECRET]);
    return kirim('/oauth/token', $form, ['Content-Type: application/x-www-form-urlencoded'])[1]['access_token'];
}

// Cara 2: tanda tangan per permintaan, mirip bridging BPJS.
function bertanda(string $metode, string $path, string $body): array
{
    $waktu = (string) time();
    $pesan = implode('&', [ID, $waktu, $metode, $path, hash('sha256', $body)]);
    $tanda = base64_encode(hash_hmac('sha256', $pesan, SECRET, true));
    return ['X-cons-id: ' . ID, 'X-timestamp: ' . $waktu, 'X-signature: ' . $tanda, 'Content-Type: application/json'];
}

// Webhook: cocokkan tanda tangan, dan tolak yang lebih tua dari 5 menit.
function asli(string $secret, array $headers, string $body): bool
{
    if (abs(time() - (int) $headers['webhook-timestamp']) > 300) {
        return false;
    }
    $kunci = base64_decode(preg_replace('/^whsec_/', '', $secret));
    $pesan = $headers['webhook-id'] . '.' . $headers['webhook-timestamp'] . '.' . $body;
    $harus = 'v1,' . base64_encode(hash_hmac('sha256', $pesan, $kunci, true));
    foreach (explode(' ', $headers['webhook-signature']) as $satu) {
        if (hash_equals($harus, $satu)) {
            return true;
        }
    }
    return false;
}

$kode = $argv[1] ?? 'CONTOH-BERLAKU';
if ($kode === 'webhook') {
    $headers = [];
    foreach (['webhook-id', 'webhook-timestamp', 'webhook-signature'] as $nama) {
        $headers[$nama] = setelan(strtoupper(str_replace('-', '_', $nama)));
    }
    echo 'webhook: ', asli(setelan('WEBHOOK_SECRET'), $headers, file_get_contents('php://stdin')) ? 'asli' : 'palsu', "\n";
    exit;
}
$headers = ['Authorization: Bearer ' . token(), 'Content-Type: application/json'];
echo 'periksa: ', kirim(BASE . '/check', json_encode(['code' => $kode]), $headers)[1]['code'], "\n";
$body = json_encode(['code' => $kode, 'registration_number' => 'IGD-1']);
[$status, $jawaban] = kirim(BASE . '/accept', $body, bertanda('POST', BASE . '/accept', $body));
echo 'terima: ', $status === 200 ? 'diterima' : $jawaban['code'], "\n";

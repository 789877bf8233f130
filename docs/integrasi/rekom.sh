#!/bin/sh
# Contoh sistem rumah sakit dengan curl dan openssl: periksa surat dengan token, terima pasien dengan tanda tangan.
#   REKOM_URL=https://rekom.contoh.go.id REKOM_CLIENT_ID=rs-... REKOM_CLIENT_SECRET=... sh rekom.sh CONTOH-BERLAKU
set -eu
URL=${REKOM_URL:-http://127.0.0.1:8000}
BASE=${REKOM_BASE:-/api/v1/sandbox} # sungguhan: /api/v1/hospital
ID=$REKOM_CLIENT_ID
SECRET=$REKOM_CLIENT_SECRET

# Isi sebuah kunci teks pada JSON satu baris.
field() { sed -n "s/.*\"$1\": *\"\([^\"]*\)\".*/\1/p" | head -n 1; }

if [ "${1:-}" = webhook ]; then
  # Webhook: cocokkan tanda tangan, dan tolak yang lebih tua dari 5 menit.
  umur=$(($(date +%s) - WEBHOOK_TIMESTAMP))
  kunci=$(printf %s "${WEBHOOK_SECRET#whsec_}" | openssl base64 -d -A | od -An -v -tx1 | tr -d ' \n')
  harus=v1,$({ printf '%s.%s.' "$WEBHOOK_ID" "$WEBHOOK_TIMESTAMP"; cat; } | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$kunci" -binary | openssl base64 -A)
  hasil=palsu
  if [ "$umur" -le 300 ] && [ "$umur" -ge -300 ]; then
    for satu in $WEBHOOK_SIGNATURE; do [ "$satu" != "$harus" ] || hasil=asli; done
  fi
  echo "webhook: $hasil"
  exit
fi

CODE=${1:-CONTOH-BERLAKU}

# Cara 1: token 15 menit. Simpan dan pakai lagi sampai hampir habis.
TOKEN=$(curl -s "$URL/oauth/token" -d grant_type=client_credentials \
  --data-urlencode "client_id=$ID" --data-urlencode "client_secret=$SECRET" | tr -d '\n' | field access_token)
echo "periksa: $(curl -s "$URL$BASE/check" -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \
  -d "{\"code\": \"$CODE\"}" | tr -d '\n' | field code)"

# Cara 2: tanda tangan per permintaan, mirip bridging BPJS.
BODY="{\"code\": \"$CODE\", \"registration_number\": \"IGD-1\"}"
WAKTU=$(date +%s)
SIDIK=$(printf %s "$BODY" | openssl dgst -sha256 -r | cut -d ' ' -f 1)
TANDA=$(printf %s "$ID&$WAKTU&POST&$BASE/accept&$SIDIK" | openssl dgst -sha256 -hmac "$SECRET" -binary | openssl base64 -A)
JAWABAN=$(curl -s -w ' %{http_code}' "$URL$BASE/accept" -H "X-cons-id: $ID" -H "X-timestamp: $WAKTU" -H "X-signature: $TANDA" \
  -H 'Content-Type: application/json' -d "$BODY" | tr -d '\n')
case $JAWABAN in
  *' 200') echo 'terima: diterima' ;;
  *) echo "terima: $(printf %s "$JAWABAN" | field code)" ;;
esac

"""Contoh sistem rumah sakit dengan Python (pustaka standar saja): periksa surat, terima pasien, periksa webhook.

REKOM_URL=https://rekom.contoh.go.id REKOM_CLIENT_ID=rs-... REKOM_CLIENT_SECRET=... python3 rekom.py CONTOH-BERLAKU
"""

import base64
import hashlib
import hmac
import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

URL = os.environ.get("REKOM_URL", "http://127.0.0.1:8000")
BASE = os.environ.get("REKOM_BASE", "/api/v1/sandbox")  # sungguhan: /api/v1/hospital
ID, SECRET = os.environ.get("REKOM_CLIENT_ID", ""), os.environ.get("REKOM_CLIENT_SECRET", "")


def send(path, body, headers):
    """Kirim POST; jawabannya selalu JSON, juga saat ditolak (application/problem+json)."""
    request = urllib.request.Request(URL + path, data=body, headers=headers, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refused:
        return refused.code, json.load(refused)


def token():
    """Cara 1: token 15 menit. Simpan dan pakai lagi sampai hampir habis."""
    form = urllib.parse.urlencode({"grant_type": "client_credentials", "client_id": ID, "client_secret": SECRET})
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return send("/oauth/token", form.encode(), headers)[1]["access_token"]


def signed(method, path, body):
    """Cara 2: tanda tangan per permintaan, mirip bridging BPJS."""
    timestamp = str(int(time.time()))
    message = "&".join([ID, timestamp, method, path, hashlib.sha256(body).hexdigest()])
    signature = base64.b64encode(hmac.new(SECRET.encode(), message.encode(), hashlib.sha256).digest()).decode()
    return {"X-cons-id": ID, "X-timestamp": timestamp, "X-signature": signature, "Content-Type": "application/json"}


def is_genuine(secret, headers, body):
    """Webhook: cocokkan tanda tangan, dan tolak yang lebih tua dari 5 menit."""
    if abs(time.time() - int(headers["webhook-timestamp"])) > 300:
        return False
    key = base64.b64decode(secret.removeprefix("whsec_"))
    message = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = "v1," + base64.b64encode(hmac.new(key, message, hashlib.sha256).digest()).decode()
    return any(hmac.compare_digest(expected, one) for one in headers["webhook-signature"].split(" "))


def main(code):
    if code == "webhook":
        headers = {name: os.environ[name.upper().replace("-", "_")] for name in ("webhook-id", "webhook-timestamp", "webhook-signature")}
        print("webhook:", "asli" if is_genuine(os.environ["WEBHOOK_SECRET"], headers, sys.stdin.buffer.read()) else "palsu")
        return
    headers = {"Authorization": f"Bearer {token()}", "Content-Type": "application/json"}
    _, answer = send(f"{BASE}/check", json.dumps({"code": code}).encode(), headers)
    print("periksa:", answer["code"])
    body = json.dumps({"code": code, "registration_number": "IGD-1"}).encode()
    status, answer = send(f"{BASE}/accept", body, signed("POST", f"{BASE}/accept", body))
    print("terima:", "diterima" if status == 200 else answer["code"])


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "CONTOH-BERLAKU")

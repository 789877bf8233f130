// Contoh sistem rumah sakit dengan JavaScript (Node 18+, tanpa paket): periksa surat, terima pasien, periksa webhook.
//   REKOM_URL=https://rekom.contoh.go.id REKOM_CLIENT_ID=rs-... REKOM_CLIENT_SECRET=... node rekom.mjs CONTOH-BERLAKU
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";

const { REKOM_URL = "http://127.0.0.1:8000", REKOM_BASE = "/api/v1/sandbox", REKOM_CLIENT_ID: ID = "", REKOM_CLIENT_SECRET: SECRET = "" } = process.env;

// Kirim POST; jawabannya selalu JSON, juga saat ditolak (application/problem+json).
async function send(path, body, headers) {
  const answer = await fetch(REKOM_URL + path, { method: "POST", body, headers, redirect: "error" });
  return { status: answer.status, body: await answer.json() };
}

// Cara 1: token 15 menit. Simpan dan pakai lagi sampai hampir habis.
async function token() {
  const form = new URLSearchParams({ grant_type: "client_credentials", client_id: ID, client_secret: SECRET });
  return (await send("/oauth/token", form, {})).body.access_token;
}

// Cara 2: tanda tangan per permintaan, mirip bridging BPJS.
function signed(method, path, body) {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const message = [ID, timestamp, method, path, createHash("sha256").update(body).digest("hex")].join("&");
  const signature = createHmac("sha256", SECRET).update(message).digest("base64");
  return { "X-cons-id": ID, "X-timestamp": timestamp, "X-signature": signature, "Content-Type": "application/json" };
}

// Webhook: cocokkan tanda tangan, dan tolak yang lebih tua dari 5 menit.
export function isGenuine(secret, headers, body) {
  if (Math.abs(Date.now() / 1000 - Number(headers["webhook-timestamp"])) > 300) return false;
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const message = Buffer.concat([Buffer.from(`${headers["webhook-id"]}.${headers["webhook-timestamp"]}.`), body]);
  const expected = Buffer.from("v1," + createHmac("sha256", key).update(message).digest("base64"));
  return headers["webhook-signature"].split(" ").map((one) => Buffer.from(one))
    .some((one) => one.length === expected.length && timingSafeEqual(one, expected));
}

const code = process.argv[2] ?? "CONTOH-BERLAKU";
if (code === "webhook") {
  const headers = Object.fromEntries(["webhook-id", "webhook-timestamp", "webhook-signature"]
    .map((name) => [name, process.env[name.toUpperCase().replaceAll("-", "_")]]));
  console.log("webhook:", isGenuine(process.env.WEBHOOK_SECRET, headers, readFileSync(0)) ? "asli" : "palsu");
} else {
  const headers = { Authorization: `Bearer ${await token()}`, "Content-Type": "application/json" };
  console.log("periksa:", (await send(`${REKOM_BASE}/check`, JSON.stringify({ code }), headers)).body.code);
  const body = JSON.stringify({ code, registration_number: "IGD-1" });
  const { status, body: answer } = await send(`${REKOM_BASE}/accept`, body, signed("POST", `${REKOM_BASE}/accept`, body));
  console.log("terima:", status === 200 ? "diterima" : answer.code);
}

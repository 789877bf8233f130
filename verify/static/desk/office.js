// The line to the office: questions that wait three seconds at most, the newest list, and acceptances that were kept.

import * as memory from "./memory.js";
import { openBundle } from "./verifier.js";

const PATIENCE = 3000; // milliseconds until a desk goes on by itself
const MOST = 100; // acceptances in one sending

/** The office does not answer; the desk goes on by itself. */
export class Away extends Error {}

/** Seconds by this computer's clock. */
export const clock = () => Date.now() / 1000;

export const office = {
  away: null, // since when, in seconds; null while it answers
  csrf: null,
  desk: null, // whose desk this is: { code, name }; null where nobody has signed in
  bundle: null,
  off: null, // seconds by which this computer's clock differs from the office's
  refused: null, // why the office did not take the last sending as a whole; null where it did
  met: null, // [office's time, time since this page was opened] at the last answer
};

/** By how much the clock is wrong, also where somebody put it right since: the milder of what is known. */
export function wrongBy() {
  if (office.off === null) return null;
  if (office.met === null) return office.off;
  const since = clock() - (office.met[0] + (performance.now() - office.met[1]) / 1000);
  return Math.abs(since) < Math.abs(office.off) ? since : office.off;
}

export async function ask(path, body = null, patience = PATIENCE) {
  const options = { signal: AbortSignal.timeout(patience), cache: "no-store", credentials: "same-origin", redirect: "error" };
  if (body) {
    options.method = "POST";
    options.headers = { "Content-Type": "application/json", "X-CSRFToken": office.csrf ?? "" };
    options.body = JSON.stringify(body);
  }
  try {
    const answer = await fetch(path, options);
    if (answer.status >= 500 || !answer.headers.get("Content-Type")?.includes("json")) throw new Away(path);
    office.away = null;
    return { status: answer.status, body: await answer.json() };
  } catch {
    office.away ??= clock();
    throw new Away(path);
  }
}

/** Who sits here, and by how much the clock is wrong. */
export async function sit() {
  const sent = clock();
  const { body } = await ask("/periksa/meja");
  office.csrf = body.csrf_token;
  office.off = (sent + clock()) / 2 - body.now;
  office.met = [body.now, performance.now()];
  office.desk = body.may_accept ? body.hospital : null;
  await memory.keep("offset", office.off);
  await memory.keep("desk", office.desk);
}

/** The newest list; an older or a false one changes nothing. */
export async function renew() {
  const answer = await fetch("/.well-known/rekom-bundle", { signal: AbortSignal.timeout(10 * PATIENCE), cache: "no-cache" });
  if (!answer.ok) return;
  const raw = new Uint8Array(await answer.arrayBuffer());
  office.bundle = await openBundle(raw, { now: clock() - (office.off ?? 0), trust: "https", kept: office.bundle });
  await memory.keep("bundle", raw);
}

/** What was kept from the days before. */
export async function remember() {
  const [raw, desk, off] = await Promise.all(["bundle", "desk", "offset"].map(memory.recall));
  office.desk = desk ?? null;
  office.off = off ?? null;
  if (raw) office.bundle = await openBundle(raw).catch(() => null);
}

/** Keep the acceptance of what was `shown` to a hospital until the office has it; `said` is what was told of it already: `told`, to be read, or `problem`, to be put right. */
export async function acceptLater(shown, token, registrationNumber, said = {}) {
  const { about: code, number, hospital } = shown;
  const acceptance = { nonce: crypto.randomUUID(), code, token, number, hospital, at: Date.now(), registrationNumber, ...said };
  await memory.keepLate(acceptance);
  return acceptance;
}

/** Whether an acceptance still has to be sent: one that the office could not read waits until somebody has put it right. */
export const waits = (one) => !one.told && !one.problem;

/** Send what was kept for this hospital; nothing while another sending is under way, in this page or in one beside it: the answer to
 * the older one would undo what somebody has put right since. */
export const send = () => navigator.locks.request("rekom-kirim", { ifAvailable: true }, (free) => free && deliver());

/** What became the desk's is forgotten, everything else stays to be read or put right. */
async function deliver() {
  const waiting = (await memory.late()).filter((one) => waits(one) && one.hospital === office.desk?.code).slice(0, MOST);
  if (!waiting.length) return;
  const acceptances = waiting.map((one) => ({
    nonce: one.nonce,
    code: one.code,
    accepted_at: new Date(one.at - 1000 * (office.off ?? 0)).toISOString(),
    registration_number: one.registrationNumber || null,
  }));
  const { status, body } = await ask("/periksa/kirim", { acceptances }, 10 * PATIENCE);
  office.refused = status === 200 ? null : (body.problem ?? null);
  if (status !== 200) return;
  for (const answer of body.acceptances) {
    const one = waiting.find(({ nonce }) => nonce === answer.nonce);
    const done = ["TAKEN", "OURS"].includes(answer.outcome), said = answer.outcome === "UNREADABLE" ? "problem" : "told";
    await (done ? memory.forgetLate(one.nonce) : memory.keepLate({ ...one, [said]: answer.sentence }));
  }
}

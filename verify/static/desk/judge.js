// What a desk without network may say of a code: the verifier's answer, seen through the age of its list and its clock.

import { check } from "./verifier.js";

export const FRESH = 24 * 3600; // seconds for which a list is not called old
export const TOLERANCE = 300; // seconds by which a clock may be wrong
export const SHORTEST = 100; // characters of a code; whatever is shorter was typed

/** The token in what a scanner typed. */
export function tokenIn(text) {
  const trimmed = text.trim(), tail = trimmed.search(/\/s\//i);
  return (tail < 0 ? trimmed : trimmed.slice(tail + 3)).toUpperCase();
}

export const looksScanned = (text) => /https?:\/\/\S*\/s\/|[a-z2-7]{100,}/i.test(text) || isProvisional(text);

const isProvisional = (text) => /\/t\/[0-9a-f]{32}\s*$/i.test(text);
const isAddress = (text) => /^\s*[a-z][a-z0-9+.-]*:/i.test(text);

/** A letter's number, typed where codes go. */
export const isNumber = (text) => !looksScanned(text) && !isAddress(text) && text.includes("/");

/**
 * `{ answer, sentence, claims, acceptable, age, off }` for one code. `now` is this computer's clock, `off` by how many seconds it is
 * known to differ from the office's (null where that is not known), `here` the tokens this desk has accepted and not sent.
 */
export async function judge(code, { bundle, now, off, hospital, here }) {
  const age = bundle ? now - bundle.issuedAt : null;
  const say = (answer, sentence, claims = null, acceptable = false) => ({ answer, sentence, claims, acceptable, age, off });
  if (isProvisional(code)) return say("IN_PROGRESS", "PROVISIONAL");
  if (!looksScanned(code)) return isAddress(code) ? say("UNKNOWN", "UNKNOWN") : say("NEEDS_CHECK", "TYPED");
  if (!bundle) return say("NEEDS_CHECK", "NO_LIST");
  if (off !== null && Math.abs(off) > TOLERANCE) return say("CLOCK_WRONG", "CLOCK_WRONG");
  const { answer, claims } = await check(code, bundle, now, hospital);
  if (here.has(tokenIn(code))) return say("ALREADY_USED", "ACCEPTED_HERE", claims);
  return through(answer, claims, age, say);
}

function through(answer, claims, age, say) {
  const old = age > FRESH;
  switch (answer) {
    case "VALID":
      return old ? say("NEEDS_CHECK", "STALE", claims, true) : say("VALID", "VALID", claims, true);
    case "UNKNOWN_KEY": // a fresh list knows every key that signs, and the next one
      return old ? say("NEEDS_CHECK", "UNKNOWN_KEY") : say("FORGED", "FORGED");
    case "KEY_WITHDRAWN":
      return say("REVOKED", "REVOKED");
    case "BUNDLE_EXPIRED":
      return say("NEEDS_CHECK", "OLD_LIST");
    case "CLOCK_WRONG":
    case "NOT_YET_VALID":
      return say("CLOCK_WRONG", "CLOCK_BEHIND");
    default:
      return say(answer, answer, claims);
  }
}

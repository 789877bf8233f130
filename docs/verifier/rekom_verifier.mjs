// Check letters of a social-affairs office without network: browsers and Node 20+, WebCrypto only. README.md has the format.

const TOKEN_HEAD = hexToBytes("d2844da201260448");
const BUNDLE_HEAD = hexToBytes("d284581ba301260448");
const BUNDLE_TYPE = Uint8Array.of(0x10, 0x6c, ...new TextEncoder().encode("rekom-bundle"));
const SIGNED_BEFORE = Uint8Array.of(0x84, 0x6a, ...new TextEncoder().encode("Signature1"));
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const OWN = -65537; // our own claim
const LONGEST = 1000; // characters of a code
const TOLERANCE = 300; // seconds by which a clock may be slow
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const LETTER = ["version", "number", "letter_type", "name", "birth_year", "nik_digest", "segment", "care_class",
  "hospital_code", "single_use"];
const AT_HOSPITAL = ["REKOM_PBPU_PEMDA", "JAMINAN_PELAYANAN"]; // all other letters ask something of the insurer and pay nothing

/** Not believed; `answer` says why. */
export class Refused extends Error {
  constructor(answer) {
    super(answer);
    this.answer = answer;
  }
}

function need(truth, answer = "FORGED") {
  if (!truth) throw new Refused(answer);
}

function hexToBytes(text) {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function join(...parts) {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  parts.reduce((at, part) => (joined.set(part, at), at + part.length), 0);
  return joined;
}

function equal(one, other) {
  return one.length === other.length && one.every((byte, place) => byte === other[place]);
}

/** One CBOR item in its only spelling (shortest heads, sorted keys, nothing indefinite), and where it ends. */
function cbor(data, at = 0) {
  need(at < data.length);
  const kind = data[at] >> 5, size = data[at] & 31, width = size < 24 ? 0 : 2 ** (size - 24);
  need(size < 28 && at + 1 + width <= data.length);
  const number = width ? data.subarray(at + 1, at + 1 + width).reduce((sum, byte) => sum * 256 + byte, 0) : size;
  need((!width || number >= [24, 2 ** 8, 2 ** 16, 2 ** 32][size - 24]) && Number.isSafeInteger(number));
  at += 1 + width;
  if (kind < 2) return [kind ? -1 - number : number, at];
  if (kind < 4) {
    need(at + number <= data.length);
    const part = data.subarray(at, at + number);
    return [kind === 3 ? new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(part) : part, at + number];
  }
  if (kind > 5) {
    need(kind === 7 && !width && number >= 20 && number <= 22);
    return [[false, true, null][number - 20], at];
  }
  const items = [];
  let last = null;
  for (let count = 0; count < number; count += 1) {
    const start = at;
    let item, value;
    [item, at] = cbor(data, at);
    if (kind === 5) {
      const name = hex(data.subarray(start, at));
      need(last === null || last.length < name.length || (last.length === name.length && last < name));
      last = name;
      [value, at] = cbor(data, at);
      item = [item, value];
    }
    items.push(item);
  }
  return [kind === 5 ? new Map(items) : items, at];
}

/** Key id, payload, what was signed, and the signature of a COSE_Sign1 in its only spelling. */
function envelope(raw, head, type) {
  const start = head.length + 8 + type.length;
  need(raw.length > start + 2 && equal(raw.subarray(0, head.length), head));
  need(equal(raw.subarray(head.length + 8, start + 1), [...type, 0xa0]) && raw[start + 1] >= 0x58 && raw[start + 1] <= 0x5a);
  const [payload, end] = cbor(raw, start + 1);
  need(raw.length === end + 66 && raw[end] === 0x58 && raw[end + 1] === 0x40);
  const content = join(SIGNED_BEFORE, raw.subarray(2, start), [0x40], raw.subarray(start + 1, end));
  return { kid: hex(raw.subarray(head.length, head.length + 8)), payload, content, signature: raw.slice(-64) };
}

async function checkSignature({ signature, content }, key) {
  need(2n * BigInt(`0x${hex(signature.subarray(32))}`) <= ORDER); // the mirrored signature is a forgery: there is one spelling
  need(await crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, signature, content));
}

function importKey(key) {
  const point = join([4], key.get(-2), key.get(-3));
  return crypto.subtle.importKey("raw", point, { name: "ECDSA", namedCurve: "P-256" }, true, ["verify"]);
}

/** RFC 7638, in hexadecimal digits; a key's id is its first 16. */
async function thumbprint(key) {
  const [x, y] = [key.get(-2), key.get(-3)].map((part) =>
    btoa(String.fromCharCode(...part)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, ""));
  const text = new TextEncoder().encode(`{"crv":"P-256","kty":"EC","x":"${x}","y":"${y}"}`);
  return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", text)));
}

function ids(joined, length) {
  const found = new Set();
  for (let place = 0; place < joined.length; place += length) found.add(hex(joined.subarray(place, place + length)));
  return found;
}

async function readBundle(raw) {
  const sealed = envelope(raw, BUNDLE_HEAD, BUNDLE_TYPE);
  const [claims, end] = cbor(sealed.payload);
  const [version, counter, listed, withdrawn, gone, used, witness, ...more] = claims.get(OWN);
  const keys = new Map(), prints = new Map();
  for (const key of listed) {
    keys.set(hex(key.get(2)), await importKey(key));
    prints.set(hex(key.get(2)), await thumbprint(key));
  }
  const bundle = { issuer: claims.get(1), counter, issuedAt: claims.get(6), expiresAt: claims.get(4), keys, prints,
    withdrawn: ids(withdrawn, 8), gone: ids(gone, 16), used: ids(used, 16), witness };
  need(end === sealed.payload.length && version === 1 && !more.length && witness !== undefined);
  need(claims.size === 4 && [1, 4, 6, OWN].every((name) => claims.has(name)));
  need(keys.has(sealed.kid) && [...prints].every(([name, full]) => full.startsWith(name) && !bundle.withdrawn.has(name)));
  await checkSignature(sealed, keys.get(sealed.kid));
  return [bundle, sealed.kid];
}

/**
 * A bundle to believe from now on; throws `Refused`. `now` is null only for the bytes one kept oneself.
 *
 * It must be signed by a key of the bundle `kept` so far, or by the one with the thumbprint `trust`; "https" instead of a
 * thumbprint says that it just came from the office's own address.
 */
export async function openBundle(raw, { now = null, trust = null, kept = null } = {}) {
  const [bundle, kid] = await readBundle(raw).catch(() => {
    throw new Refused("BUNDLE_FORGED");
  });
  const held = kept !== null && now !== null && kept.prints.get(kid) === bundle.prints.get(kid) && now < kept.expiresAt;
  need(now === null || held || trust === "https" || trust === bundle.prints.get(kid), "BUNDLE_UNTRUSTED");
  const newer = kept === null || bundle.counter > kept.counter || (bundle.counter === kept.counter && bundle.issuedAt >= kept.issuedAt);
  need(newer, "BUNDLE_OLDER");
  if (now !== null) checkAge(bundle, now);
  return bundle;
}

function checkAge(bundle, now) {
  need(now >= bundle.issuedAt - TOLERANCE, "CLOCK_WRONG");
  need(now < bundle.expiresAt, "BUNDLE_EXPIRED");
}

function base32(text) {
  need(text.length > 0 && text.length <= LONGEST);
  const raw = new Uint8Array(Math.floor((text.length * 5) / 8));
  let bits = 0, held = 0, at = 0;
  for (const letter of text) {
    const value = ALPHABET.indexOf(letter);
    need(value >= 0);
    held = ((held << 5) | value) & 0xfff;
    bits += 5;
    if (bits >= 8) raw[at++] = (held >> (bits -= 8)) & 0xff;
  }
  need(bits < 5 && (held & (2 ** bits - 1)) === 0); // bits left over must be zero: there is one spelling
  return raw;
}

async function readLetter(code, bundle) {
  need(/^[\x00-\x7f]*$/.test(code));
  const text = code.trim(), tail = text.search(/\/s\//i);
  const sealed = envelope(base32((tail < 0 ? text : text.slice(tail + 3)).toUpperCase()), TOKEN_HEAD, []);
  need(!bundle.withdrawn.has(sealed.kid), "KEY_WITHDRAWN");
  need(bundle.keys.has(sealed.kid), "UNKNOWN_KEY");
  await checkSignature(sealed, bundle.keys.get(sealed.kid));
  const [content, end] = cbor(sealed.payload);
  const own = content.get(OWN);
  need(end === sealed.payload.length && own.length === LETTER.length && own[0] === 1);
  need(content.size === 5 && [1, 4, 5, 7].every((name) => content.has(name)) && content.get(4) > content.get(5));
  const letter = Object.fromEntries(LETTER.map((name, place) => [name, own[place]]));
  return { ...letter, issuer: content.get(1), valid_until: content.get(4), valid_from: content.get(5), token_id: hex(content.get(7)) };
}

/** `{ answer, claims }` for one letter: "VALID" or why not, and its claims where its seal holds. */
export async function check(code, bundle, now, hospital = null) {
  let claims = null;
  try {
    checkAge(bundle, now);
    claims = await readLetter(code, bundle);
    need(!bundle.gone.has(claims.token_id), "REVOKED");
    need(!bundle.used.has(claims.token_id), "ALREADY_USED");
    need(now < claims.valid_until, "EXPIRED");
    need(now >= claims.valid_from - TOLERANCE, "NOT_YET_VALID");
    need(AT_HOSPITAL.includes(claims.letter_type), "NOT_FOR_HOSPITAL");
    need(hospital === null || ["ANY", hospital].includes(claims.hospital_code), "OTHER_HOSPITAL");
  } catch (error) {
    return { answer: error instanceof Refused ? error.answer : "FORGED", claims };
  }
  return { answer: "VALID", claims };
}

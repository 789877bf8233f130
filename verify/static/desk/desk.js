// The desk: one code in, one answer that fills the screen, with or without network. Without this file the forms still work.

import { isNumber, judge, looksScanned, tokenIn } from "./judge.js";
import * as memory from "./memory.js";
import { Away, acceptLater, ask, clock, office, remember, renew, send, sit, waits, wrongBy } from "./office.js";
import { codeInFile, warm, watch } from "./reader.js";
import { play } from "./sound.js";

const BEAT = 15000; // milliseconds between two looks for the office
const RENEW = 15 * 60; // seconds between two looks for a newer list
const main = document.querySelector("main"), zone = main.dataset.zone;
const byId = (id) => document.getElementById(id);
const scan = document.querySelector("form.scan"), numbers = document.querySelector("form.by-number");
const code = byId("code"), answer = byId("jawaban"), accepting = byId("terima"), moving = byId("pindah"), longer = byId("perpanjang");
const applying = byId("ajukan");
const registration = byId("registration_number");

let shown = null; // what the answer on the screen is about: { about: the code, number: the letter's, reason, hospital: whose desk it was }
let asked = 0; // so that a slow answer never replaces a newer one
let renewed = 0;
let camera = null;

// --- words

const WORDS = JSON.parse(document.body.dataset.words || "{}");
const say = (text) => WORDS[text] ?? text;

const sentence = (name, facts = {}) =>
  document.querySelector(`[data-sentence="${name}"]`).textContent.replace(/\{(\w+)\}/g, (_, key) => facts[key] ?? "");

function duration(seconds) {
  const minutes = Math.max(0, Math.round(Math.abs(seconds) / 60));
  if (minutes < 1) return sentence("UNDER_A_MINUTE");
  if (minutes < 60) return sentence("MINUTES", { menit: minutes });
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return sentence(minutes % 60 ? "HOURS" : "WHOLE_HOURS", { jam: hours, menit: minutes % 60 });
  return sentence("DAYS", { hari: Math.floor(hours / 24), jam: hours % 24 });
}

function moment(seconds) {
  const parts = { day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit", timeZone: zone, timeZoneName: "short" };
  const found = Object.fromEntries(new Intl.DateTimeFormat("id-ID", { ...parts, hourCycle: "h23" }).formatToParts(seconds * 1000)
    .map(({ type, value }) => [type, value]));
  return `${found.day} ${found.month} ${found.year}, ${found.hour}.${found.minute} ${found.timeZoneName}`;
}

const hourOf = (seconds) => moment(seconds).split(", ")[1];

/** Initials, as the office shows them before a letter is accepted. */
function initials(name) {
  const words = name.split(/\s+/).filter(Boolean);
  if (words.length < 2) return words.map((word) => `${word[0].toUpperCase()}.`).join("");
  return `${words[0][0].toUpperCase()}${words[0].slice(1).toLowerCase()} ${words.at(-1)[0].toUpperCase()}.`;
}

// --- the answer on the screen

function show({ name, kind, icon, title, reason, next, letter, acceptable, movable, extendable, about }) {
  const words = byId("kata").querySelector(`[data-answer="${name}"]`);
  const part = (wanted) => answer.querySelector(`[data-part="${wanted}"]`);
  kind ??= words.dataset.kind;
  answer.className = `answer full ${kind}`;
  answer.dataset.answer = name;
  delete answer.dataset.waits;
  part("icon").replaceChildren((icon ?? words).querySelector("svg").cloneNode(true));
  part("title").textContent = title ?? words.dataset.title;
  part("reason").textContent = reason;
  part("next").textContent = next ?? words.dataset.next;
  document.title = `${part("title").textContent} – Rekom`;
  answer.hidden = false;
  byId("judul").hidden = true;
  compare(letter);
  shown = about ? { about, number: letter?.number ?? "", reason, hospital: office.desk?.code } : null;
  if (accepting) accepting.hidden = !acceptable;
  if (moving) moving.hidden = !movable;
  if (movable) moving.elements.code.value = about;
  if (longer) longer.hidden = !extendable;
  if (extendable) longer.elements.code.value = about;
  if (applying) applying.hidden = name !== "UNKNOWN" || office.away !== null;
  if (registration) registration.value = "";
  window.scrollTo(0, 0);
  (acceptable ? registration : code).focus({ preventScroll: true }); // never a button: the next scan would press it
  play(kind);
}

function compare(letter) {
  const list = byId("cocokkan");
  list.hidden = !letter;
  if (!letter) return;
  for (const place of list.querySelectorAll("[data-fact]")) place.textContent = letter[place.dataset.fact] ?? "";
  list.querySelector("[data-row=nik_last4]").hidden = !letter.nik_last4;
}

function online(body, about) {
  const letter = body.letter && { ...body.letter, until: moment(Date.parse(body.letter.valid_until) / 1000) };
  const { answer: name, title, reason, next_step: next, movable, extendable, accepted } = body;
  const acceptable = body.acceptable && office.desk !== null;
  const code = body.code ?? about;
  if (accepted) return show({ ...welcome(sentence("ACCEPTED_ONLINE"), reason), letter, about: code });
  return show({ name, title, reason, next, letter, acceptable, movable, extendable, about: code });
}

function welcome(next, reason) {
  return { name: "VALID", kind: "good", icon: document.querySelector("[data-icon=accepted]"), title: sentence("ACCEPTED"), reason, next };
}

// --- without network

async function alone(text, number) {
  const began = performance.now();
  const kept = await memory.late();
  const here = new Set(kept.filter((one) => !one.told).map((one) => one.token));
  const now = clock(), hospital = office.desk?.code ?? null;
  const found = await judge(text, { bundle: office.bundle, now, off: wrongBy(), hospital, here });
  if (number !== asked) return;
  const own = kept.find((one) => one.token === tokenIn(text));
  answer.dataset.milliseconds = (performance.now() - began).toFixed(1);
  const { claims } = found;
  show({
    name: found.answer,
    reason: sentence(found.sentence, factsOf(found, own)),
    next: nextAlone(found),
    letter: claims && { number: claims.number, name: initials(claims.name), birth_year: claims.birth_year, until: moment(claims.valid_until) },
    acceptable: found.acceptable && office.desk !== null,
    about: text,
  });
}

/** The step without network; none where the office's own step needs no network. */
function nextAlone({ acceptable, sentence: name }) {
  if (acceptable && office.desk === null) return sentence("ACCEPT_ELSEWHERE");
  return document.querySelector(`[data-sentence="${name}"]`).dataset.next;
}

function factsOf({ claims, age, off }, own) {
  const facts = { umur: duration(age ?? 0), beda: duration(off ?? 0), daftar: office.bundle ? moment(office.bundle.issuedAt) : "" };
  if (own) facts.waktu = moment(own.at / 1000);
  if (!claims) return facts;
  const place = claims.hospital_code === "ANY" ? sentence("ANY") : claims.hospital_code === office.desk?.code ? office.desk.name : claims.hospital_code;
  return { ...facts, nama: initials(claims.name), tahun: claims.birth_year, tempat: place, sampai: moment(claims.valid_until) };
}

// --- asking and accepting

async function question(body, text) {
  const number = (asked += 1);
  const away = office.away !== null;
  if (!away) {
    try {
      const found = await spoken("/periksa/jawab", body);
      if (number === asked) found.problem ? trouble(found.problem) : online(found, text);
      return bars();
    } catch (error) {
      if (!(error instanceof Away)) throw error;
    }
  }
  await alone(text, number);
  return bars();
}

/** Ask; a form that grew too old gets a new key and is asked once more. A slow network is told of meanwhile. Where a hospital is named,
 * only its own session asks: without one the office is as good as away. */
async function spoken(path, body, hospital = null) {
  const slow = window.setTimeout(() => bar("luring", say("Kantor sedang ditanya. Tunggu sebentar.")), 1000);
  try {
    return await answered(path, body, hospital);
  } finally {
    window.clearTimeout(slow);
  }
}

async function answered(path, body, hospital) {
  if (office.csrf === null || isElses(hospital)) await sitFor(hospital);
  let { status, body: found } = await ask(path, body).catch(async () => {
    await sitFor(hospital);
    return ask(path, body);
  });
  if (status === 401 || status === 403) {
    await sitFor(hospital);
    ({ body: found } = await ask(path, body));
  }
  return found;
}

const isElses = (hospital) => hospital !== null && hospital !== office.desk?.code;

async function sitFor(hospital) {
  await sit();
  if (isElses(hospital)) throw new Away(hospital);
}

function trouble(problem) {
  show({ name: "NEEDS_CHECK", reason: problem, next: sentence("ASK_AGAIN"), about: null });
}

/** The letter is still good and not yet accepted: what was typed stays, to be put right. */
function notAccepted(problem, was, typed) {
  show({ name: "NEEDS_CHECK", reason: problem, next: sentence("ACCEPT_AGAIN"), acceptable: true, about: was.about });
  shown = was;
  registration.value = typed;
}

/** What is wrong with a registration number by the office's own limits, so that none is kept here that it would not read. */
function wrongNumber(typed) {
  const folded = typed.normalize("NFC").split(/\s+/).join(" "), longest = Number(main.dataset.longest);
  if ([...folded].length > longest) return sentence("TOO_LONG", { longest });
  return /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Cn}]/u.test(folded) ? sentence("UNPRINTABLE") : null;
}

/** What the office refused while another code was on the screen already: it stands above until it is read or put right. */
function unseen({ problem, title, reason }, { number }) {
  return problem ? { problem } : { told: `${number}: ${title}. ${reason}` };
}

async function accept(event) {
  event.preventDefault();
  const typed = registration.value.trim();
  if (looksScanned(typed)) return question({ code: typed }, typed);
  const was = shown; // another code may be on the screen before the office has answered
  if (!was) return undefined;
  const number = (asked += 1), token = tokenIn(was.about), wrong = wrongNumber(typed);
  if (wrong) return notAccepted(wrong, was, typed);
  if (office.away === null) {
    try {
      const found = await spoken("/periksa/jawab/terima", { code: was.about, registration_number: typed || null }, was.hospital);
      if (number === asked) found.problem ? notAccepted(found.problem, was, typed) : online(found, was.about);
      else if (!found.accepted) await acceptLater(was, token, typed, unseen(found, was));
      return bars();
    } catch (error) {
      if (!(error instanceof Away)) throw error;
    }
  }
  await acceptLater(was, token, typed);
  if (number === asked) {
    show({ ...welcome(sentence(office.away === null ? "ACCEPTED_SIGNED_OUT" : "ACCEPTED_OFFLINE"), was.reason), about: null });
    answer.dataset.waits = token;
  }
  return bars();
}

// --- what stands above

async function bars() {
  const kept = await memory.late(), waiting = kept.filter(waits);
  const out = office.away !== null, age = office.bundle ? duration(clock() - office.bundle.issuedAt) : "";
  const left = out ? 0 : waiting.filter((one) => isElses(one.hospital)).length; // for a session of their own hospital
  const queue = [["WAITING", waiting.length - left], ["SIGN_IN_TO_SEND", left]].filter(([, jumlah]) => jumlah);
  const told = queue.map(([name, jumlah]) => sentence(name, { jumlah }));
  bar("antrean", told.length && [...told, office.refused].filter(Boolean).join(" "));
  const wrong = wrongBy(), astray = wrong !== null && Math.abs(wrong) > 300;
  bar("luring", out && sentence(outage(astray), { waktu: hourOf(office.away ?? 0), umur: age }));
  bar("jam", astray && sentence(out ? "CLOCK_BAR_ALONE" : "CLOCK_BAR", { beda: duration(wrong) }));
  collisions(kept.filter((one) => !waits(one)));
}

/** The sentence of a desk without network: only a list of the last days and a right clock can judge. */
function outage(astray) {
  if (!office.bundle) return "OFFLINE_BLIND";
  return astray || clock() >= office.bundle.expiresAt ? "OFFLINE_OLD" : "OFFLINE";
}

function bar(id, text) {
  const place = byId(id);
  if (place.textContent !== (text || "")) place.textContent = text || "";
  place.hidden = !text;
}

const notices = new Map(); // the line of each, kept from one look to the next: somebody may be typing in it

/** What somebody must read, or put right before the office can take it. */
function collisions(open) {
  const list = byId("bentrok");
  list.hidden = !open.length;
  if (open.some((one) => one.told && one.token === answer.dataset.waits)) answer.hidden = true; // "accepted" is no longer so
  byId("judul").hidden = !answer.hidden;
  const wanted = new Map(open.map((one) => [JSON.stringify([one.nonce, one.told ?? one.problem, one.registrationNumber]), one]));
  if ([...wanted.keys()].join() === [...notices.keys()].join()) return;
  for (const name of notices.keys()) if (!wanted.has(name)) notices.delete(name);
  for (const [name, one] of wanted) if (!notices.has(name)) notices.set(name, one.told ? collision(one) : mending(one));
  list.replaceChildren(...notices.values());
}

function collision(one) {
  const item = document.createElement("li"), said = document.createElement("p"), read = document.createElement("button");
  item.className = "notice warn";
  said.setAttribute("role", "alert"); // on the line itself it would be no line of a list any more
  said.textContent = one.told;
  item.append(said, read);
  read.textContent = say("Sudah dibaca");
  read.className = "second";
  read.addEventListener("click", () => memory.forgetLate(one.nonce).then(bars));
  return item;
}

/** An acceptance whose registration number the office cannot read: it stays here until it is put right and sent again. */
function mending(one) {
  const item = byId("betulkan").content.firstElementChild.cloneNode(true), parts = item.querySelector("div");
  const form = Object.assign(document.createElement("form"), { noValidate: true }); // made here: without this program it is no form of the page
  form.append(...parts.childNodes);
  parts.replaceWith(form);
  const field = form.elements.mended;
  const tell = (problem) => {
    const said = item.querySelector("p"), anew = said.cloneNode(); // the same words are only heard again from a new line
    anew.id = `masalah-${one.nonce}`;
    anew.textContent = sentence("NOT_TAKEN", { nomor: one.number ?? "", waktu: moment(one.at / 1000), masalah: problem });
    said.replaceWith(anew);
  };
  tell(one.problem);
  field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-describedby", `masalah-${one.nonce}`);
  field.value = one.registrationNumber ?? "";
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const typed = field.value.trim(), wrong = wrongNumber(typed);
    if (wrong) return tell(wrong);
    const { problem, ...rest } = one;
    await memory.keepLate({ ...rest, registrationNumber: typed });
    return beat();
  });
  return item;
}

async function beat() {
  try {
    await sit();
    if (clock() - renewed > RENEW || !office.bundle) await renew().then(() => (renewed = clock())).catch(() => {});
    await send();
  } catch {
    // Away: the next beat tries again.
  }
  await bars();
}

// --- scanner, camera, files

function listen() {
  scan.addEventListener("submit", (event) => {
    const typed = code.value.trim();
    event.preventDefault();
    code.value = "";
    if (numbers && isNumber(typed)) numbers.elements.number.value = typed; // the office asks for the NIK beside it
    if (typed) question({ code: typed }, typed);
  });
  numbers?.addEventListener("submit", (event) => {
    event.preventDefault();
    const given = { nik: numbers.elements.nik.value, number: numbers.elements.number.value.trim() };
    const scanned = Object.values(given).find(looksScanned);
    numbers.reset();
    if (scanned) return question({ code: scanned.trim() }, scanned.trim());
    return question(given.number ? given : { nik: given.nik }, "");
  });
  accepting?.addEventListener("submit", accept);
  // A scanner types wherever the cursor is; where it is in no field, it belongs in the first one. The space bar presses a button.
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, textarea, select");
    if (!typing && event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey && !event.altKey) code.focus();
  });
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files[0]) look(event.dataTransfer.files[0]);
  });
  byId("pilih-berkas").addEventListener("click", () => byId("berkas").click());
  byId("berkas").addEventListener("change", (event) => event.target.files[0] && look(event.target.files[0]).then(() => (event.target.value = "")));
  byId("buka-kamera").addEventListener("click", eye);
  window.addEventListener("online", beat);
  window.addEventListener("offline", () => ((office.away ??= clock()), bars()));
}

async function look(file) {
  const found = await codeInFile(file);
  if (found) return question({ code: found }, found);
  return show({ name: "UNKNOWN", reason: sentence("NO_CODE"), about: null });
}

async function eye() {
  const video = byId("gambar"), button = byId("buka-kamera");
  if (camera) {
    camera.stop();
    camera = null;
  } else {
    try {
      camera = await watch(video, (found) => question({ code: found }, found));
    } catch {
      bar("jam", sentence("NO_CAMERA"));
    }
  }
  video.hidden = !camera;
  button.setAttribute("aria-pressed", String(camera !== null));
  button.textContent = camera ? say("Tutup kamera") : say("Buka kamera");
}

// --- begin

async function begin() {
  listen();
  byId("kamera").hidden = false;
  await remember();
  await beat();
  main.dataset.desk = "ready";
  window.setInterval(beat, BEAT);
  await Promise.allSettled([install(), warm()]);
  main.dataset.desk = "kept";
}

/** Keep this page and its parts, so that it opens without network. */
async function install() {
  navigator.storage?.persist?.();
  await navigator.serviceWorker?.register("/periksa/sw.js", { scope: "/periksa" });
  await navigator.serviceWorker?.ready;
}

begin();

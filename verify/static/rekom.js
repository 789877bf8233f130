// Conveniences only: every page works without this file.
"use strict";

// The page brings the words of its language; without any the Indonesian text is said as it stands.
const WORDS = JSON.parse(document.body.dataset.words || "{}");
const say = (text) => WORDS[text] ?? text;

function countDigits(output) {
  const input = document.getElementById(output.dataset.counts);
  if (!input) return;
  const show = () => {
    const digits = input.value.replace(/[\s.\-]/g, "");
    const isNumber = /^\d+$/.test(digits);
    output.hidden = !isNumber;
    output.textContent = isNumber ? `${digits.length}/16 ${say("angka")}${"person" in output.dataset ? whose(digits) : ""}` : "";
    output.classList.toggle("full", digits.length === 16);
  };
  input.addEventListener("input", show);
  show();
}

// What a whole NIK says of its owner, to be held against the card while typing.
function whose(digits) {
  if (digits.length !== 16) return "";
  const day = Number(digits.slice(6, 8));
  return ` · ${day > 40 ? say("perempuan") : say("laki-laki")}, ${say("lahir")} ${String(day % 40).padStart(2, "0")}-${digits.slice(8, 10)}-..${digits.slice(10, 12)}`;
}

// The server answers a form sent twice once; this only saves people from wondering. Heard on the document: a form that came with
// live news is listened to like any other.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || !form.querySelector("[data-once]")) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  window.setTimeout(() => delete form.dataset.sent, 8000);
  tellSending(form);
});
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
  document.querySelectorAll("[data-sending]").forEach((note) => note.remove());
});

// Where the network takes more than a moment the page says that it is at work, and then that pressing again does no harm.
function tellSending(form) {
  const note = document.createElement("p");
  note.className = "notice info";
  note.dataset.sending = "";
  note.setAttribute("role", "status");
  form.querySelectorAll("[data-sending]").forEach((old) => old.remove());
  form.append(note);
  note.hidden = true;
  const words = document.createElement("span");
  note.append(words);
  const tell = (text) => {
    note.hidden = false;
    words.textContent = text;
    note.scrollIntoView({ block: "nearest" });
  };
  window.setTimeout(() => tell(say("Sedang dikirim. Tunggu sebentar, tidak perlu menekan lagi.")), 1000);
  window.setTimeout(() => tell(say("Jaringan lambat. Tunggu, atau tekan sekali lagi: kiriman yang sama hanya dihitung satu kali.")), 8000);
}

// In an assessment y, t and b answer the question that has the focus and go on to the next.
function answerByLetter(form) {
  const letters = { y: "YES", t: "NO", b: "UNKNOWN" };
  form.addEventListener("keydown", (event) => {
    const value = letters[event.key.toLowerCase()];
    const question = event.target.closest("fieldset");
    if (!value || !question || event.target.type !== "radio" || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    question.querySelector(`input[value="${value}"]`).checked = true;
    const all = [...form.querySelectorAll("fieldset")];
    const next = all[all.indexOf(question) + 1];
    (next ? next.querySelector("input") : form.querySelector("textarea")).focus();
  });
}

// Enter held a moment too long on a form must not send the answers that come after it unseen.
function heldKey(form) {
  form.addEventListener("keydown", (event) => event.repeat && event.key === "Enter" && event.preventDefault());
}

// The first nine of some choices answer to their number too.
function chooseByNumber(choices) {
  const boxes = [...choices.querySelectorAll("input[type=radio]")];
  choices.addEventListener("keydown", (event) => {
    const box = boxes[Number(event.key) - 1];
    if (!box || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    box.checked = true;
    box.focus();
  });
}

// While checks run, the page hears of each step and keeps the place of the reader; where no news gets through it looks again by
// itself, a little slower each time.
function follow() {
  const main = document.querySelector("main[data-busy]");
  if (!main) return;
  if (!window.EventSource || !main.dataset.live) {
    watch(main, 700);
    return;
  }
  const news = new EventSource(main.dataset.live);
  news.onmessage = async () => {
    await lookAgain(main);
    if (!main.hasAttribute("data-busy")) news.close();
  };
  // A stream ends and opens again every few seconds; one that never opens was refused, or is cut by something on the way.
  let inVain = 0;
  news.onopen = () => { inVain = 0; };
  news.onerror = () => {
    inVain += 1;
    if (news.readyState !== EventSource.CLOSED && inVain < 3) return;
    news.close();
    watch(main, 700);
  };
  if (main.dataset.lasts) window.setTimeout(news.onmessage, Number(main.dataset.lasts) * 1000);
  window.addEventListener("pagehide", () => news.close());
}

function watch(main, pause) {
  if (!main.hasAttribute("data-busy")) return;
  window.setTimeout(async () => {
    await lookAgain(main);
    watch(main, Math.min(pause * 1.5, Number(main.dataset.pace) || 10000));
  }, pause);
}

async function lookAgain(main) {
  try {
    const answer = await fetch(window.location.pathname, { headers: { Accept: "text/html" }, cache: "no-store" });
    if (answer.ok && !answer.redirected) renew(main, new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch {
    // Away for a moment: the next look may succeed.
  }
}

function renew(main, page) {
  const fresh = page.querySelector("main");
  const place = main.querySelector("[data-arrivals]");
  if (fresh && place) {
    // Only what arrives changes: a form or a camera beside it stays as it is.
    main.toggleAttribute("data-busy", fresh.hasAttribute("data-busy"));
    if (!place.contains(document.activeElement)) putIn(place, fresh.querySelector("[data-arrivals]"));
    return;
  }
  if (!fresh || main.contains(document.activeElement)) {
    // Somebody is in the middle of the page: move nothing under their hands until the work is done.
    if (fresh && !fresh.hasAttribute("data-busy")) tellReady(main, page.title);
    return;
  }
  const notices = [...main.querySelectorAll(":scope > .notice[role=status]")];
  putIn(main, fresh);
  main.prepend(...notices);
  main.toggleAttribute("data-busy", fresh.hasAttribute("data-busy"));
  document.title = page.title;
}

// Fresh words in an old place: what the reader had unfolded stays so, and everything in it works as on a page just opened.
function putIn(place, fresh) {
  const name = (fold) => fold.querySelector("summary")?.textContent;
  const unfolded = new Set([...place.querySelectorAll("details[open]")].map(name));
  place.innerHTML = fresh.innerHTML;
  place.querySelectorAll("details").forEach((fold) => { fold.open ||= unfolded.has(name(fold)); });
  bind(place);
}

function tellReady(main, title) {
  main.removeAttribute("data-busy");
  document.title = title;
  const note = document.createElement("p");
  note.className = "notice info";
  note.setAttribute("role", "status");
  const link = document.createElement("a");
  link.href = window.location.pathname;
  link.textContent = say("Ada kabar baru. Muat ulang berkas.");
  note.append(link);
  main.prepend(note);
}

// A passkey's answer travels in a hidden field of an ordinary form; browsers without passkeys never see the form.
function offerPasskey(form) {
  const kind = window.PublicKeyCredential;
  if (!kind || !kind.parseRequestOptionsFromJSON || !kind.prototype.toJSON) return;
  form.hidden = false;
  document.querySelectorAll("[data-no-passkey]").forEach((hint) => { hint.hidden = true; });
  form.addEventListener("submit", async (event) => {
    if (form.elements.credential.value) return;
    event.preventDefault();
    const options = JSON.parse(form.dataset.options);
    try {
      const made = form.dataset.passkey === "create"
        ? await navigator.credentials.create({ publicKey: kind.parseCreationOptionsFromJSON(options) })
        : await navigator.credentials.get({ publicKey: kind.parseRequestOptionsFromJSON(options) });
      form.elements.credential.value = JSON.stringify(made.toJSON());
      form.submit();
    } catch {
      // The person changed their mind: the form stays as it is.
    }
  });
}

// Some minutes before the session ends the page says so, once; a fresh page knows better how long that is.
let warning;
function warnInTime(notice) {
  const early = 5 * 60;
  window.clearTimeout(warning);
  warning = window.setTimeout(() => { notice.hidden = false; }, Math.max(Number(notice.dataset.sessionLeft) - early, 0) * 1000);
}

// A text to pass on is copied by one press; without the clipboard it is marked, ready for the person's own copying.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-copies]");
  if (!button) return;
  const text = document.getElementById(button.dataset.copies);
  text.select();
  try {
    await navigator.clipboard.writeText(text.value);
    document.querySelector("[data-copied]").textContent = button.dataset.done;
  } catch {
    text.focus();
  }
});

// Everything that needs a hand laid on it, on the whole page or in what came in later.
function bind(place) {
  place.querySelectorAll("[data-session-left]").forEach(warnInTime);
  place.querySelectorAll("button[data-copies]").forEach((button) => { button.hidden = false; });
  place.querySelectorAll("output[data-counts]").forEach(countDigits);
  place.querySelectorAll("form.checking").forEach(heldKey);
  place.querySelectorAll("form[data-letters]").forEach(answerByLetter);
  place.querySelectorAll("[data-numbers]").forEach(chooseByNumber);
  place.querySelectorAll("form[data-passkey]").forEach(offerPasskey);
}

bind(document);
follow();

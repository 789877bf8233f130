// Keys for hands that stay on the keyboard; every page works without this file. One letter only ever looks or leads somewhere:
// nothing is sent but by Ctrl+Enter. No letter counts while somebody types, and none leaves a page on which something was filled in.
"use strict";

const KEYS_OFF = "tombol-mati";
const LETTER_AFTER_G = 3000; // milliseconds

let beganWithG = -Infinity;

const big = (kind) => document.querySelector(`main ${kind}[data-enter]`);

// A tick in a list is no field to type in: the list goes on from there.
function isTyping(target) {
  const field = target.closest("input, select, textarea, [contenteditable]");
  return Boolean(field) && !field.matches(".cases input[type=checkbox]");
}

function isChanged(field) {
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  if (field.tagName !== "SELECT") return field.value !== field.defaultValue;
  return !([...field.options].find((one) => one.defaultSelected) ?? field.options[0])?.selected;
}

// What the page asks for: neither the search box nor the ticks of a list.
function questions() {
  const fields = [...document.querySelectorAll("main form:not(.search) :is(input:not([type=hidden]), select, textarea)")];
  return fields.filter((field) => !field.closest(".cases"));
}

// Whether this page would be left with something on it that is nowhere else: typed here, or typed before and brought back.
function isFilledIn() {
  if (document.querySelector("main [data-typed]")) return true;
  const fields = questions();
  return fields.length > 0 && (document.querySelector("main .summary") !== null || fields.some(isChanged));
}

function leave(link) {
  if (link && !isFilledIn()) link.click();
}

const goTo = (letter) => leave([...document.querySelectorAll("a[data-go]")].find((link) => link.dataset.go === letter));

function search() {
  const box = document.getElementById("q");
  if (!box) {
    goTo("b");
    return;
  }
  box.focus();
  box.select();
}

// The next or the last line of the list: the first link of each.
function step(by) {
  const lines = [...document.querySelectorAll(".cases > li")].filter((line) => line.querySelector("a"));
  const here = lines.findIndex((line) => line.contains(document.activeElement));
  const next = here < 0 ? 0 : Math.min(Math.max(here + by, 0), lines.length - 1);
  lines[next]?.querySelector("a").focus();
}

const fillIn = () => questions().find((field) => field.checkVisibility())?.focus();

// What the keys do stands in the help once; here it is brought to the page, or gone to where it does not come.
async function showKeys() {
  if (document.getElementById("tombol")) {
    document.getElementById("tombol").scrollIntoView();
    return;
  }
  try {
    const answer = await fetch("/bantuan", { headers: { Accept: "text/html" } });
    openDialog(new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("tombol"));
  } catch {
    leave(document.querySelector("a[data-keys]"));
  }
}

function openDialog(section) {
  if (document.getElementById("tombol")) return;
  const dialog = document.createElement("dialog");
  dialog.className = "keys";
  dialog.tabIndex = -1;
  dialog.setAttribute("aria-labelledby", section.getAttribute("aria-labelledby"));
  dialog.append(document.importNode(section, true));
  document.body.append(dialog);
  dialog.addEventListener("close", () => dialog.remove());
  const close = dialog.querySelector("[data-closes]");
  close.hidden = false;
  close.addEventListener("click", () => dialog.close());
  offerSwitch(dialog);
  dialog.showModal();
  dialog.focus(); // a browser would go to the switch at the end, and scroll there
  dialog.scrollTop = 0;
}

// Somebody who steers by voice must be able to be without them (WCAG 2.1.4).
function offerSwitch(place) {
  place.querySelectorAll("[data-keys-switch]").forEach((line) => {
    const box = line.querySelector("input");
    line.hidden = false;
    box.checked = localStorage.getItem(KEYS_OFF) === null;
    box.addEventListener("change", () => (box.checked ? localStorage.removeItem(KEYS_OFF) : localStorage.setItem(KEYS_OFF, "ya")));
  });
}

const ONE_KEY = {
  "/": search,
  "?": showKeys,
  f: () => leave(document.querySelector("a[data-photo]")),
  g: () => { beganWithG = performance.now(); },
  i: fillIn,
  j: () => step(1),
  k: () => step(-1),
  n: () => goTo("n"),
};

function press(event) {
  if (event.defaultPrevented || event.repeat || event.isComposing || document.querySelector("dialog[open]")) return;
  if (event.ctrlKey && event.key === "Enter") {
    big("button")?.click();
    return;
  }
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key === "Escape" && event.target.id === "q") event.target.blur();
  if (!isTyping(event.target)) pressOutsideOfFields(event);
}

function pressOutsideOfFields(event) {
  const nowhere = document.activeElement === document.body || document.activeElement.id === "isi";
  if (event.key === "Enter" && nowhere) {
    leave(big("a"));
    return;
  }
  if (event.key.length > 1 || localStorage.getItem(KEYS_OFF) !== null) return; // Tab and the like are no letters
  const afterG = performance.now() - beganWithG < LETTER_AFTER_G;
  const act = afterG ? () => goTo(event.key) : ONE_KEY[event.key];
  if (!act) return;
  event.preventDefault();
  beganWithG = -Infinity;
  act();
}

document.addEventListener("keydown", press);
offerSwitch(document);

// How the desk's own verifier answers many codes: `node desk_flips.mjs VERIFIER.mjs QUESTION.json`, counts by answer as JSON.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [verifier, question] = process.argv.slice(2);
const { check, openBundle } = await import(pathToFileURL(verifier));
const { bundle, codes, now, hospital } = JSON.parse(readFileSync(question, "utf-8"));
const opened = await openBundle(Uint8Array.from(atob(bundle), (letter) => letter.charCodeAt(0)), { now, trust: "https", kept: null });
const counts = {};
for (const code of codes) {
  const { answer } = await check(code, opened, now, hospital);
  counts[answer] = (counts[answer] ?? 0) + 1;
}
console.log(JSON.stringify(counts));

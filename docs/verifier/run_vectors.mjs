// Run the JavaScript verifier on every vector of vectors.json: `node run_vectors.mjs`.
import { readFileSync } from "node:fs";
import { Refused, check, openBundle } from "./rekom_verifier.mjs";

const { bundles, vectors } = JSON.parse(readFileSync(new URL("vectors.json", import.meta.url), "utf-8"));
const bytes = (name) => Uint8Array.from(atob(bundles[name]), (letter) => letter.charCodeAt(0));

async function answer({ code, bundle, kept, trust, now, hospital }) {
  try {
    const held = kept === null ? null : await openBundle(bytes(kept));
    return (await check(code, await openBundle(bytes(bundle), { now, trust, kept: held }), now, hospital)).answer;
  } catch (error) {
    if (error instanceof Refused) return error.answer;
    throw error;
  }
}

const wrong = [];
for (const vector of vectors) if ((await answer(vector)) !== vector.answer) wrong.push(vector.id);
console.log(`javascript: ${vectors.length} vectors, ${wrong.length} wrong [${wrong}]`);
process.exit(wrong.length ? 1 : 0);

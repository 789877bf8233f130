// From a picture to the code in it: the camera, a photograph, or a PDF. The reader comes along with the page, never from elsewhere.

const HERE = new URL(".", import.meta.url);
const OPTIONS = { formats: ["QRCode"], tryHarder: true, tryRotate: true, tryInvert: false, maxNumberOfSymbols: 1 };
const PAUSE = 120; // milliseconds between two looks through the camera
const WIDEST = 2200; // pixels of a photograph that are looked at

let ready = null;

function reader() {
  ready ??= (async () => {
    const [, wasm] = await Promise.all([load(), fetch(new URL("zxing_reader.wasm", HERE)).then((file) => file.arrayBuffer())]);
    window.ZXingWASM.prepareZXingModule({ overrides: { wasmBinary: wasm } });
    return window.ZXingWASM;
  })();
  ready.catch(() => (ready = null));
  return ready;
}

function load() {
  return new Promise((done, failed) => {
    const script = document.createElement("script");
    script.src = new URL("zxing.js", HERE);
    script.onload = done;
    script.onerror = () => failed(new Error("reader"));
    document.head.append(script);
  });
}

/** Get the reader before it is needed. */
export const warm = () => reader().catch(() => {});

async function codeIn(picture, width, height) {
  const smaller = Math.min(1, WIDEST / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * smaller);
  canvas.height = Math.round(height * smaller);
  const brush = canvas.getContext("2d", { willReadFrequently: true });
  brush.drawImage(picture, 0, 0, canvas.width, canvas.height);
  const found = await (await reader()).readBarcodes(brush.getImageData(0, 0, canvas.width, canvas.height), OPTIONS);
  return found[0]?.text ?? null;
}

async function codeInImage(blob) {
  const picture = await createImageBitmap(blob);
  try {
    return await codeIn(picture, picture.width, picture.height);
  } finally {
    picture.close();
  }
}

/** The code in a file that was chosen or dropped; null where there is none. */
export async function codeInFile(file) {
  const head = new TextDecoder("latin1").decode(await file.slice(0, 5).arrayBuffer());
  try {
    return head === "%PDF-" ? await codeInPdf(file) : await codeInImage(file);
  } catch {
    return null;
  }
}

/** A letter as we print it carries its address as a link too; a scan is a picture inside the PDF. */
async function codeInPdf(file) {
  const raw = new Uint8Array(await file.arrayBuffer());
  const text = new TextDecoder("latin1").decode(raw);
  const link = text.match(/\/URI\s*\((https?:\/\/[^)\s]{1,200}\/S\/[A-Z2-7]{100,1000})\)/i);
  if (link) return link[1];
  for (const picture of jpegs(raw)) {
    const found = await codeInImage(picture).catch(() => null);
    if (found) return found;
  }
  return null;
}

function* jpegs(raw) {
  let from = 0;
  for (let count = 0; count < 20; count += 1) {
    const start = find(raw, [0xff, 0xd8, 0xff], from);
    if (start < 0) return;
    const end = find(raw, [0x65, 0x6e, 0x64, 0x73, 0x74, 0x72, 0x65, 0x61, 0x6d], start); // "endstream"
    from = end < 0 ? raw.length : end;
    yield new Blob([raw.subarray(start, from)], { type: "image/jpeg" });
  }
}

function find(raw, wanted, from) {
  for (let at = raw.indexOf(wanted[0], from); at >= 0; at = raw.indexOf(wanted[0], at + 1)) {
    if (wanted.every((byte, place) => raw[at + place] === byte)) return at;
  }
  return -1;
}

/** Look through the camera until `stop()` of the answer is called; each new code goes to `seen`. */
export async function watch(video, seen) {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1280 } }, audio: false });
  video.srcObject = stream;
  await video.play();
  let running = true, last = null;
  const look = async () => {
    if (!running) return;
    const code = video.videoWidth ? await codeIn(video, video.videoWidth, video.videoHeight).catch(() => null) : null;
    if (running && code && code !== last) seen((last = code));
    window.setTimeout(look, PAUSE);
  };
  look();
  return {
    stop() {
      running = false;
      stream.getTracks().forEach((track) => track.stop());
      video.srcObject = null;
    },
  };
}

// What a desk keeps between two days, in IndexedDB: the trust bundle, whose desk it is, and acceptances not yet sent.

const NAME = "rekom-periksa", FACTS = "hal", LATE = "penerimaan";

let opened = null;

function database() {
  opened ??= new Promise((done, failed) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(FACTS);
      request.result.createObjectStore(LATE, { keyPath: "nonce" });
    };
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });
  return opened;
}

async function act(store, mode, ask) {
  const transaction = (await database()).transaction(store, mode);
  const request = ask(transaction.objectStore(store));
  return new Promise((done, failed) => {
    transaction.oncomplete = () => done(request.result);
    transaction.onerror = transaction.onabort = () => failed(transaction.error);
  });
}

/** A fact by name: "bundle", "desk", "offset"; undefined where there is none yet. */
export const recall = (name) => act(FACTS, "readonly", (store) => store.get(name));
export const keep = (name, value) => act(FACTS, "readwrite", (store) => store.put(value, name));

/** Acceptances of this desk, oldest first; each stays until the office has it and somebody has read its answer. */
export const late = async () => (await act(LATE, "readonly", (store) => store.getAll())).sort((one, other) => one.at - other.at);
export const keepLate = (acceptance) => act(LATE, "readwrite", (store) => store.put(acceptance));
export const forgetLate = (nonce) => act(LATE, "readwrite", (store) => store.delete(nonce));

// Keeps the desk's page and its parts, so that it opens without network. PARTS and STAMP stand above, written by the office.

const KEPT = `rekom-periksa-${STAMP}`, SHELL = "/periksa/luring", PATIENCE = 3000;

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(KEPT);
    // Without cookies: what is kept must name nobody.
    await Promise.all([SHELL, ...PARTS].map(async (path) => {
      const answer = await fetch(path, { credentials: "omit", cache: "reload" });
      if (!answer.ok) throw new Error(path);
      await cache.put(path, answer);
    }));
    await self.skipWaiting();
  })());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    const old = (await caches.keys()).filter((name) => name.startsWith("rekom-periksa-") && name !== KEPT);
    await Promise.all(old.map((name) => caches.delete(name)));
    await self.clients.claim();
  })());
});

self.addEventListener("fetch", (event) => {
  const { request } = event, address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== self.location.origin) return;
  if (request.mode === "navigate" && address.pathname === "/periksa") event.respondWith(page(request));
  else if (PARTS.includes(address.pathname)) event.respondWith(part(request, address.pathname));
});

async function page(request) {
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(PATIENCE) });
    if (answer.status < 500) return answer;
  } catch {
    // No network, or none worth waiting for.
  }
  return (await caches.open(KEPT)).match(SHELL);
}

async function part(request, path) {
  return (await (await caches.open(KEPT)).match(path)) ?? fetch(request);
}

import { expect, test } from "vitest";
import { patientFetch } from "../../../src/lib/patient-fetch.ts";
import { startModelServer } from "../../emulators/model-server.ts";

test("a document comes as with fetch", async () => {
  await using server = await startModelServer({ reply: () => ({}), models: ["ä"] });
  const [ours, theirs] = [await patientFetch(`${server.baseUrl}/models`), await fetch(`${server.baseUrl}/models`)];
  expect([ours.status, ours.headers["content-type"], JSON.parse(await ours.text())]).toEqual([
    theirs.status,
    theirs.headers.get("content-type"),
    await theirs.json(),
  ]);
});

test("a refused connection carries its code as with fetch", async () => {
  const error = await patientFetch("http://127.0.0.1:9/").catch((reason: unknown) => reason);
  expect(error).toMatchObject({ message: "fetch failed", cause: { code: "ECONNREFUSED" } });
});

test("a stopped request ends at once, before and while the reply comes", async () => {
  await using server = await startModelServer({
    reply: () => ({ text: "never ends", fault: { kind: "stall", after: 2 } }),
  });
  const stop = new AbortController();
  const init = {
    method: "POST",
    body: JSON.stringify({ model: "m", stream: true, messages: [] }),
    signal: stop.signal,
  };
  const response = await patientFetch(`${server.baseUrl}/chat/completions`, init);
  setTimeout(() => stop.abort(), 20);
  await expect(response.text()).rejects.toThrow();
  await expect(patientFetch(server.origin, { signal: AbortSignal.abort() })).rejects.toThrow();
});

test("leaving the pieces early ends the connection", async () => {
  await using server = await startModelServer({
    reply: () => ({ text: "never ends", fault: { kind: "stall", after: 2 } }),
  });
  const body = JSON.stringify({ model: "m", stream: true, messages: [] });
  const { pieces } = await patientFetch(`${server.baseUrl}/chat/completions`, { method: "POST", body });
  let seen = 0;
  for await (const piece of pieces) {
    seen += piece.length;
    break;
  }
  expect(seen).toBeGreaterThan(0);
  await expect.poll(() => server.connections()).toBe(0);
});

test("a slow reader gets every byte of a large body", async () => {
  const text = "0123456789".repeat(300_000);
  await using server = await startModelServer({ reply: () => ({}), documents: { "/big": { text } } });
  const { pieces } = await patientFetch(`${server.origin}/big`);
  const got: Uint8Array[] = [];
  for await (const piece of pieces) {
    got.push(piece);
    if (got.length % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  expect(Buffer.concat(got).toString()).toBe(JSON.stringify({ text }));
});

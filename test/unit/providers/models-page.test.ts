import { readFile } from "node:fs/promises";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { textOf } from "../../../src/protocol/message.ts";
import { catalogue, type Provider } from "../../../src/providers/catalogue.ts";
import { openModel } from "../../../src/providers/open-model.ts";
import { answerOf, testParts, userRequest } from "../../emulators/emulated-model.ts";
import { startModelServer } from "../../emulators/model-server.ts";

const page = await readFile(new URL("../../../docs/models.md", import.meta.url), "utf8");

test("the provider of the page works as written", async () => {
  const source = /```ts\n([\s\S]*?)```/.exec(page)?.[1] ?? "";
  const provider = runInNewContext(`(${source})`) as Provider;
  await using server = await startModelServer({
    reply: () => ({ text: "hello" }),
    models: [{ id: "m", context_length: 9_000 }],
  });
  const selection = {
    main: "example/m",
    providers: [provider],
    baseUrls: { example: server.baseUrl },
    keys: { example: [{ name: "EXAMPLE_API_KEY", value: "example-key" }] },
  };
  const { model } = await openModel(selection, testParts(), new AbortController().signal);
  expect([model.id, model.limits.contextTokens]).toEqual(["example/m", 9_000]);
  expect(textOf(await answerOf(model, userRequest("hi")))).toBe("hello");
  expect(server.requests[0]?.headers.authorization).toBe("Bearer example-key");
});

test("the page names every provider and every variable", () => {
  for (const { id, keyNames } of catalogue) {
    expect(page).toMatch(new RegExp(`\`${id}(?:/…)?\``));
    for (const name of keyNames) expect(page).toContain(name);
  }
});

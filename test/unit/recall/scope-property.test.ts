import fc from "fast-check";
import { expect, test } from "vitest";

import { textOf } from "../../../src/protocol/message.ts";
import type { Audience } from "../../../src/protocol/session.ts";
import { openSearchLab } from "./search-lab.ts";

const audiences: readonly Audience[] = ["direct:ann", "direct:bob", "group:family"];
const vocabulary = "gate code boat blue red userService auth_token 猫咪 天气 meeting monday lantern ferry".split(" ");
const question = fc.array(fc.oneof(fc.constantFrom(...vocabulary), fc.constantFrom("gat", "lantren", "猫", "secret")), {
  minLength: 1,
  maxLength: 4,
});

test("whoever asks, and whatever: nothing of somebody else's is found or shown", async () => {
  await using lab = await openSearchLab();
  for (const [index, one] of fc
    .sample(fc.array(fc.constantFrom(...vocabulary), { minLength: 3, maxLength: 6 }), 90)
    .entries()) {
    const audience = audiences[index % audiences.length] ?? "direct:ann";
    await lab.say(`${one.join(" ")} of ${audience}`, audience);
  }
  const asked = fc.asyncProperty(question, fc.subarray([...audiences]), async (words, scope) => {
    const windows = await lab.search({ text: words.join(" "), scope: { audiences: scope }, limit: 5 });
    const shown = windows.flatMap(({ messages }) => messages.map(({ message }) => textOf(message)));
    const foreign = shown.filter((text) => !scope.some((audience) => text.endsWith(`of ${audience}`)));
    expect(foreign).toEqual([]);
    if (scope.length === audiences.length && words.includes("gate")) expect(shown).not.toEqual([]);
  });
  await fc.assert(asked, { numRuns: 300 });
});

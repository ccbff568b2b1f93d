import { expect, test } from "vitest";
import { identifiersIn } from "../../../src/agent/identifiers.ts";

test.each([
  ["see https://example.org/a?b=1 now", "https://example.org/a?b=1"],
  ["write to ada@lab.example.", "ada@lab.example"],
  ["edit /etc/nginx/nginx.conf, then", "/etc/nginx/nginx.conf"],
  ["in src/agent/run-agent.ts there", "src/agent/run-agent.ts"],
  ["the ticket is OPS-4711.", "OPS-4711"],
  ["commit 9f3c2ab1 broke it", "9f3c2ab1"],
  ["upgrade to 3.11.7 first", "3.11.7"],
  ["set MAX_OPEN_FILES in it", "MAX_OPEN_FILES"],
  ["call loadSettings here", "loadSettings"],
  ["on port 18080", "18080"],
])("%s → %s", (text, identifier) => {
  expect(identifiersIn(text)).toContain(identifier);
});

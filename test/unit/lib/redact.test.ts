import { expect, test } from "vitest";
import { redact } from "../../../src/lib/redact.ts";

test.each([
  ["sk-ant-api03-abcdefghijklmnop"],
  ["sk-or-v1-0123456789abcdef0123"],
  ["gsk_abcdefghijklmnop1234"],
  ["AIzaSyA0123456789abcdefghijklmnopqrstuvw"],
  ["ghp_abcdefghijklmnopqrstuvwxyz0123"],
  ["xoxb-1234567890-abcdefghij"],
  ["123456789:AAabcdefghijklmnopqrstuvwxyz0123456"],
  ["AKIAIOSFODNN7EXAMPLE"],
  ["eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abcdefghijk"],
])("%s is masked wherever it stands", (secret) => {
  expect(redact(`before ${secret} after`)).toBe("before [redacted] after");
});

test("headers, addresses and assignments keep their names", () => {
  expect(redact("Authorization: Bearer abcdef123456")).toBe("Authorization: Bearer [redacted]");
  expect(redact("https://ada:hunter22@example.com/x")).toBe("https://ada:[redacted]@example.com/x");
  expect(redact("api_key=abcdef123 next")).toBe("api_key=[redacted] next");
});

test("known secrets are masked whatever they look like, short words are left alone", () => {
  expect(redact("the word is swordfish", ["swordfish"])).toBe("the word is [redacted]");
  expect(redact("a cat", ["cat"])).toBe("a cat");
});

test("ordinary text is left alone", () => {
  const text = "The sketch of task-12 takes 10:30 to 11:45, see https://example.com/a?b=c.";
  expect(redact(text)).toBe(text);
});

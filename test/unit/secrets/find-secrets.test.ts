import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { SecretFinder } from "../../../src/secrets/find-secrets.ts";

function found(text: string, known: Readonly<Record<string, string>> = {}): readonly string[] {
  const finder = new SecretFinder(Object.entries(known).map(([name, value]) => ({ name, value })));
  return finder.find(text).map(({ start, end }) => text.slice(start, end));
}

// in two pieces, so that no scanner takes this file for a leak
const joined = (...pieces: readonly string[]): string => pieces.join("");

const keyLines =
  "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7\nVJTUt9Us8cKjMzEfYyjiWA4R4/M2bS1GB4t7NXp98C3SC6dVMvDu\n";
const shapes: readonly (readonly [string, string])[] = [
  ["OpenAI", joined("sk-", "proj-4f9aB2cD8eF1gH7iJ3kL6mN0")],
  ["Anthropic", joined("sk-ant-", "api03-Ab1Cd2Ef3Gh4Ij5Kl6Mn7Op8")],
  ["OpenRouter", joined("sk-or-", "v1-0123456789abcdef0123456789abcdef")],
  ["Stripe", joined("sk_live_", "51HcanaryAbCdEfGhIj1234")],
  ["GitHub", joined("ghp_", "canary16C7e42F292c6912E7710c838347Ae17")],
  ["GitHub, fine-grained", joined("github_pat_", "11ABCDEFG0_canary0123456789abcdef")],
  ["GitLab", joined("glpat-", "canary-1234567890ab")],
  ["Slack", joined("xoxb-", "123456789012-1234567890123-canaryAbCdEf")],
  ["Google", joined("AIza", "SyCanary0123456789abcdefghijklmnopqrst")],
  ["AWS", joined("AKIA", "IOSFODNN7CANARY1")],
  ["npm", joined("npm_", "canary0123456789abcdefghijklmnopqrst")],
  ["Hugging Face", joined("hf_", "canaryAbCdEfGhIjKlMn0123456789")],
  ["JSON web token", joined("eyJhbGciOiJIUzI1NiJ9", ".eyJzdWIiOiJjYW5hcnkifQ", ".c2lnbmF0dXJl0123")],
  ["private key", joined("-----BEGIN ", "PRIVATE KEY-----\n", keyLines, "-----END PRIVATE KEY-----")],
  [
    "private key on one line",
    joined("-----BEGIN ", "RSA PRIVATE KEY-----\\n", keyLines.replaceAll("\n", "\\n"), "-----END RSA PRIVATE KEY-----"),
  ],
  ["Visa", "4539 1488 0343 6467"],
  ["Visa without spaces", "4539148803436467"],
  ["Mastercard", "5555-5555-5555-4444"],
  ["American Express", "3782 822463 10005"],
];

describe("what looks like a secret is found", () => {
  test.each(shapes)("%s", (_, value) => {
    expect(found(`before ${value} after`)).toEqual([value]);
    expect(found(`"${value}"`)).toEqual([value]);
  });

  test("a private key that is cut off", () => {
    const text = joined("-----BEGIN ", "EC PRIVATE KEY-----\n", keyLines);
    expect(found(`x ${text}`)).toEqual([text]);
  });

  test("the part of it that is secret", () => {
    expect(found("Authorization: Bearer abcDEF123456ghiJKL")).toEqual(["abcDEF123456ghiJKL"]);
    expect(found("https://ada:hunter2222@example.com/x")).toEqual(["hunter2222"]);
    expect(found("123456789:AAabcdefghijklmnopqrstuvwxyz0123456")).toEqual([":AAabcdefghijklmnopqrstuvwxyz0123456"]);
  });

  test.each([
    ['api_key = "9f8e7d6c5b4a39281706f5e4d3c2b1a0"', "9f8e7d6c5b4a39281706f5e4d3c2b1a0"],
    ["AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYCANARYKEY1", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYCANARYKEY1"],
    ['{"clientSecret": "Zx81Qp93Lm27Vb55Kt19"}', "Zx81Qp93Lm27Vb55Kt19"],
    ["token: q8Wn3Zr7Tb1Xc5Vm9Kd2", "q8Wn3Zr7Tb1Xc5Vm9Kd2"],
  ])("a random value that is assigned: %s", (text, value) => {
    expect(found(text)).toEqual([value]);
  });
});

describe("what only resembles one is left alone", () => {
  test.each([
    ["a commit", "commit 3f786850e387550fdab836ed7e6dc881de23001b"],
    ["a cache key", "cache-key: 3f786850e387550fdab836ed7e6dc881de23001b"],
    ["a digest", "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
    [
      "a digest in a lockfile",
      '"integrity": "sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg=="',
    ],
    ["a UUID", "id 550e8400-e29b-41d4-a716-446655440000, token: 550e8400-e29b-41d4-a716-446655440000"],
    ["a UUID of digits", "45391488-0343-4467-8123-123456789012"],
    ["timestamps", "1763840000000 1763840000000000 2026-11-22T19:51:36.123456Z 20261122195136"],
    ["numbers", "0.4539148803436467 14539148803436467 4539148803436468 -4539148803436467.5"],
    ["a snowflake", "175928847299117063 1212345678901234567"],
    ["code", "const token = process.env.GITHUB_TOKEN; password: string; this.apiKey = options.apiKey;"],
    ["settings", "api_key: ${secret:daytona}\npassword=changeme\nsecret: correct-horse-battery-staple"],
    ["paths", "key: /usr/share/keyrings/archive-keyring-2024.gpg, tokenFile=/var/run/secrets/kubernetes.io/token1"],
    ["names", "sk-learn-contrib-package task-1234567890123456 disk-usage-report-2024-01 npm_config_registry"],
    ["an address", "postgres://postgres:postgres@localhost:5432/app"],
    ["a mention of a key's first line", "it begins with -----BEGIN PRIVATE KEY----- and ends otherwise"],
    ["a certificate", `-----BEGIN CERTIFICATE-----\n${keyLines}-----END CERTIFICATE-----`],
    ["a placeholder", "api_key=‹secret:1a2b3c›"],
  ])("%s", (_, text) => {
    expect(found(text)).toEqual([]);
  });

  test("the whole source of this program", () => {
    const folder = join(import.meta.dirname, "../../../src");
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
    expect(files.length).toBeGreaterThan(100);
    for (const name of files) expect([name, found(readFileSync(join(folder, name), "utf8"))]).toEqual([name, []]);
  });
});

describe("a known value", () => {
  const value = "pä$$ w0rd/+?&end";
  const utf8 = Buffer.from(value);

  test.each([
    ["as it is", value],
    ["in JSON", JSON.stringify({ value: `"${value}\n` })],
    ["in an address", `?q=${encodeURIComponent(value)}`],
    ["in hexadecimal", utf8.toString("hex")],
    ["in capital hexadecimal", utf8.toString("hex").toUpperCase()],
    ["in base64", utf8.toString("base64")],
    ["in base64 for addresses", utf8.toString("base64url")],
    ["in base64 behind one byte", Buffer.from(`a${value}zz`).toString("base64")],
    ["in base64 behind two bytes", Buffer.from(`ab${value}z`).toString("base64")],
    ["as bytes", utf8.toString("latin1")],
  ])("is found %s, with its name", (_, text) => {
    const spans = new SecretFinder([{ name: "DOOR", value }]).find(`>>${text}<<`);
    expect(spans.map(({ name }) => name)).toEqual(["DOOR"]);
  });

  test("has its name also where its shape is found", () => {
    const token = joined("ghp_", "canary16C7e42F292c6912E7710c838347Ae17");
    const spans = new SecretFinder([{ name: "GH", value: token }]).find(`x ${token} y`);
    expect(spans).toEqual([{ start: 2, end: 2 + token.length, name: "GH" }]);
  });

  test("of fewer than six characters would mask ordinary words, and is not looked for", () => {
    expect(found("a cat sat", { PET: "cat" })).toEqual([]);
  });

  test("of several lines is found line by line", () => {
    const lines = keyLines.trim().split("\n");
    expect(found(`page two:\n${lines[1] ?? ""}\n`, { KEY: keyLines })).toEqual([lines[1]]);
  });
});

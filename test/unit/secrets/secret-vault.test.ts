import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { SecretVault, type VaultParts } from "../../../src/secrets/secret-vault.ts";
import { withFileLock } from "../../../src/store/with-file-lock.ts";

let folder = "";
let path = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hermes-vault-"));
  path = join(folder, "secrets");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function open(change: Partial<VaultParts> = {}): SecretVault {
  return new SecretVault({
    path,
    keyFolder: join(folder, "keys"),
    passphrase: () => Promise.resolve(undefined),
    clock: { now: () => 1000 },
    exclusively: (work) => withFileLock(`${path}.lock`, work),
    ...change,
  });
}

const keys = (): readonly string[] => readdirSync(join(folder, "keys"));
const text = (): string => readFileSync(path, "utf8");

test("what was stored is there for the next process, and in no file as it is", async () => {
  await open().set("DOOR", "swordfish-0042");
  await open().set("card-2", "4539 1488");
  expect(await open().values()).toEqual(
    new Map([
      ["DOOR", "swordfish-0042"],
      ["card-2", "4539 1488"],
    ]),
  );
  expect(open().list()).toEqual([
    { name: "DOOR", setAt: 1000 },
    { name: "card-2", setAt: 1000 },
  ]);
  const files = [path, ...keys().map((name) => join(folder, "keys", name))];
  expect(files).toHaveLength(2);
  for (const file of files) {
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, "utf8")).not.toContain("swordfish");
    expect(readFileSync(file, "utf8")).not.toContain(Buffer.from("swordfish-0042").toString("base64").slice(0, 12));
  }
});

test("one that is removed is gone, and one that is not there is told", async () => {
  await open().set("DOOR", "swordfish-0042");
  await open().remove("DOOR");
  expect(await open().values()).toEqual(new Map());
  await expect(open().remove("DOOR")).rejects.toMatchObject({ code: "not-found" });
});

test.each(["PATH", "LD_PRELOAD", "BASH_ENV", "NODE_OPTIONS", "GIT_SSH_COMMAND", "HERMES_HOME", "a b", "", "1X", "A=B"])(
  "%j names no secret",
  async (name) => {
    await expect(open().set(name, "long enough")).rejects.toMatchObject({ code: "bad-usage" });
  },
);

test.each(["abc7", "", "with a \0 in it"])("%j is no value, and the refusal does not repeat it", async (value) => {
  const refused = await open()
    .set("DOOR", value)
    .catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: "bad-usage" });
  if (value !== "") expect(String(refused)).not.toContain(value);
});

test("writers in the same moment lose nothing of each other", async () => {
  const names = Array.from({ length: 12 }, (_, index) => `NAME_${index}`);
  await open().set("FIRST", "value of the first");
  await Promise.all(names.map((name) => open().set(name, `value of ${name}`)));
  expect((await open().values()).size).toBe(13);
});

describe("a new key", () => {
  test("from a passphrase leaves no key on the disk; back in a file it needs none", async () => {
    await open().set("DOOR", "swordfish-0042");
    const before = text();
    await open().rekey("long passphrase");
    expect(keys()).toEqual([]);
    expect(text()).not.toBe(before);
    await expect(open().values()).rejects.toMatchObject({ code: "bad-usage" });
    await expect(open({ passphrase: () => Promise.resolve("another") }).values()).rejects.toMatchObject({
      code: "bad-usage",
    });
    const opened = open({ passphrase: () => Promise.resolve("long passphrase") });
    expect(await opened.values()).toEqual(new Map([["DOOR", "swordfish-0042"]]));
    await opened.rekey(undefined);
    expect(await open().values()).toEqual(new Map([["DOOR", "swordfish-0042"]]));
    expect(keys()).toHaveLength(1);
  });
});

describe("a file that somebody changed", () => {
  test("does not open under another name", async () => {
    await open().set("DOOR", "swordfish-0042");
    await open().set("SAFE", "swordfish-0043");
    const file = JSON.parse(text()) as { entries: Record<string, unknown> };
    file.entries = { DOOR: file.entries["SAFE"], SAFE: file.entries["DOOR"] };
    writeFileSync(path, JSON.stringify(file));
    await expect(open().values()).rejects.toMatchObject({ code: "bad-data" });
  });

  test.each([
    ["cut off", () => text().slice(0, -40)],
    ["empty", () => ""],
    ["of another version", () => text().replace('"version": 1', '"version": 2')],
    ["with a key elsewhere", () => text().replace(/"keyId": "\w+"/, '"keyId": "../../../etc/pass"')],
  ])("%s is told, and never written over", async (_, change) => {
    await open().set("DOOR", "swordfish-0042");
    const changed = change();
    writeFileSync(path, changed);
    await expect(open().values()).rejects.toMatchObject({ code: "bad-data" });
    await expect(open().set("SAFE", "swordfish-0043")).rejects.toMatchObject({ code: "bad-data" });
    expect(text()).toBe(changed);
  });

  test("without its key is told with the place of the key", async () => {
    await open().set("DOOR", "swordfish-0042");
    rmSync(join(folder, "keys"), { recursive: true });
    await expect(open().values()).rejects.toMatchObject({ message: expect.stringContaining(join(folder, "keys")) });
  });
});

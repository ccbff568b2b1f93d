import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openApprovalRules } from "../../../src/app/approval-rules.ts";
import { loadSettings } from "../../../src/app/config/load-settings.ts";
import { openAgent } from "../../../src/app/open-agent.ts";
import { keepRules, rulesInForce } from "../../../src/app/rules-in-force.ts";
import type { AppOptions } from "../../../src/app/app-options.ts";
import { newId } from "../../../src/lib/new-id.ts";
import { systemClock } from "../../../src/lib/system-clock.ts";
import { openLedger } from "../../../src/store/open-ledger.ts";

function makeHome(rules: readonly string[]): { readonly home: string; write: (rules: readonly string[]) => void } {
  const home = mkdtempSync(join(tmpdir(), "hermes-rules-"));
  const write = (lines: readonly string[]): void =>
    writeFileSync(
      join(home, "settings.yaml"),
      `# mine\napprovals:\n  rules:\n${lines.map((line) => `    - ${line}\n`).join("")}`,
    );
  write(rules);
  return { home, write };
}

function optionsFor(home: string): AppOptions {
  const environment = { HERMES_HOME: home, HOME: home, PATH: process.env["PATH"] };
  const askPassphrase = () => Promise.resolve(undefined);
  return { environment, flags: [], allow: [], cwd: home, isEphemeral: false, askPassphrase, notice: () => undefined };
}

async function inForceAt(home: string) {
  await using rules = await openApprovalRules(optionsFor(home));
  return await rules.inForce();
}

test("the first rules of a home hold; what is added later holds when it restricts, else only when it is confirmed", async () => {
  const { home, write } = makeHome([`allow: "execute terminal make *"`, `deny: "execute git push*"`]);
  expect((await inForceAt(home)).rules).toEqual(["allow execute terminal make *", "deny execute git push*"]);
  write([`allow: "execute *"`, `deny: "execute terminal rm *"`, `ask: "send *"`]);
  expect(await inForceAt(home)).toEqual({
    rules: ["allow execute terminal make *", "deny execute git push*", "deny execute terminal rm *", "ask send *"],
    added: ["allow execute *", "deny execute terminal rm *", "ask send *"],
    removed: ["allow execute terminal make *", "deny execute git push*"],
  });
  await using agent = await openAgent(optionsFor(home));
  expect(agent.warnings).toEqual([expect.stringMatching(/not those that were confirmed \(3 more, 2 fewer\)/)]);
  await using rules = await openApprovalRules(optionsFor(home));
  await rules.confirmFile();
  expect(await inForceAt(home)).toMatchObject({
    rules: ["allow execute *", "deny execute terminal rm *", "ask send *"],
    added: [],
  });
});

test("a rule that is kept is confirmed alone, and the file keeps its comments", async () => {
  const { home, write } = makeHome([`deny: "send *"`]);
  await inForceAt(home);
  write([`deny: "send *"`, `allow: "execute *"`]);
  await using rules = await openApprovalRules(optionsFor(home));
  await rules.add("allow execute terminal npm test *");
  await rules.add("allow execute terminal npm test *");
  expect(readFileSync(join(home, "settings.yaml"), "utf8")).toBe(
    `# mine\napprovals:\n  rules:\n    - deny: "send *"\n    - allow: "execute *"\n    - allow: execute terminal npm test *\n`,
  );
  expect(await inForceAt(home)).toMatchObject({
    rules: ["deny send *", "allow execute terminal npm test *"],
    added: ["allow execute *"],
  });
  await expect(rules.add("allow nonsense")).rejects.toThrow(/begin it with read/);
});

test("rules go into a home without settings, too", async () => {
  const home = mkdtempSync(join(tmpdir(), "hermes-rules-"));
  const ledger = await openHere();
  await rulesInForce(await loadSettings({ home, environment: {}, flags: [] }), ledger);
  await keepRules(["allow execute terminal make all"], { home, ledger, personId: "owner" });
  const settings = await loadSettings({ home, environment: {}, flags: [] });
  expect(await rulesInForce(settings, ledger)).toEqual({
    rules: ["allow execute terminal make all"],
    added: [],
    removed: [],
  });
  await ledger[Symbol.asyncDispose]();
});

async function openHere() {
  const isAlive = (): boolean => true;
  return openLedger({
    path: ":memory:",
    clock: systemClock,
    newId,
    isAlive,
    notice: () => undefined,
    durability: "normal",
  });
}

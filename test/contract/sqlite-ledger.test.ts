import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll } from "vitest";

import { newId } from "../../src/lib/new-id.ts";
import { openLedger } from "../../src/store/open-ledger.ts";
import { describeLedger } from "./describe-ledger.ts";

const parent = mkdtempSync(join(tmpdir(), "hermes-ledger-"));
afterAll(() => rmSync(parent, { recursive: true, force: true }));

const rest = { newId, notice: () => undefined, durability: "normal" } as const;

describeLedger("SQLite in memory", ({ clock, isAlive }) => openLedger({ ...rest, clock, isAlive, path: ":memory:" }));

describeLedger("SQLite in a file", ({ clock, isAlive }) => {
  const home = mkdtempSync(join(parent, "home-"));
  const journalPath = join(home, "reserve.journal");
  return openLedger({ ...rest, clock, isAlive, path: join(home, "hermes.db"), journalPath });
});

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll } from "vitest";

import { recallOfHome } from "../../src/app/recall-of-home.ts";
import { newId } from "../../src/lib/new-id.ts";
import { openLedger } from "../../src/store/open-ledger.ts";
import { describeRecall, type RecallCase } from "./describe-recall.ts";
import { LedgerWorld } from "./ledger-world.ts";

const parent = mkdtempSync(join(tmpdir(), "hermes-recall-"));
afterAll(() => rmSync(parent, { recursive: true, force: true }));

async function open(path: string, isEphemeral: boolean): Promise<RecallCase> {
  const world = new LedgerWorld();
  const { clock, isAlive } = world;
  const ledger = await openLedger({ path, clock, isAlive, newId, notice: () => undefined, durability: "normal" });
  const recall = recallOfHome({ path, ledger, isEphemeral });
  return {
    ledger,
    recall,
    setTime(at) {
      world.time = at;
    },
    async [Symbol.asyncDispose]() {
      await recall[Symbol.asyncDispose]();
      await ledger[Symbol.asyncDispose]();
    },
  };
}

describeRecall("a thread beside a file", () => open(join(mkdtempSync(join(parent, "home-")), "hermes.db"), false));

describeRecall("in memory", () => open(":memory:", true));

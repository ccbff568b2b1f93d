import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "vitest";

import { newId } from "../../src/lib/new-id.ts";
import { isOwnerAlive } from "../../src/lib/process-owner.ts";
import { systemClock } from "../../src/lib/system-clock.ts";
import { openLedger } from "../../src/store/open-ledger.ts";
import { finishedCall, inbound, permission, session, turn, us } from "../contract/ledger-samples.ts";
import { describeWith } from "../describe-with.ts";

const notices: string[] = [];
const openHome = (home: string) =>
  openLedger({
    path: join(home, "hermes.db"),
    journalPath: join(home, "reserve.journal"),
    clock: systemClock,
    newId,
    isAlive: isOwnerAlive,
    notice: ({ code }) => notices.push(code),
    durability: "normal",
    deadlineMs: 500,
  });

const parent = mkdtempSync(join(tmpdir(), "hermes-disk-"));
const home = join(parent, "disk");

/** A real file system of 4 MiB; only root may make one. */
function mountDisk(): boolean {
  mkdirSync(home);
  try {
    execFileSync("/bin/mount", ["-t", "tmpfs", "-o", "size=4m", "tmpfs", home], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

function fill(path: string): void {
  for (let size = 1 << 20; size >= 512; size /= 2) {
    for (;;) {
      try {
        writeFileSync(path, Buffer.alloc(size), { flag: "a" });
      } catch {
        break; // full at this size: the rest is filled in smaller pieces
      }
    }
  }
}

const smallDisk = {
  name: "a disk that is full",
  isThere: process.platform === "linux" && mountDisk(),
  howToInstall: "run as root on Linux",
};

describeWith(smallDisk)("a real disk", () => {
  beforeAll(async () => {
    const ledger = await openHome(home);
    await ledger.openSession(session());
    await ledger.acceptInbound(inbound());
    await ledger[Symbol.asyncDispose]();
  });
  afterAll(() => {
    execFileSync("/bin/umount", ["-l", home], { stdio: "ignore" });
    rmSync(parent, { recursive: true, force: true });
  });

  test("without a free byte: answers are kept, effects refused; with room again all is written once", async () => {
    await using ledger = await openHome(home);
    await ledger.claimRun("run-1", us, 60_000);
    fill(join(home, "filler"));
    const base = turn("0", ["c1"]).message;
    const long = { ...base, parts: [{ type: "text" as const, text: "z".repeat(100_000) }, ...base.parts] };
    await ledger.appendTurn(turn("0", ["c1"], { message: long }));
    expect(ledger.health()).toBe("lost");
    await expect(ledger.startCall("s1", "c1", permission)).rejects.toMatchObject({ code: "store-lost" });
    await ledger.finishCall(finishedCall("c1"));
    for (let index = 1; index <= 50; index += 1) await ledger.appendTurn(turn(String(index)));
    await ledger.finishRun({ runId: "run-1", state: "done", outbox: [] });
    expect(await ledger.messages("s1")).toHaveLength(1);
    expect(notices).toEqual(["store-lost"]);
    rmSync(join(home, "filler"));
    await ledger.openSession(session("s2"));
    expect(ledger.health()).toBe("ok");
    expect(notices).toEqual(["store-lost", "store-back"]);
    const ids = (await ledger.messages("s1")).map(({ id }) => id);
    const turns = Array.from({ length: 50 }, (_, index) => `turn-${index + 1}`);
    expect(ids).toEqual(["in-1", "turn-0", "result-c1", ...turns]);
  });

  test("that may only be read: opening is refused in one sentence", async () => {
    execFileSync("/bin/mount", ["-o", "remount,ro", home], { stdio: "ignore" });
    await expect(openHome(home)).rejects.toMatchObject({
      code: "store-lost",
      message: expect.stringContaining("writable"),
    });
    execFileSync("/bin/mount", ["-o", "remount,rw", home], { stdio: "ignore" });
    const ledger = await openHome(home);
    expect(await ledger.messages("s1")).toHaveLength(53);
    await ledger[Symbol.asyncDispose]();
  });
});

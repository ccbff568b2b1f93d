import { spawn } from "node:child_process";
import { once } from "node:events";

import { expect, test } from "vitest";

import { currentOwner, isOwnerAlive } from "../../../src/lib/process-owner.ts";

test("this process is alive, and says the same of itself each time", () => {
  const owner = currentOwner();
  expect(currentOwner()).toEqual(owner);
  expect(owner.pid).toBe(process.pid);
  expect(owner.startedAt).not.toBe("unknown");
  expect(isOwnerAlive(owner)).toBe(true);
});

test("a later process with the same pid is somebody else", () => {
  expect(isOwnerAlive({ ...currentOwner(), startedAt: "long-ago" })).toBe(false);
});

test("a process that ended is dead", async () => {
  const child = spawn(process.execPath, ["-e", "0"]);
  await once(child, "exit");
  expect(isOwnerAlive({ ...currentOwner(), pid: child.pid ?? 0 })).toBe(false);
});

test("a process of another machine counts as alive: only its lease can say", () => {
  expect(isOwnerAlive({ host: "another-machine.invalid", pid: 1, startedAt: "x" })).toBe(true);
});

test("a zombie is dead although its pid exists", async () => {
  // the shell starts a child and becomes, before it ends, a program that never collects it
  const shell = spawn("/bin/sh", ["-c", "sleep 0.2 & echo $!; exec sleep 5"], { stdio: ["ignore", "pipe", "ignore"] });
  const [line] = (await once(shell.stdout, "data")) as [Buffer];
  const pid = Number(line.toString());
  try {
    await expect.poll(() => isOwnerAlive({ ...currentOwner(), pid, startedAt: "unknown" })).toBe(false);
    expect(() => process.kill(pid, 0)).not.toThrow();
  } finally {
    shell.kill("SIGKILL");
  }
});

import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startModelServer } from "../emulators/model-server.ts";
import { repository } from "./copy-clone.ts";
import { ended, endpoint, newPlace, runHermes, type Ended, type Place } from "./run-hermes.ts";

const first = 'approvals:\n  rules:\n    - deny: "execute git push*"\n';
const loosened = 'approvals:\n  rules:\n    - allow: "execute *"\n    - deny: "send *"\n';

async function usedHome(place: Place): Promise<string> {
  mkdirSync(place.home, { recursive: true });
  const file = join(place.home, "settings.yaml");
  writeFileSync(file, first);
  await runHermes(place, ["approvals"]);
  return file;
}

/** On a terminal of its own, with a person who types. */
function atTerminal(place: Place, words: string, typed: string): Promise<Ended> {
  const program = join(repository, "dist", "main.js");
  const command = `'${process.execPath}' '${program}' ${words}`;
  const child = spawn("script", ["-qec", command, "/dev/null"], {
    cwd: place.folder,
    env: { ...place.env, SHELL: "/bin/sh" },
  });
  child.stdout.on("data", (text: Buffer) => {
    if (text.toString().includes('Type "yes"')) child.stdin.write(`${typed}\n`);
  });
  return ended(child);
}

test("what was loosened on the disk holds only after a person typed yes at a terminal", async () => {
  using place = newPlace();
  const file = await usedHome(place);
  writeFileSync(file, loosened);
  const listed = await runHermes(place, ["approvals"]);
  expect(listed.stdout).toBe("deny execute git push*\ndeny send *\n");
  expect(listed.stderr).toContain("not those that were confirmed (2 more, 1 fewer)");
  const unattended = await runHermes(place, ["approvals", "confirm"], { stdin: "yes\n" });
  expect([unattended.exitCode, unattended.stderr]).toEqual([
    2,
    "hermes: Rules are confirmed by a person who types: run this at a terminal.\n",
  ]);
  expect((await atTerminal(place, "approvals confirm", "no")).exitCode).toBe(2);
  expect((await runHermes(place, ["approvals"])).stdout).toBe("deny execute git push*\ndeny send *\n");
  const confirmed = await atTerminal(place, "approvals confirm", "yes");
  expect([confirmed.exitCode, confirmed.stdout.replaceAll("\r", "")]).toEqual([
    0,
    expect.stringContaining("+ allow execute *\n+ deny send *\n- deny execute git push*\n"),
  ]);
  expect(await runHermes(place, ["approvals"])).toMatchObject({ stdout: "allow execute *\ndeny send *\n", stderr: "" });
});

test("a rule is added at a terminal, and one that does not parse is refused", async () => {
  using place = newPlace();
  const file = await usedHome(place);
  expect((await atTerminal(place, "approvals add 'allow execute terminal make *'", "yes")).exitCode).toBe(0);
  expect(readFileSync(file, "utf8")).toBe(`${first}    - allow: execute terminal make *\n`);
  expect((await atTerminal(place, "approvals add 'permit all'", "yes")).exitCode).toBe(2);
  expect((await runHermes(place, ["approvals"])).stdout).toBe(
    "deny execute git push*\nallow execute terminal make *\n",
  );
});

test("the agent cannot write its own policy, whatever is allowed and however the place is spelled", async () => {
  const spellings = (
    place: Place,
  ): readonly { readonly name: string; readonly arguments: Record<string, string> }[] => {
    const file = join(place.home, "settings.yaml");
    return [
      { name: "write_file", arguments: { path: file, content: loosened } },
      { name: "write_file", arguments: { path: "door/settings.yaml", content: loosened } },
      { name: "write_file", arguments: { path: `/proc/self/root${file}`, content: loosened } },
      { name: "patch", arguments: { path: "door/../home/settings.yaml", old_string: "deny", new_string: "allow" } },
      { name: "terminal", arguments: { command: `cp evil ${file}` } },
      { name: "terminal", arguments: { command: "cp evil door/settings.yaml" } },
      { name: "terminal", arguments: { command: "cd door && cp ../evil settings.yaml" } },
      { name: "terminal", arguments: { command: "touch settings.yaml", workdir: "door" } },
      { name: "terminal", arguments: { command: `cd ${join(place.home, "..")} && echo x > ./ho*/settings.yaml` } },
      { name: "terminal", arguments: { command: "hermes approvals confirm" } },
    ];
  };
  using place = newPlace();
  const file = await usedHome(place);
  symlinkSync(place.home, join(place.folder, "door"));
  writeFileSync(join(place.folder, "evil"), loosened);
  const calls = spellings(place);
  await using server = await startModelServer({
    reply: ({ results }) => {
      const call = calls[results.length];
      return call === undefined ? { text: results.join("\n") } : { calls: [call] };
    },
  });
  const run = await runHermes({ ...place, env: { ...place.env, ...endpoint(server.baseUrl) } }, [
    "-p",
    "go",
    "--yes",
    "--allow",
    "* *",
  ]);
  expect([run.exitCode, run.exitCode === 3 ? "" : run.stderr]).toEqual([3, ""]);
  expect(
    run.stdout
      .trimEnd()
      .split("\n")
      .map((line) => line.slice(0, 9)),
  ).toEqual(calls.map(() => "Refused: "));
  expect(run.stdout).not.toMatch(/--yes|approvals\.|config set/);
  expect(readFileSync(file, "utf8")).toBe(first);
});

import { existsSync, realpathSync } from "node:fs";
import { chmod, mkdir, rename, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { ApprovalAnswer } from "../../../src/protocol/approval.ts";
import { createFastClock } from "../../emulators/fast-clock.ts";
import { openApprovalLab } from "./approval-lab.ts";

const yes = (): ApprovalAnswer => "allow";

test("once is once: the same command is asked again", async () => {
  await using lab = await openApprovalLab();
  const { asked, results } = await lab.run(["touch a; chmod +x a", "touch a; chmod +x a"], { answer: yes });
  expect(asked.map(({ subject }) => subject)).toEqual(["touch a; chmod +x a", "touch a; chmod +x a"]);
  expect(results.every((text) => text.startsWith("[exit 0"))).toBe(true);
});

test("nothing has happened when the question is shown, and the decision stands in the ledger before the start", async () => {
  await using lab = await openApprovalLab();
  const file = join(lab.root, "done");
  let isThere: boolean | undefined;
  const answer = () => {
    isThere = existsSync(file);
    return "allow" as const;
  };
  await lab.run(["echo x > done"], { answer });
  expect([isThere, existsSync(file)]).toEqual([false, true]);
  const actions = (await lab.ledger.audit({ limit: 10 })).map(({ actor, action }) => `${actor}: ${action}`);
  expect(actions).toEqual(["person: start terminal", "owner: allow"]);
});

test("what is never answered never runs, also when the answer comes after the stop", async () => {
  await using lab = await openApprovalLab();
  const { outcome, results } = await lab.run(["echo x > done"], { answer: () => "deny" });
  expect([existsSync(join(lab.root, "done")), outcome.refusedCalls, results]).toEqual([
    false,
    1,
    ["Refused by the person."],
  ]);
});

test("a script that is rewritten between question and answer is asked again, and what is seen last is what runs", async () => {
  await using lab = await openApprovalLab();
  const script = join(lab.root, "build.sh");
  await writeFile(script, "echo first\n");
  let count = 0;
  const { asked, results } = await lab.run(["bash build.sh"], {
    answer: async (): Promise<ApprovalAnswer> => {
      count += 1;
      if (count === 1) await writeFile(script, "echo second\n");
      return "allow";
    },
  });
  expect(asked).toHaveLength(2);
  expect(asked[1]?.reason).toContain("has changed since it was asked");
  expect(asked[0]?.digest).not.toBe(asked[1]?.digest);
  expect(results[0]).toMatch(/^second\n/);
});

test.each(["build.sh", "../build.sh"])("what changes each time it is approved is refused: %s", async (script) => {
  await using lab = await openApprovalLab();
  let count = 0;
  const { asked, results } = await lab.run([`bash ${script}`], {
    answer: async (): Promise<ApprovalAnswer> => {
      count += 1;
      await writeFile(join(lab.root, script), `echo ${count} > ran\n`);
      return "allow";
    },
  });
  expect([asked.length, existsSync(join(lab.root, "ran"))]).toEqual([3, false]);
  expect(results).toEqual(["Refused: what it would meet changed each time it was approved."]);
});

test("a redirect target that changes, a folder that is rebound and a program that is swapped are asked again", async () => {
  await using lab = await openApprovalLab();
  const at = (path: string): string => join(lab.root, path);
  await mkdir(at("one"));
  await mkdir(at("two"));
  await symlink("one", at("work"));
  await writeFile(at("tool"), "#!/bin/sh\necho good\n");
  await chmod(at("tool"), 0o755);
  const rebind = async (): Promise<void> => {
    await symlink("two", at("new"));
    await rename(at("new"), at("work"));
  };
  const changes: readonly (readonly [string, string | undefined, () => Promise<void>])[] = [
    ["echo x > target", undefined, () => writeFile(at("target"), "something that was not there\n")],
    ["env > listing", "work", rebind],
    ["./tool", undefined, () => writeFile(at("tool"), "#!/bin/sh\necho evil\n")],
  ];
  for (const [command, workdir, change] of changes) {
    let isFirst = true;
    const input = { command, ...(workdir === undefined ? {} : { workdir }) };
    const { asked } = await lab.run([{ name: "terminal", input }], {
      answer: async (): Promise<ApprovalAnswer> => {
        if (isFirst) await change();
        const answer = isFirst ? "allow" : "deny";
        isFirst = false;
        return answer;
      },
    });
    expect([command, asked.length]).toEqual([command, 2]);
  }
});

test("a variable that a background job's shell exports meanwhile is part of what was approved", async () => {
  await using lab = await openApprovalLab();
  await lab.run(["export LEFT=1"], { answer: yes });
  const first = await lab.run(["make all"], { answer: () => "deny" });
  await lab.run(["export LEFT=2"], { answer: yes });
  const second = await lab.run(["make all"], { answer: () => "deny" });
  expect(first.asked[0]?.digest).not.toBe(second.asked[0]?.digest);
});

test("a rule allows a program, not a function, an alias, another PATH, a remembered place or a start-up hook", async () => {
  const plants = [
    "expr() { touch stolen; }",
    "alias expr='touch stolen #'",
    "mkdir -p bin; printf '#!/bin/sh\\ntouch stolen' > bin/expr; chmod +x bin/expr; PATH=$PWD/bin:$PATH",
    "printf 'touch stolen' > hook; export BASH_ENV=$PWD/hook",
    "export NODE_OPTIONS=--require=./evil.js",
    "export LD_PRELOAD=/nowhere.so 2>/dev/null",
  ];
  for (const plant of plants) {
    await using lab = await openApprovalLab(["allow execute terminal expr *"]);
    const free = await lab.run(["expr 3"], {});
    expect([plant, free.asked.length, free.results[0]?.split("\n")[0]]).toEqual([plant, 0, "3"]);
    await lab.run([plant], { answer: yes });
    const { asked } = await lab.run(["expr 3"], { answer: () => "deny" });
    expect([plant, asked.length, existsSync(join(lab.root, "stolen"))]).toEqual([plant, 1, false]);
  }
});

test("what reads needs no question whatever the shell has become, and meets none of it", async () => {
  await using lab = await openApprovalLab();
  await lab.run(["cat() { touch stolen; }; alias ls='touch stolen #'; export PATH=/nowhere"], { answer: yes });
  await writeFile(join(lab.root, "a"), "text\n");
  const { asked, results } = await lab.run(["cat a", "ls"], {});
  expect([asked.length, existsSync(join(lab.root, "stolen"))]).toEqual([0, false]);
  expect(results.map((text) => text.split("\n")[0])).toEqual(["text", "a"]);
});

test("a background command meets the shell as it is, so a function of its name is asked", async () => {
  await using lab = await openApprovalLab();
  await lab.run(["ls() { touch stolen; }"], { answer: yes });
  const background = { name: "terminal", input: { command: "ls", background: true } };
  const { asked } = await lab.run([background], { answer: () => "deny" });
  expect([asked.length, existsSync(join(lab.root, "stolen"))]).toEqual([1, false]);
});

test("a shell that has left the working folder is asked, whatever a rule allows in it", async () => {
  await using lab = await openApprovalLab(["allow execute terminal expr *"]);
  await lab.run(["cd /"], { answer: yes });
  const { asked } = await lab.run(["expr 1"], { answer: () => "deny" });
  expect(asked).toMatchObject([{ reason: `It names /, outside the working folder ${realpathSync(lab.root)}.` }]);
});

test("for the session: what is like it runs, until the script is another one", async () => {
  await using lab = await openApprovalLab();
  const script = join(lab.root, "check.sh");
  await writeFile(script, "echo checked $1\n");
  const first = await lab.run(["bash check.sh a", "bash check.sh b"], { answer: () => "session" });
  expect(first.asked.map(({ subject, offer }) => [subject, offer])).toEqual([
    ["bash check.sh a", ["execute terminal bash check.sh *"]],
  ]);
  expect(first.results[1]).toMatch(/^checked b\n/);
  await writeFile(script, "echo changed\n");
  const { asked } = await lab.run(["bash check.sh c"], { answer: () => "deny" });
  expect(asked).toHaveLength(1);
});

test("for good: the rule is written by the one writer, and a surface without a terminal cannot ask for it", async () => {
  await using lab = await openApprovalLab();
  const { asked, results } = await lab.run(["expr 1 + 1", "expr 1 + 1"], { answer: () => "always" });
  expect([asked.length, lab.saved]).toEqual([1, ["allow execute terminal expr 1 + 1"]]);
  expect(results.map((text) => text.split("\n")[0])).toEqual(["2", "2"]);
});

test("where there is no terminal nothing is allowed for good", async () => {
  await using lab = await openApprovalLab();
  const { outcome } = await lab.run(["expr 1 + 1"], { answer: () => "always", grants: { surface: "group" } });
  expect([outcome.refusedCalls, lab.saved]).toEqual([1, []]);
});

test("a question that nobody answers is a deny after an hour", async () => {
  await using lab = await openApprovalLab([], [], createFastClock(7_200));
  const { asked, results } = await lab.run(["echo x > done"], { answer: () => "silence" });
  expect([asked[0] && asked[0].expiresAt - asked[0].askedAt, results]).toEqual([
    3_600_000,
    ["Refused: the question was not answered."],
  ]);
  expect(await lab.ledger.audit({ limit: 1 })).toMatchObject([{ actor: "expired", action: "deny" }]);
  expect(existsSync(join(lab.root, "done"))).toBe(false);
});

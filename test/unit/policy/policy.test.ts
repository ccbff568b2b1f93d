import { expect, test } from "vitest";
import { classifyCommand } from "../../../src/policy/classify-command.ts";
import { createPolicy, type PolicyOptions } from "../../../src/policy/policy.ts";
import type { AskingSurface, PolicyVerdict } from "../../../src/protocol/policy.ts";
import type { PlannedPath } from "../../../src/protocol/workspace.ts";
import type { Effect } from "../../../src/protocol/tool.ts";

const root = "/repo";
const base: PolicyOptions = {
  rules: [],
  tools: ["terminal", "read_file", "write_file", "patch"],
  userHome: "/home/u",
  hermesHomes: ["/home/u/.hermes"],
};
const planOf = (...paths: readonly string[]): readonly PlannedPath[] =>
  paths.map((path) => ({ path, resolved: path, hasOtherNames: false }));
const options = (rules: readonly string[], allow: readonly string[] = []): PolicyOptions => ({ ...base, rules, allow });

const commandOf = (text: string) => ({ text, shell: "session", folder: undefined }) as const;

function command(text: string, policy = base, surface: AskingSurface = "terminal"): Promise<PolicyVerdict> {
  const { effect, paths } = classifyCommand(text);
  const resolvedPaths = paths.map((path) =>
    path.startsWith("/") ? path : path.replace(/^~/, "/home/u").replace(/^(?!\/)/, `${root}/`),
  );
  return createPolicy(policy).judge({
    tool: "terminal",
    intent: { effect, subject: text, paths, command: commandOf(text) },
    plan: planOf(...resolvedPaths),
    root,
    surface,
  });
}

function file(
  call: { tool?: string; effect: Effect; path: string; surface?: AskingSurface },
  policy = base,
): Promise<PolicyVerdict> {
  const { tool = "write_file", effect, path, surface = "terminal" } = call;
  const intent = { effect, subject: path, paths: [path] };
  return createPolicy(policy).judge({ tool, intent, plan: planOf(path), root, surface });
}

test.each<[Effect, string, AskingSurface, string]>([
  ["read", "/repo/a", "terminal", "allow"],
  ["read", "/repo", "one-shot", "allow"],
  ["read", "/repo/a", "group", "allow"],
  ["read", "/workshop/a", "terminal", "ask"],
  ["read", "/etc/passwd", "one-shot", "ask"],
  ["write", "/repo/a", "terminal", "allow"],
  ["write", "/repo/a", "one-shot", "ask"],
  ["write", "/repo/a", "group", "ask"],
  ["write", "/etc/a", "terminal", "ask"],
  ["write", "/repo/.git/config", "terminal", "ask"],
  ["write", "/repo/.gitignore", "terminal", "allow"],
  ["write", "/home/u/.hermes/policy.yaml", "terminal", "deny"],
  ["send", "/repo/a", "terminal", "ask"],
  ["execute", "/repo/a", "terminal", "ask"],
])("by default %s of %s on %s: %s", async (...[effect, path, surface, verdict]) => {
  expect((await file({ effect, path, surface })).verdict).toBe(verdict);
});

test("known read-only commands inside the root need no question; others do", async () => {
  expect((await command("ls -la | head -5")).verdict).toBe("allow");
  expect((await command("cat /etc/passwd")).verdict).toBe("ask");
  expect(await command("npm test", base, "one-shot")).toEqual({
    verdict: "ask",
    rule: "default: running a command",
    reason: "It is not surely read-only.",
    offer: ["execute terminal npm test *"],
  });
});

test.each([
  ["npm test", "allow"],
  ["npm test -- --watch", "allow"],
  ["npm testing", "ask"],
  ["npm test; rm x", "ask"],
  ["npm test && rm x", "ask"],
  ["npm test $(rm x)", "ask"],
  ["npm test > x", "ask"],
  ["npm test `rm x`", "ask"],
  ["npm test\nrm x", "ask"],
  ["npm test *", "ask"],
  ["npm test | tail -5", "allow"],
  ["npm test | tee x", "ask"],
  ["npm test | cat /etc/passwd", "ask"],
  ["npm test && npm test", "allow"],
])("`allow terminal npm test *` and %j: %s", async (text, verdict) => {
  expect((await command(text, options(["allow execute terminal npm test *"]))).verdict).toBe(verdict);
});

test("deny wins over everything, also in the middle of a command", async () => {
  const policy = options([
    "deny execute terminal git push*",
    "allow execute terminal git push origin dev",
    "allow * *",
  ]);
  for (const text of [
    "git push",
    "git push origin dev",
    "ls && git push",
    "echo $(git push)",
    "sudo git  push",
    "A=b git push",
  ]) {
    expect(await command(text, policy), text).toMatchObject({
      verdict: "deny",
      rule: "deny execute terminal git push*",
    });
  }
});

test("of ask and allow the more specific wins, and ask when they are equal", async () => {
  const policy = options([
    "allow execute terminal *",
    "ask execute terminal git push*",
    "allow execute terminal git push origin dev",
  ]);
  expect((await command("make", policy)).verdict).toBe("allow");
  expect((await command("git push", policy)).verdict).toBe("ask");
  expect((await command("git push origin dev", policy)).verdict).toBe("allow");
  expect((await command("make", options(["allow execute make", "ask execute make"]))).verdict).toBe("ask");
});

test("an allow rule for paths looks at where the links lead", async () => {
  const policy = options(["allow write write_file /repo/src/*", "deny * ~/.ssh/*", "allow write patch docs/*"]);
  const judge = async (path: string, tool = "write_file") =>
    (await file({ tool, effect: "write", path, surface: "group" }, policy)).verdict;
  expect(await judge("/repo/src/a/b")).toBe("allow");
  expect(await judge("/repo/docs/a")).toBe("ask");
  expect(await judge("/repo/docs/a", "patch")).toBe("allow");
  expect(await judge("/home/u/.ssh/id")).toBe("deny");
  const request = { tool: "write_file", plan: planOf("/etc/x"), root, surface: "terminal" } as const;
  const linked = await createPolicy(policy).judge({
    ...request,
    intent: { effect: "write", subject: "/repo/src/link", paths: [] },
  });
  expect(linked.verdict).toBe("ask");
  expect((await command("cat ~/.ssh/id", policy)).verdict).toBe("deny");
});

test("a permission names where it came from", async () => {
  expect(await command("make all", options([], ["execute terminal make *"]))).toMatchObject({
    verdict: "allow",
    rule: "--allow execute terminal make *",
  });
});

test.each([
  ["", /begin it with allow, ask or deny/],
  ["permit *", /begin it with allow, ask or deny/],
  ["Allow ls", /begin it with allow, ask or deny/],
  ["allow exekute ls", /begin it with read, write, execute, send or \*/],
  ["deny execute terminal", /has no pattern/],
])("the rule %j is refused with its fix", (rule, problem) => {
  expect(() => createPolicy(options([rule]))).toThrow(problem);
});

test("a rule about an effect leaves other effects alone, and every command is executed", async () => {
  expect((await command("git status", options(["deny execute terminal git status*"]))).verdict).toBe("deny");
  expect((await command("git status", options(["deny send *"]))).verdict).toBe("allow");
});

/** A command with the `workdir` parameter: the folder is the one path of what is not read-only. */
function commandIn(folder: string, text: string, policy: PolicyOptions): Promise<PolicyVerdict> {
  const intent = { effect: "execute", subject: text, paths: [folder], command: commandOf(text) } as const;
  return createPolicy(policy).judge({ tool: "terminal", intent, plan: planOf(folder), root, surface: "one-shot" });
}

test("a rule that allows a command allows it in the working folder, not wherever the model likes", async () => {
  const policy = options([], ["execute terminal npm test*"]);
  expect((await commandIn("/repo", "npm test", policy)).verdict).toBe("allow");
  expect((await commandIn("/repo/part", "npm test", policy)).verdict).toBe("allow");
  expect((await commandIn("/elsewhere", "npm test", policy)).verdict).toBe("ask");
  expect((await commandIn("/elsewhere", "npm test", options([], ["execute terminal *"]))).verdict).toBe("allow");
});

test("nothing is executed in the Hermes home, whatever it says", async () => {
  const policy = options([], ["execute terminal *"]);
  expect(await commandIn("/home/u/.hermes", "touch settings.yaml", policy)).toMatchObject({
    verdict: "deny",
    rule: "floor",
  });
});

test("a pattern without a root allows nothing outside the working folder", async () => {
  const policy = createPolicy(options(["allow write *.txt"]));
  const write = async (path: string) =>
    (
      await policy.judge({
        tool: "write_file",
        intent: { effect: "write", subject: path, paths: [path] },
        plan: planOf(path),
        root: "/repo",
        surface: "one-shot",
      })
    ).verdict;
  expect([await write("/repo/a.txt"), await write("/elsewhere/a.txt")]).toEqual(["allow", "ask"]);
});

test("a file with other names counts as outside: only an absolute pattern allows it, and any forbids it", async () => {
  const judge = async (...rules: string[]) =>
    (
      await createPolicy(options(rules)).judge({
        tool: "read_file",
        intent: { effect: "read", subject: "data/a", paths: ["data/a"] },
        plan: [{ path: "data/a", resolved: "/repo/data/a", hasOtherNames: true }],
        root,
        surface: "terminal",
      })
    ).verdict;
  const verdicts = [judge(), judge("allow read data/*"), judge("allow read /repo/data/*"), judge("deny read data/*")];
  expect(await Promise.all(verdicts)).toEqual(["ask", "ask", "allow", "deny"]);
});

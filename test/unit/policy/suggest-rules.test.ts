import { expect, test } from "vitest";
import { suggestRules } from "../../../src/policy/suggest-rules.ts";
import { ruleFor } from "../../../src/policy/rule-offer.ts";
import type { DecidedApproval } from "../../../src/protocol/approval.ts";

const decided = (subject: string, verdict: "allow" | "deny" = "allow"): DecidedApproval => ({
  tool: "terminal",
  effect: "execute",
  subject,
  verdict,
  decidedAt: 1,
});

test("what was allowed three times in the same shape is suggested, what was denied once or expands is not", () => {
  const history = [
    ...["npm test", "npm test -- a", "cd src && npm test | tail -5", "timeout 60 npm test"].map((each) =>
      decided(each),
    ),
    ...["make all", "make all", "make all"].map((each) => decided(each)),
    ...["cargo build", "cargo build", "cargo build"].map((each) => decided(each)),
    decided("cargo build --release", "deny"),
    ...["pytest a", "pytest b"].map((each) => decided(each)),
    ...["npm test $X", "echo $(npm test)", "npm run build > x", "npm\\u{200b} test"].map((each) => decided(each)),
    ...["node -e 'a'", "node -e 'a'", "node -e 'a'"].map((each) => decided(each)),
    { ...decided("x"), tool: "write_file", effect: "write" as const },
  ];
  expect(suggestRules(history)).toEqual([
    { rule: "allow execute terminal npm test *", allowed: 4 },
    { rule: "allow execute terminal make all *", allowed: 3 },
  ]);
});

test.each([
  [["npm", "test", "--", "x"], "npm test *"],
  [["npm", "run", "build"], "npm run build *"],
  [["npm", "install", "left-pad"], "npm install left-pad"],
  [["git", "add", "-A"], "git add *"],
  [["git", "push", "origin", "main"], "git push origin main"],
  [["git", "-c", "a=b", "log"], undefined],
  [["docker", "compose", "up", "-d"], "docker compose up *"],
  [["python", "tool.py", "x"], "python tool.py *"],
  [["python", "-m", "pytest"], "python -m pytest *"],
  [["python", "-c", "import os"], undefined],
  [["./run.sh", "a"], "./run.sh *"],
  [["rm", "-rf", "dist"], "rm -rf dist"],
  [["rm", "a b"], undefined],
  [["rm", "*"], undefined],
  [["sudo", "npm", "test"], "sudo npm test"],
  [["tsc", "--noEmit"], "tsc *"],
])("for %j the rule %j is offered", (words, glob) => {
  expect(ruleFor("terminal", words)).toBe(glob === undefined ? undefined : `execute terminal ${glob}`);
});

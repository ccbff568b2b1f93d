import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openApprovalLab, type ApprovalLab, type LabCall } from "./approval-lab.ts";

const looking = `ls
ls -la
pwd
cat package.json
head -20 README.md
tail -n 5 README.md | wc -l
sed -n '1,10p' src/a.ts
wc -l src/a.ts src/b.ts
find . -name '*.ts' -type f
find src -type f | head -20
rg -n TODO src
rg --files | head
grep -rn export src | grep -v test | sort | uniq -c
grep -n 'TODO|FIXME' src/a.ts 2>/dev/null || echo none
git status
git status --short
git log --oneline -10
git log -p -1 -- src/a.ts | head -40
git diff
git diff --stat HEAD
git diff --cached
git show --stat
git branch -a
git branch --show-current
git blame src/a.ts
git ls-files | wc -l
git rev-parse --show-toplevel
git rev-parse --abbrev-ref HEAD
git remote -v
git tag --list
cd src && ls -l
cd src && cat a.ts && git diff .
du -sh src
stat README.md
file README.md
tree -L 2 2>/dev/null || ls -R
diff src/a.ts src/b.ts
node --version
npm --version
git --version
which node
echo done
cat README.md | tr a-z A-Z | cut -c1-20
sort -u README.md | head -3
jq .scripts package.json 2>&1
basename src/a.ts .ts
realpath src/a.ts
date +%F
uname -a
cmp src/a.ts src/b.ts
test -f package.json && echo yes
sha256sum package.json
nproc
whoami
seq 1 3
printf '%s\\n' a b
ls src 2>&1 | tail -1`.split("\n");
const making = `mkdir -p src/parts
touch src/parts/c.ts
cp src/a.ts src/parts/d.ts
mv src/parts/d.ts src/parts/e.ts
cd src && mkdir -p deep/er
mkdir -p docs && touch docs/index.md`.split("\n");
const proving = [
  "npm test",
  "npm test",
  "npm test -- --watch=false",
  "timeout 60 npm test",
  "npm test 2>&1 | tail -20",
];
const building = ["npm run build", "npm run build | tail -5", "npm run build && npm test"];
const keeping = [
  `git add -A && git commit -m "one thing"`,
  `git add src && git commit -m "another thing"`,
  "git commit --allow-empty -m third",
  "git add README.md",
];
const files: readonly LabCall[] = [
  ...["package.json", "README.md", "src/a.ts", "src/b.ts"].map((path) => ({ name: "read_file", input: { path } })),
  ...["TODO", "export", "const"].map((pattern) => ({ name: "search_files", input: { pattern } })),
  { name: "search_files", input: { pattern: "*.ts", target: "files" } },
  ...Array.from({ length: 8 }, (_, at) => ({
    name: "write_file",
    input: { path: `src/new${at}.ts`, content: `export const n${at} = ${at};\n` },
  })),
  ...Array.from({ length: 6 }, (_, at) => ({
    name: "patch",
    input: { path: `src/new${at}.ts`, old_string: `= ${at}`, new_string: `= ${at + 1}` },
  })),
  { name: "todo", input: { todos: [{ id: "1", content: "look", status: "pending" }] } },
  { name: "process", input: { action: "list" } },
  { name: "session_search", input: { query: "a" } },
];

test("a hundred ordinary tasks ask three times, and only for what runs code", { timeout: 120_000 }, async () => {
  await using lab = await openApprovalLab();
  makeProject(lab);
  const tasks = [...looking, ...files.slice(0, 16), ...making, ...proving, ...files.slice(16), ...building, ...keeping];
  expect(tasks).toHaveLength(100);
  const asked = [];
  for (let at = 0; at < tasks.length; at += 10) {
    const told = await lab.run(tasks.slice(at, at + 10), { answer: () => "session" });
    asked.push(...told.asked);
    expect(told.results.filter((text) => text.startsWith("Refused"))).toEqual([]);
  }
  expect(asked.map(({ subject, offer }) => [subject, offer])).toEqual([
    ["npm test", ["execute terminal npm test *"]],
    ["npm run build", ["execute terminal npm run build *"]],
    [keeping[0], ["execute terminal git add *", "execute terminal git commit *"]],
  ]);
});

test(
  "with nobody there the same tasks read, and everything else is refused and told",
  { timeout: 60_000 },
  async () => {
    await using lab = await openApprovalLab();
    makeProject(lab);
    const tasks = [...looking.slice(0, 20), ...making, ...proving, ...building, ...keeping, ...files.slice(8, 18)];
    const { outcome, results, asked } = await lab.run(tasks.slice(0, 15), { grants: { surface: "one-shot" } });
    expect([outcome.refusedCalls, asked.length, results.some((text) => text.startsWith("Refused"))]).toEqual([
      0,
      0,
      false,
    ]);
    const rest = await lab.run(tasks.slice(20, 34), { grants: { surface: "one-shot" } });
    const last = await lab.run(tasks.slice(34), { grants: { surface: "one-shot" } });
    const refused = [...rest.results, ...last.results];
    expect([rest.outcome.refusedCalls + last.outcome.refusedCalls, refused.length]).toEqual([28, 28]);
    expect(refused.every((text) => text.startsWith("Refused: ") && !/--yes|--allow|settings/.test(text))).toBe(true);
  },
);

function makeProject({ root, programs }: ApprovalLab): void {
  writeFileSync(join(programs, "npm"), "#!/bin/sh\necho ran\n", { mode: 0o755 });
  mkdirSync(join(root, "src"));
  writeFileSync(join(root, "package.json"), '{ "name": "x", "scripts": { "test": "true", "build": "true" } }\n');
  writeFileSync(join(root, "README.md"), "# x\n\nAn example.\n");
  for (const name of ["a", "b"]) writeFileSync(join(root, "src", `${name}.ts`), `export const ${name} = 1; // TODO\n`);
  const git = (...args: readonly string[]): void => void execFileSync("git", args, { cwd: root, stdio: "ignore" });
  git("init", "-q");
  git("config", "user.email", "a@example.org");
  git("config", "user.name", "a");
  git("add", "-A");
  git("commit", "-qm", "start");
}

import { spawn } from "node:child_process";
import {
  chownSync,
  copyFileSync,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { bubblewrapEngine } from "../bubblewrap-engine.ts";
import { describeWith } from "../describe-with.ts";
import { startModelServer } from "../emulators/model-server.ts";
import { repository } from "./copy-clone.ts";
import { ended, endpoint, newPlace, runHermes, type Ended, type Place } from "./run-hermes.ts";

/** Keys, names of Hermes, and what makes a program run something of somebody else's when it starts. */
const planted = `
  HERMES_TOKEN HERMES_API_KEY_2 HERMES_SECRET OPENAI_API_KEY_2 ANTHROPIC_API_KEY_2 GITHUB_TOKEN
  AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN SLACK_BOT_TOKEN TELEGRAM_BOT_TOKEN DATABASE_URL PGPASSWORD BASH_ENV
  ENV PROMPT_COMMAND PS4 BASHOPTS_X CDPATH IFS_X BASH_FUNC_ls%% LD_BIND_NOT_X LD_PROFILE_OUTPUT LD_ORIGIN_X
  GCONV_PATH DYLD_INSERT_LIBRARIES NODE_REPL_HISTORY NODE_PATH PYTHONSTARTUP PYTHONPATH PYTHONHOME PERL5OPT
  PERL5LIB RUBYOPT RUBYLIB JAVA_TOOL_OPTIONS _JAVA_OPTIONS GIT_EXTERNAL_DIFF GIT_SSH_COMMAND GIT_ASKPASS
  GIT_PAGER GIT_CONFIG_GLOBAL GIT_EXEC_PATH EDITOR PAGER LESSOPEN MANPAGER RIPGREP_CONFIG_PATH`
  .trim()
  .split(/\s+/);
const canary = (name: string): string => `canary-of-${name}-end`;
const canaries = Object.fromEntries(planted.map((name) => [name, canary(name)]));

/** Runs one command as the model would, and tells what it printed. */
async function terminal(
  command: string,
  start: (args: readonly string[], env: Readonly<Record<string, string>>) => Promise<Ended>,
): Promise<string> {
  let printed = "";
  await using server = await startModelServer({
    reply: ({ results }) => {
      printed = results.at(-1) ?? printed;
      return results.length === 0 ? { calls: [{ name: "terminal", arguments: { command } }] } : { text: "Done." };
    },
  });
  const { exitCode, stderr } = await start(["-p", "Look", "--yes"], { ...canaries, ...endpoint(server.baseUrl) });
  expect([exitCode, /sandbox/.exec(stderr)], stderr).toEqual([0, null]);
  return printed;
}

const looking = `env; cat /proc/self/environ /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n'; tr '\\0' '\\n' </proc/$PPID/environ`;
const found = `{ ${looking}; } 2>/dev/null | grep -a -o -e 'canary-of-[^ ]*-end' -e 'test-ke[y]' -e '^HERMES_[^=]*' | sort -u`;

describeWith(await bubblewrapEngine())("a command in the sandbox", () => {
  test("sees none of the planted variables, in no process; what the owner lets through it sees", async () => {
    using place = newPlace();
    const start = (args: readonly string[], env: Readonly<Record<string, string>>) => runHermes(place, args, { env });
    expect(await terminal(`${found}; echo looked`, start)).toMatch(/^looked\n\[exit 0/);
    const allowed = { HERMES_SET_WORKSPACES__LOCAL__ENVIRONMENT: "PGPASSWORD,HERMES_TOKEN" };
    expect(await terminal(`${found}; echo looked`, (args, env) => start(args, { ...env, ...allowed }))).toMatch(
      new RegExp(`^${canary("PGPASSWORD")}\nlooked\n\\[exit 0`),
    );
  });

  test("without the sandbox the environment that Hermes was started with can be read", async () => {
    using place = newPlace();
    const off = { HERMES_SET_WORKSPACES__LOCAL__SANDBOX: "off" };
    const start = (args: readonly string[], env: Readonly<Record<string, string>>) =>
      runHermes(place, args, { env: { ...env, ...off } });
    expect(await terminal(`env | grep -c canary; ${found} | grep -c canary`, start)).toMatch(
      new RegExp(`^0\n${planted.length}\n\\[exit 0`),
    );
  });

  test("cannot write in the home, read the ledger or leave a setting, as an ordinary user neither", async () => {
    using place = newPlace();
    const { home } = place;
    const attack = `ls -A ${home}; echo 'model: {}' 2>&1 >${home}/settings.yaml; cat ${home}/hermes.db; rm -rf ${home}/hermes.db ${home}; id -u`;
    writeFileSync(join(place.folder, "attack.sh"), attack); // what is not in the text of a command, no rule can see
    const user = process.getuid?.() === 0 ? 12_345 : undefined;
    const start = user === undefined ? startHere(place) : startAs(place, user);
    const printed = await terminal("sh attack.sh 2>&1", start);
    expect(printed).toContain("settings.yaml: Read-only file system\n");
    expect(printed).toContain(`\n${user ?? process.getuid?.()}\n[exit 0`);
    expect(printed).not.toMatch(/SQLite|Done/);
    expect(existsSync(join(home, "settings.yaml"))).toBe(false);
    expect(readdirSync(home)).toContain("hermes.db");
    expect(readFileSync(join(home, "hermes.db"), "latin1")).toMatch(/^SQLite format 3/);
  });
});

function startHere(place: Place) {
  return (args: readonly string[], env: Readonly<Record<string, string>>) => runHermes(place, args, { env });
}

/** With a copy of the program, since nobody else may be able to read ours. */
function startAs(place: Place, user: number) {
  const parent = dirname(place.home);
  const program = join(parent, "program");
  mkdirSync(program);
  cpSync(join(repository, "dist"), join(program, "dist"), { recursive: true });
  copyFileSync(join(repository, "package.json"), join(program, "package.json"));
  const node = join(program, "node");
  try {
    linkSync(process.execPath, node);
  } catch {
    copyFileSync(process.execPath, node); // on another disk
  }
  for (const folder of [parent, place.folder]) chownSync(folder, user, user);
  return (args: readonly string[], env: Readonly<Record<string, string>>) =>
    ended(
      spawn(node, [join(program, "dist", "main.js"), ...args], {
        cwd: place.folder,
        env: { ...place.env, ...env },
        uid: user,
        gid: user,
        stdio: ["ignore", "pipe", "pipe"],
      }),
    );
}

import { lineOf, type ExactCommand } from "./exact-commands.ts";

/** Programs whose first words say what they do; how many words that are beside the name, and where there is one more. */
const verbs: Readonly<Record<string, { readonly words: number; readonly deeper?: readonly string[] }>> = {
  git: { words: 1, deeper: ["stash", "worktree", "remote", "submodule", "bisect"] },
  npm: { words: 1, deeper: ["run", "exec"] },
  pnpm: { words: 1, deeper: ["run", "exec"] },
  yarn: { words: 1, deeper: ["run"] },
  bun: { words: 1, deeper: ["run"] },
  npx: { words: 1 },
  cargo: { words: 1 },
  go: { words: 1, deeper: ["mod"] },
  docker: { words: 1, deeper: ["compose", "image", "container", "volume"] },
  make: { words: 1 },
  just: { words: 1 },
  task: { words: 1 },
  pip: { words: 1 },
  uv: { words: 1, deeper: ["run", "pip"] },
  poetry: { words: 1, deeper: ["run"] },
  gradle: { words: 1 },
  mvn: { words: 1 },
  dotnet: { words: 1 },
  bundle: { words: 1, deeper: ["exec"] },
  terraform: { words: 1 },
};
/** Programs that build or check, whatever follows. */
const builders: ReadonlySet<string> = new Set(
  "tsc eslint oxlint oxfmt prettier biome vitest jest mocha pytest mypy ruff black flake8 pyright rustc rustfmt clippy gcc clang g++ cmake ninja shellcheck phpunit rspec".split(
    " ",
  ),
);
/** Programs that run the file in their first operand. */
const interpreters: ReadonlySet<string> = new Set("node python python3 ruby perl bash sh tsx deno bun php".split(" "));
/** Verbs that reach further than a person means when they say yes to one: only word for word. */
const grave: ReadonlySet<string> = new Set(
  "push publish login config clean exec apply destroy x dlx install i add".split(" "),
);

/** The rule, without its verdict, that allows this and what is like it; `undefined` when none is safe to offer. */
export function ruleFor(tool: string, command: ExactCommand): string | undefined {
  const glob = globFor(command);
  return glob === undefined ? undefined : `execute ${tool} ${glob}`;
}

function globFor(command: ExactCommand): string | undefined {
  const [program = "", script = "", module = ""] = command;
  if (Object.hasOwn(verbs, program)) return globByVerb(command);
  if (builders.has(program) || /^\.{1,2}\/[\w@./-]+$/.test(program)) return `${program} *`;
  if (!interpreters.has(program)) return wordForWord(command);
  if (isPlain(script)) return `${program} ${script} *`;
  return script === "-m" && isPlain(module) ? `${program} -m ${module} *` : undefined;
}

function globByVerb(command: ExactCommand): string | undefined {
  const [program = "", first = "", second = ""] = command;
  if ((grave.has(first) && !(program === "git" && first === "add")) || command.length === 1)
    return wordForWord(command);
  const { words = 1, deeper = [] } = verbs[program] ?? {};
  const count = deeper.includes(first) ? 2 : words;
  if (!isPlain(first) || (count === 2 && !isPlain(second))) return undefined;
  return `${command.slice(0, count + 1).join(" ")} *`;
}

/** Only words that cannot be read in two ways. */
function wordForWord(command: ExactCommand): string | undefined {
  return command.every((word) => /^[\w@%+=:,./-]+$/.test(word)) ? lineOf(command) : undefined;
}

function isPlain(word: string): boolean {
  return /^[\w@][\w@:./-]*$/.test(word);
}

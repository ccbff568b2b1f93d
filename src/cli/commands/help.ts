import { exitCodes } from "../exit-codes.ts";
import { writeOut } from "../write-line.ts";
import { commandNamed, commandNames } from "./catalogue.ts";

export async function showHelp(): Promise<number> {
  await writeOut(helpText());
  return exitCodes.done;
}

export function helpText(): string {
  const commands = commandNames().map((name) => {
    const command = commandNamed(name);
    return `  hermes ${(command?.usage ?? name).padEnd(52)} ${command?.summary ?? ""}`;
  });
  return `Hermes does tasks on your machines with any model, and writes down every step.

  hermes -p "TASK"       do one task: the answer on standard output, progress on standard error
  hermes -p -            the task comes on standard input
  hermes -p "TASK" -c    go on with the newest session of this command line
${commands.join("\n")}

Options
  -c, --continue         go on with the newest session
  -r, --resume ID        go on with this session (the beginning of its id is enough)
  -m, --model MODEL      use this model this time: provider/model
  -y, --yes              answer every question of this run with yes; deny rules still hold
      --allow RULE       allow this in this run: "EFFECT [TOOL] GLOB", as in "execute terminal npm test*"
      --json             one JSON object a line (events of -p, rows of listings)
      --set KEY=VALUE    change a setting this time
      --limit N          how many rows a listing shows
      --from, --to WHEN  search this time: 2026-11-20, yesterday, last week, 3 days ago; --to is included
      --surface NAME     search the sessions that were opened there; --person ID those of this person
      --summarize        a summary by a model, with its sources, before what was found
      --since WHEN, --run ID                   for audit: 2026-11-22, or 12h, 7d ago; of one run
      --from-env VAR, --passphrase             for secrets: see hermes secrets help
      --without-secrets, --into HOME, --force  for backup and restore
      --session ID       workspace: this session instead of the newest of this folder
      --list             workspace undo: show the checkpoints
      --to ID            workspace undo: everything since (and with) this checkpoint
      --force, --keep    workspace undo: overwrite what was changed since, or leave it and undo the rest
      --ephemeral        keep nothing: the ledger is in memory, and no change can be undone
  -h, --help             this
  -v, --version          the version

Models: set a key (OPENROUTER_API_KEY, OPENAI_API_KEY, ANTHROPIC_API_KEY, …), or your own endpoint with
HERMES_BASE_URL, HERMES_API_KEY, HERMES_MODEL and HERMES_API (openai-chat, openai-responses, anthropic-messages).
Everything is kept in ~/.hermes, or in HERMES_HOME.

Exit codes: 0 done · 1 failed · 2 usage · 3 a call needed an approval that nobody could give · 130 interrupted
`;
}

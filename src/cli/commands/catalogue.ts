import type { CommandLine } from "../command-line.ts";

export type RunCommand = (line: CommandLine) => Promise<number>;

export type Command = {
  readonly usage: string;
  readonly summary: string;
  /** Loaded when it is called, so that no command pays for another. */
  load(): Promise<RunCommand>;
};

const commands: Readonly<Record<string, Command>> = {
  sessions: {
    usage: "sessions [list | show ID | search QUERY]",
    summary: "what was done before, and where to take it up",
    load: async () => (await import("./sessions.ts")).runSessions,
  },
  model: {
    usage: "model [list [WORDS] | use MODEL | test [MODEL]]",
    summary: "which model works: see, switch, try",
    load: async () => (await import("./model.ts")).runModel,
  },
  workspace: {
    usage: "workspace [status | undo | list | use NAME | stop]",
    summary: "the folder the work is in: its state, and taking changes back",
    load: async () => (await import("./workspace.ts")).runWorkspace,
  },
  usage: {
    usage: "usage [--json]",
    summary: "tokens and cost, by day and model",
    load: async () => (await import("./usage.ts")).runUsage,
  },
  approvals: {
    usage: "approvals [list | suggest | confirm | add RULE]",
    summary: "rules about what runs without a question",
    load: async () => (await import("./approvals.ts")).runApprovals,
  },
  secrets: {
    usage: "secrets [list | set NAME | remove NAME | …]",
    summary: "keys and tokens: used by name, never shown to a model",
    load: async () => (await import("./secrets.ts")).runSecrets,
  },
  audit: {
    usage: "audit [verify]",
    summary: "who allowed what, by which rule; whether the record is whole",
    load: async () => (await import("./audit.ts")).runAudit,
  },
  backup: {
    usage: "backup FILE",
    summary: "everything in one file, also while others work: encrypted, or without secrets",
    load: async () => (await import("./backup.ts")).runBackup,
  },
  restore: {
    usage: "restore FILE [--into HOME]",
    summary: "what backup kept, verified before anything is touched",
    load: async () => (await import("./restore.ts")).runRestore,
  },
  config: {
    usage: "config [list | get KEY | set KEY VALUE | path]",
    summary: "every setting, its value and where it comes from",
    load: async () => (await import("./config.ts")).runConfig,
  },
};

export function commandNamed(name: string): Command | undefined {
  return Object.hasOwn(commands, name) ? commands[name] : undefined;
}

export function commandNames(): readonly string[] {
  return Object.keys(commands);
}

import type { ToolIntent } from "./tool.ts";
import type { PlannedPath } from "./workspace.ts";

/** `one-shot` is `-p`: nobody is there to be asked. */
export type AskingSurface = "terminal" | "one-shot" | "group";

/** What has to be looked up, where the command would run, before it can be judged. */
export type CommandNeeds = {
  /** Words that start a program, as written, each once. */
  readonly programs: readonly string[];
  /** Words that may name files, as written or with the folder of a `cd` in front; each once, at most 64. */
  readonly files: readonly string[];
  /** Those of them that a program runs as its script. */
  readonly scripts: readonly string[];
};

/** `file`: absolute path, links resolved. `none`: nothing of that name, or only a builtin or a word of the shell. */
export type ProgramFact = {
  readonly word: string;
  readonly kind: "file" | "function" | "alias" | "hash" | "none";
  readonly path: string | undefined;
};

/** `hash`: SHA-256 (hex) of its content; `undefined` for what is no file, is too long, or was not asked for. */
export type FileFact = { readonly word: string; readonly resolved: string; readonly hash: string | undefined };

/** What a command would meet. The approval of a command binds to all of it. */
export type CommandFacts = {
  /** Where it would run: absolute, links resolved. */
  readonly folder: string;
  readonly programs: readonly ProgramFact[];
  readonly files: readonly FileFact[];
  /** Variables that change what is started or run, and exported ones, where they differ from the session's start. */
  readonly variables: Readonly<Record<string, string>>;
};

/** That something from outside came into the session, and what the owner asked for in their own words. */
export type Taint = { readonly source: string; readonly ownerWords: string };

export type PolicyRequest = {
  readonly tool: string;
  readonly intent: ToolIntent;
  /** What `intent.paths` stand for. */
  readonly plan: readonly PlannedPath[];
  /** Resolved root of the workspace. */
  readonly root: string;
  readonly surface: AskingSurface;
  /** For a command; absent: not looked up. */
  readonly facts?: CommandFacts;
  /** Absent while nothing from outside is known to the model. */
  readonly taint?: Taint;
};

/** `rule` names what decided, in the rule language or as `default: …`; `reason` is one sentence for a person. */
export type PolicyVerdict = {
  readonly verdict: "allow" | "ask" | "deny";
  readonly rule: string;
  readonly reason: string;
  /** Nobody but a person who reads this very question may answer it: no flag does. */
  readonly isPersonal?: true;
  /** Rules, without their verdict, that would allow this and what is like it; absent where none is safe to offer. */
  readonly offer?: readonly string[];
};

export interface Policy {
  /** Pure, but for loading the grammar of the shell. `undefined` for what is no command. */
  needsOf(tool: string, intent: ToolIntent): Promise<CommandNeeds | undefined>;
  /** Pure, but for loading the grammar of the shell. */
  judge(request: PolicyRequest): Promise<PolicyVerdict>;
  /** From where the result comes when it is not the owner's own: what marks the run. Pure, as `judge`. */
  outsideSource(request: PolicyRequest): Promise<string | undefined>;
}

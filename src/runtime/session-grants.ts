import type { CommandNeeds, FileFact } from "../protocol/policy.ts";

/** What a person allowed for the rest of a session, and the scripts as they were then. Ends with the process. */
export class SessionGrants {
  #rules: readonly string[] = [];
  readonly #scripts = new Map<string, string | undefined>();

  /** The same array until a rule is added. */
  get rules(): readonly string[] {
    return this.#rules;
  }

  add(rules: readonly string[], scripts: readonly FileFact[]): void {
    this.#rules = [...new Set([...this.#rules, ...rules])];
    for (const { resolved, hash } of scripts) this.#scripts.set(resolved, hash);
  }

  /** The script that is not what it was when it was allowed; `undefined` when all are. */
  changedScript(scripts: readonly FileFact[]): string | undefined {
    return scripts.find(({ resolved, hash }) => this.#scripts.has(resolved) && this.#scripts.get(resolved) !== hash)
      ?.resolved;
  }
}

/** The facts about the files that a program runs as its script; what it reads unasked (`package.json`) is not among them. */
export function scriptFacts(needs: CommandNeeds | undefined, files: readonly FileFact[]): readonly FileFact[] {
  return files.filter(({ word }) => needs?.scripts.includes(word) === true);
}

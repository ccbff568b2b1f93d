import type { CommandFacts, PolicyRequest, ProgramFact } from "../protocol/policy.ts";
import { isStartupHook } from "./startup-hooks.ts";

/**
 * A sentence about why words that were allowed may not be what runs, or `undefined`. What is allowed without a question
 * is a file that nobody put into the working folder, found where the session began to look.
 */
export function whatIsUncertain({ root, facts }: PolicyRequest, isByRule: boolean): string | undefined {
  if (facts === undefined) return undefined;
  for (const program of facts.programs) {
    const problem = problemOf(program, root);
    if (problem !== undefined) return problem;
  }
  return isByRule ? changedVariable(facts) : undefined;
}

function problemOf({ word, kind, path }: ProgramFact, root: string): string | undefined {
  switch (kind) {
    case "function":
      return `${JSON.stringify(word)} is a function of the shell now.`;
    case "alias":
      return `${JSON.stringify(word)} is an alias of the shell now.`;
    case "hash":
      return `The shell remembers ${JSON.stringify(word)} at ${path ?? "another place"}.`;
    case "file":
      return !word.includes("/") && path !== undefined && path.startsWith(root === "/" ? "//" : `${root}/`)
        ? `${JSON.stringify(word)} is ${path}, in the working folder, where anybody who writes there can change it.`
        : undefined;
    case "none":
      return undefined;
  }
}

function changedVariable({ variables }: CommandFacts): string | undefined {
  const name = Object.keys(variables).find(isStartupHook);
  return name === undefined ? undefined : `${name} was changed in this shell, and it decides what runs.`;
}

import { AgentError } from "../protocol/agent-error.ts";

const wellFormed = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;
/** Variables that change which program runs, or what runs before it. */
const steering =
  /^(?:PATH|HOME|IFS|ENV|SHELL|SHELLOPTS|BASHOPTS|PS4|PROMPT_COMMAND|EDITOR|VISUAL|PAGER|CDPATH|GLOBIGNORE|CLASSPATH|BASH_.*|LD_.*|DYLD_.*|HERMES_.*|NODE_.*|PYTHON.*|PERL.*|RUBY.*|JAVA_TOOL_OPTIONS|_JAVA_OPTIONS|JDK_JAVA_OPTIONS|GIT_(?!TOKEN$|PASSWORD$).*|SSH_ASKPASS|LESSOPEN|LESSCLOSE)$/i;
const ownKeys: ReadonlySet<string> = new Set(["HERMES_API_KEY"]);

/** A name becomes a variable of a command: it throws `bad-usage` for one that cannot be, or that would steer it. */
export function checkSecretName(name: string): void {
  if (!wellFormed.test(name)) {
    throw new AgentError(
      "bad-usage",
      `${JSON.stringify(name)} cannot name a secret: use letters, digits, _ and -, as in GITHUB_TOKEN.`,
    );
  }
  if (!ownKeys.has(name) && steering.test(variableOf(name))) {
    throw new AgentError("bad-usage", `${name} steers programs and cannot name a secret: give it another name.`);
  }
}

/** The variable in which a command finds it. */
export function variableOf(name: string): string {
  return name.replaceAll("-", "_");
}

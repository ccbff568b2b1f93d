import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { platform, release } from "node:os";
import { dirname } from "node:path";
import { AgentError } from "../../protocol/agent-error.ts";
import { enclosed, enclosureIdentity, probeEnclosure, usualPrograms, type CommandLine } from "./bubblewrap.ts";

export type SandboxMode = "auto" | "off" | "required";

export type SandboxOptions = {
  /** `auto`: used where it works, and said where it does not. `required`: no command runs without it. */
  readonly mode: SandboxMode;
  /** Absolute folders that no command may see or change. */
  readonly hidden: readonly string[];
  /** A file in a hidden folder that remembers from one process to the next what works here and what was told. */
  readonly record?: string;
  /** A sentence for the person, once. */
  readonly notice: (text: string) => void;
  /** Where bubblewrap is looked for; the usual places when absent. */
  readonly programs?: readonly string[];
};

type Known = { readonly works?: string; readonly told?: string };
type Failure = { readonly why: string; readonly fix: string };

/**
 * Stands between this process and each command line it starts. Finds out at the first one, not before, whether the
 * sandbox works here; once it has worked with this program, kernel and user, it is never left out again by itself.
 */
export class Sandbox {
  readonly #options: SandboxOptions;
  #decision: Promise<string | undefined> | undefined;
  #known: Known | undefined;
  #isDoubted = false;

  constructor(options: SandboxOptions) {
    this.#options = options;
  }

  /**
   * The line that starts `line` inside, `line` itself where there is no sandbox. `kept` are existing folders that
   * commands need as they are, wherever they lie. Throws `workspace-unavailable` where it is required and does not work.
   */
  async around(line: CommandLine, kept: readonly string[]): Promise<CommandLine> {
    const program = await this.#program();
    return program === undefined ? line : enclosed(program, line, { hidden: this.#options.hidden, kept });
  }

  /** Something inside ended before it began: the next line is started only when the sandbox is found to work. */
  doubt(): void {
    if (this.#options.mode === "off") return;
    this.#isDoubted = true;
    this.#decision = undefined;
  }

  async #program(): Promise<string | undefined> {
    if (this.#options.mode === "off") return undefined;
    this.#decision ??= this.#decide();
    try {
      return await this.#decision;
    } catch (error) {
      this.#decision = undefined; // it may be mended while this process runs
      throw error;
    }
  }

  async #decide(): Promise<string | undefined> {
    const program = (this.#options.programs ?? usualPrograms).find(isFile);
    this.#known ??= readRecord(this.#options.record);
    if (program === undefined) return this.#without(missing(), false);
    const identity = enclosureIdentity(program, release());
    const hasWorked = this.#known.works === identity;
    if (hasWorked && !this.#isDoubted) return program;
    const failure = await tried(program, this.#options.hidden);
    if (failure !== undefined) return this.#without(failure, hasWorked);
    this.#isDoubted = false;
    if (!hasWorked) this.#learn({ works: identity });
    return program;
  }

  #without(failure: Failure, hasWorked: boolean): undefined {
    if (this.#options.mode === "required" || hasWorked) throw refusal(failure, hasWorked);
    if (this.#known?.told === failure.why) return;
    const { why, fix } = failure;
    this.#options.notice(
      `Commands run without a sandbox: ${why}. To have one, ${fix}; to do without, hermes config set workspaces.local.sandbox off.`,
    );
    this.#learn({ told: why });
  }

  #learn(known: Known): void {
    this.#known = known;
    writeRecord(this.#options.record, known);
  }
}

async function tried(program: string, hidden: readonly string[]): Promise<Failure | undefined> {
  const why = await probeEnclosure(program, { hidden, kept: [] });
  if (why === undefined) return undefined;
  return {
    why: `bubblewrap does not work here (${why})`,
    fix: "allow unprivileged user namespaces (sysctl kernel.apparmor_restrict_unprivileged_userns=0, kernel.unprivileged_userns_clone=1, user.max_user_namespaces above 0; in a container, its own rights)",
  };
}

function missing(): Failure {
  return platform() === "linux"
    ? { why: "bubblewrap is not installed", fix: "install the package bubblewrap" }
    : { why: `bubblewrap does not exist for ${platform()}`, fix: "run Hermes on Linux" };
}

function refusal({ why, fix }: Failure, hasWorked: boolean): AgentError {
  const reason = hasWorked ? "the sandbox worked here before" : "workspaces.local.sandbox is required";
  return new AgentError(
    "workspace-unavailable",
    `No command is run: ${reason}, and ${why}. To go on, ${fix}, or let the owner set workspaces.local.sandbox to off.`,
  );
}

function readRecord(file: string | undefined): Known {
  if (file === undefined) return {};
  try {
    const known: unknown = JSON.parse(readFileSync(file, "utf8"));
    if (typeof known !== "object" || known === null) return {};
    return {
      ...("works" in known && typeof known.works === "string" ? { works: known.works } : {}),
      ...("told" in known && typeof known.told === "string" ? { told: known.told } : {}),
    };
  } catch {
    return {}; // nothing known: it is found out, and told, again
  }
}

function writeRecord(file: string | undefined, known: Known): void {
  if (file === undefined) return;
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const beside = `${file}.${process.pid}.new`;
    writeFileSync(beside, `${JSON.stringify(known)}\n`, { mode: 0o600 });
    renameSync(beside, file);
  } catch {
    // a full disk: found out again next time
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

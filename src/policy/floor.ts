import { plainText } from "../lib/plain-text.ts";
import type { NeedsOfScript } from "./command-needs.ts";
import { nameOf, type PossibleCommand } from "./look-through.ts";
import { couldBeHomeFromSomewhere, couldNameHome, spellings, withHome, type Protected } from "./named-places.ts";
import type { Script } from "./read-script.ts";

const systemFolder =
  /^\/(bin|boot|dev|etc|home|lib|lib32|lib64|opt|proc|root|sbin|srv|sys|usr|var|Users|System|Library)?(\/\*?|\*)?$/;
const wildAtTheTop = /^\/[^/]*[*?[][^/]*\/?$/;
const diskDevice = /^\/dev\/(sd|hd|vd|xvd|nvme|mmcblk|disk|rdisk|mapper\/|dm-|md|loop)/;
const home = "It names the Hermes home, where policy and keys are: that is not the agent's to touch.";
const gate = "It changes what Hermes may do; that is the owner's to do.";
const disk = "It overwrites a disk.";
const itself = "It ends Hermes itself, or everything.";

export type FloorCase = {
  readonly text: string;
  readonly script: Script;
  readonly possible: readonly PossibleCommand[];
  readonly needs: Pick<NeedsOfScript, "named" | "adrift">;
  /** Where it would run; `undefined` while that is not known. */
  readonly folder: string | undefined;
};

/**
 * The sentence that says why a command must never run, or `undefined`. A net under a mistake, not a wall against an
 * attacker: it reads the text of a command, and a program can always hide what it does.
 */
export function floorOf({ text, script, possible, needs, folder }: FloorCase, kept: Protected): string | undefined {
  const plain = plainText(text);
  if (/([^\s(]+)\s*\(\)\s*\{[^}]*?[\s{;]?\1\s*\|\s*\1\s*&/.test(plain))
    return "It starts copies of itself without end.";
  if (namesHome(plain, kept)) return home;
  const targets = script.commands.flatMap(({ redirects }) => redirects.flatMap(({ target }) => target?.loose ?? []));
  if (targets.some((target) => diskDevice.test(target))) return disk;
  if ([...targets, ...possible.flat()].some((word) => couldNameHome(word, kept) || namesHome(word, kept))) return home;
  const placed = needs.named.map((word) => (folder === undefined || /^[/~$]/.test(word) ? word : `${folder}/${word}`));
  if (placed.some((word) => couldNameHome(word, kept))) return home;
  if (needs.adrift.some((word) => couldBeHomeFromSomewhere(word, kept))) return home;
  for (const words of possible) {
    const problem = problemOf(words.map(plainText), kept);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function namesHome(command: string, { hermesHomes, userHome }: Protected): boolean {
  const text = command
    .replaceAll(/["'\\]/g, "")
    .replaceAll(/~(?=\/)|\$\{?HOME\}?/g, userHome)
    .replaceAll(/\/(\.?\/)+/g, "/");
  return /\bHERMES_HOME\b/.test(text) || hermesHomes.some((folder) => named(folder).test(text));
}

function named(folder: string): RegExp {
  return new RegExp(`${folder.replaceAll(/[\\^$.|?+()[\]{}*]/g, String.raw`\$&`)}(?![\\w.-])`);
}

function problemOf(words: PossibleCommand, kept: Protected): string | undefined {
  const [first = "", ...operands] = words;
  const name = nameOf(first);
  if (/^(mkfs(\..+)?|wipefs|blkdiscard|mke2fs)$/.test(name))
    return "It makes a file system anew: what was on the disk is lost.";
  if (name === "dd" && operands.some((word) => word.startsWith("of=") && diskDevice.test(word.slice(3)))) return disk;
  if (["shred", "tee", "cp"].includes(name) && operands.some((word) => diskDevice.test(word))) return disk;
  if (["kill", "pkill", "killall", "skill"].includes(name) && operands.some(isSupervisor)) return itself;
  if (endsService(name, operands)) return itself;
  if (changesGate(words)) return gate;
  return destroysFolder(name, operands, kept) ? "It destroys the disk, the home folder or the system." : undefined;
}

function endsService(name: string, operands: readonly string[]): boolean {
  if (name !== "systemctl" && name !== "service" && name !== "launchctl" && name !== "rc-service") return false;
  return (
    operands.some((word) => /(^|[/.])hermes/.test(word)) &&
    operands.some((word) => /^(stop|kill|disable|mask|bootout|unload|remove)$/.test(word))
  );
}

/** Hermes itself, by any path or through its runtime, told to change its settings or to confirm its rules. */
function changesGate(words: PossibleCommand): boolean {
  const at = words.findIndex(
    (word) => /^(hermes|hermes-agent-ts)(\.js)?$/.test(nameOf(word)) || /(^|\/)dist\/main\.js$/.test(word),
  );
  const rest = at === -1 ? [] : words.slice(at + 1).filter((word) => !word.startsWith("-"));
  const [command, action] = rest;
  if (command === "approvals") return action === "confirm" || action === "add" || action === "remove";
  return (command === "config" && action === "set") || (command === "model" && action === "use");
}

function destroysFolder(name: string, operands: readonly string[], kept: Protected): boolean {
  if (name === "rm" && operands.some((word) => word.startsWith("--no-pr"))) return true;
  return targetsOf(name, operands).some((word) => spellings(word).some((spelling) => isVital(spelling, kept)));
}

/** The folders whose whole content such a command destroys, takes away or makes unusable. */
function targetsOf(name: string, operands: readonly string[]): readonly string[] {
  if (name === "mv") return operands.slice(0, -1);
  if (name === "find")
    return operands.some((word) => /^-(delete|exec|execdir)$/.test(word)) ? operands.slice(0, 1) : [];
  // a long option may be cut short, as far as it stays the only one that begins so
  const isRecursive = operands.some((word) => /^-[a-zA-Z]*[rR]|^--r(e(c(u(r(s(i(ve?)?)?)?)?)?)?)?$/.test(word));
  return ["rm", "chmod", "chown", "chgrp"].includes(name) && isRecursive ? operands : [];
}

function isVital(word: string, { userHome }: Protected): boolean {
  const path = withHome(word, userHome).replaceAll(/\/(\.?\/)+/g, "/");
  if (systemFolder.test(path) || wildAtTheTop.test(path)) return true;
  return path.replace(/\/(\*|\.\*|\.|\.?[?[].*|\{.*)?$/, "") === userHome;
}

function isSupervisor(word: string): boolean {
  return /^(-1|1|0|\$\{?PPID\}?|\$\{?HERMES_\w*\}?|\S*\bhermes\b\S*)$/.test(word) && word !== "-0";
}

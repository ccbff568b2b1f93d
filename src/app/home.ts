import { createHash } from "node:crypto";
import { accessSync, constants, mkdirSync, statSync } from "node:fs";
import { userInfo } from "node:os";
import { join, resolve } from "node:path";
import { AgentError } from "../protocol/agent-error.ts";
import { settleRestore } from "./interrupted-restore.ts";
import type { Environment } from "./config/environment.ts";

export type Home = {
  readonly folder: string;
  readonly database: string;
  readonly journal: string;
  readonly outputs: string;
  readonly cache: string;
  /** What is known of the sandbox of this machine. */
  readonly sandbox: string;
  /** Encrypted. */
  readonly secrets: string;
  /** What files were before calls changed them: in the home, where commands may not write. */
  readonly checkpoints: string;
};

/** Where everything of Hermes lives: `HERMES_HOME`, else `~/.hermes`; empty variables count as not set. */
export function homeFolder(environment: Environment): string {
  const { HERMES_HOME: named = "", HOME: user = "" } = environment;
  if (named !== "") return resolve(named);
  return join(user === "" ? folderOfUser() : user, ".hermes");
}

function folderOfUser(): string {
  try {
    return userInfo().homedir;
  } catch (error) {
    throw new AgentError("bad-home", "This user has no home folder: set HERMES_HOME to a folder.", { cause: error });
  }
}

/**
 * Where the lasting shell of a session keeps jobs and state: in the user's state folder, since commands write there and
 * may not write in the home. Two homes never share one.
 */
export function sessionFolder(home: Home, environment: Environment, sessionId: string): string {
  return join(sessionFolders(home, environment), sessionId);
}

/** Where the folders of all sessions of a home are. */
export function sessionFolders(home: Home, environment: Environment): string {
  const owner = createHash("sha256").update(home.folder).digest("hex").slice(0, 12);
  return join(stateFolder(environment), owner);
}

/** What Hermes keeps outside of its homes, for all of them. */
export function stateFolder(environment: Environment): string {
  const { XDG_STATE_HOME: named = "", HOME: user = "" } = environment;
  const state = named.startsWith("/") ? named : join(user === "" ? folderOfUser() : user, ".local", "state");
  return join(state, "hermes");
}

/**
 * What must not lie beside the data it protects: keys of secrets, and the anchors of audits. Not in the home, so that a
 * copy of the home alone opens nothing.
 */
export function keyFolder(environment: Environment): string {
  const { XDG_DATA_HOME: named = "", HOME: user = "" } = environment;
  const data = named.startsWith("/") ? named : join(user === "" ? folderOfUser() : user, ".local", "share");
  return join(data, "hermes", "keys");
}

/** The places in a home, whether it is there or not. */
export function homeAt(folder: string): Home {
  return {
    folder,
    database: join(folder, "hermes.db"),
    journal: join(folder, "reserve.journal"),
    outputs: join(folder, "cache", "outputs"),
    cache: join(folder, "cache"),
    sandbox: join(folder, "cache", "sandbox.json"),
    secrets: join(folder, "secrets"),
    checkpoints: join(folder, "checkpoints"),
  };
}

/**
 * Makes the folder if it is missing; ends a restore that was killed, and tells it. Throws `bad-home` when it cannot be
 * used, and touches nothing of another program.
 */
export function openHome(folder: string, notice: (text: string) => void): Home {
  const news = settleRestore(folder);
  if (news !== undefined) notice(news);
  const home = homeAt(folder);
  const original = ["config.yaml", "state.db"].find((name) => isThere(join(folder, name)));
  if (original !== undefined && !isThere(home.database)) {
    throw new AgentError(
      "bad-home",
      `${folder} belongs to the original Hermes (it has ${original}) and was left alone: set HERMES_HOME to another folder.`,
    );
  }
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const why = error instanceof Error && "code" in error ? String(error.code) : "unusable";
    throw new AgentError(
      "bad-home",
      `The home ${folder} cannot be written (${why}): make it writable, set HERMES_HOME to another folder, or use --ephemeral.`,
      { cause: error },
    );
  }
  return home;
}

/** Is a home that can be looked at and not written: an archive, a read-only mount, somebody else's. */
export function isReadOnlyHome(home: Home): boolean {
  return isThere(home.database) && allows(home.database, constants.R_OK) && !allows(home.folder, constants.W_OK);
}

function allows(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}

function isThere(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false }) !== undefined;
}

import { writeSetting } from "../../app/config/write-setting.ts";
import { homeFolder, openHome } from "../../app/home.ts";
import { openSettings } from "../../app/open-store.ts";
import { textSetting } from "../../app/config/load-settings.ts";
import { openWorkspaceDesk, type CheckpointLine, type WorkspaceDesk } from "../../app/workspace-desk.ts";
import { AgentError } from "../../protocol/agent-error.ts";
import type { UndoRequest } from "../../protocol/checkpoint.ts";
import { undoText } from "../../runtime/commands/undo-text.ts";
import { appOptions } from "../app-options.ts";
import type { CommandLine } from "../command-line.ts";
import { exitCodes } from "../exit-codes.ts";
import { rowLimit } from "../row-limit.ts";
import { whenText } from "../../lib/when-text.ts";
import { writeError, writeOut } from "../write-line.ts";

const places = ["local"];

export async function runWorkspace(line: CommandLine): Promise<number> {
  const [action = "status", ...rest] = line.words;
  switch (action) {
    case "list":
      return listPlaces(line);
    case "use":
      return usePlace(line, rest[0]);
    case "status":
      return withDesk(line, showStatus);
    case "stop":
      return withDesk(line, stopJobs);
    case "undo":
      return withDesk(line, line.list ? listCheckpoints : undo);
    default:
      throw new AgentError(
        "bad-usage",
        `There is no hermes workspace ${action}: status, undo, list, use NAME and stop are there.`,
      );
  }
}

type DeskAction = (desk: WorkspaceDesk, line: CommandLine) => Promise<number>;

async function withDesk(line: CommandLine, act: DeskAction): Promise<number> {
  await using desk = await openWorkspaceDesk(appOptions(line));
  return await act(desk, line);
}

async function listPlaces(line: CommandLine): Promise<number> {
  const { settings } = await openSettings(appOptions(line));
  const standard = textSetting(settings, "workspaces.default");
  const rows = places.map((name) => ({ name, backend: name, isDefault: name === standard }));
  const text = rows.map((row) =>
    line.json ? `${JSON.stringify(row)}\n` : `${row.isDefault ? "*" : " "} ${row.name}  this machine, as this user\n`,
  );
  await writeOut(text.join(""));
  return exitCodes.done;
}

async function usePlace(line: CommandLine, name: string | undefined): Promise<number> {
  if (name === undefined || !places.includes(name)) {
    const problem = name === undefined ? "Which place?" : `There is no place ${name}.`;
    throw new AgentError("bad-usage", `${problem} There is: ${places.join(", ")}. hermes workspace use NAME.`);
  }
  const { environment, notice } = appOptions(line);
  await writeSetting(openHome(homeFolder(environment), notice).folder, "workspaces.default", name);
  await writeOut(`Commands run in ${name} from now on, in every folder.\n`);
  return exitCodes.done;
}

async function showStatus(desk: WorkspaceDesk, line: CommandLine): Promise<number> {
  const session = await desk.session(line.session).catch((error: unknown) => {
    if (line.session === undefined && error instanceof AgentError && error.code === "not-found") return undefined;
    throw error;
  });
  const status = await desk.status(session);
  if (line.json) {
    await writeOut(`${JSON.stringify(status)}\n`);
    return exitCodes.done;
  }
  const { place, root, jobs, checkpoints, checkpointBytes, notProtected } = status;
  const rows = [
    `place        ${place}`,
    `folder       ${root}`,
    `session      ${status.session ?? "none yet"}`,
    ...(status.sessionFolder === undefined ? [] : [`shell        ${status.sessionFolder}`]),
    `jobs         ${jobs.length === 0 ? "none running" : jobs.map(({ id, command }) => `${id} ${command}`).join("; ")}`,
    `checkpoints  ${checkpoints} snapshots, ${(checkpointBytes / 1e6).toFixed(1)} MB`,
    ...(notProtected === undefined ? [] : [`             ${notProtected}`]),
  ];
  await writeOut(rows.map((row) => `${row.replaceAll(/\p{Cc}/gu, " ")}\n`).join(""));
  return exitCodes.done;
}

async function stopJobs(desk: WorkspaceDesk, line: CommandLine): Promise<number> {
  const session = await desk.session(line.session);
  const ended = await desk.stop(session);
  if (line.json) await writeOut(`${JSON.stringify({ session: session.id, ended })}\n`);
  else if (ended.length === 0) await writeOut(`Nothing runs in the background of session ${session.id}.\n`);
  else await writeOut(ended.map((job) => `ended ${job.replaceAll(/\p{Cc}/gu, " ")}\n`).join(""));
  return exitCodes.done;
}

async function listCheckpoints(desk: WorkspaceDesk, line: CommandLine): Promise<number> {
  const session = await desk.session(line.session);
  const rows = (await desk.checkpoints(session)).slice(0, rowLimit(line, line.json ? 100_000 : 30));
  const text = rows.map((row) => (line.json ? `${JSON.stringify(row)}\n` : checkpointLine(row)));
  await writeOut(text.join("") || (line.json ? "" : `Nothing was changed in session ${session.id} yet.\n`));
  return exitCodes.done;
}

function checkpointLine(row: CheckpointLine): string {
  const changed = row.changedFiles === undefined ? "end not seen" : `${row.changedFiles} changed`;
  const state = row.isUndone ? ", undone" : row.isKept ? "" : ", not kept any more";
  return `${row.id}  ${whenText(row.at)}  ${changed}${state}  ${row.label}\n`;
}

async function undo(desk: WorkspaceDesk, line: CommandLine): Promise<number> {
  const onConflict = wishOf(line);
  const session = await desk.session(line.session);
  const target = line.to === undefined ? ({ last: true } as const) : { since: line.to };
  const report = await desk.undo(session, { target, onConflict });
  const isRefused = report.status === "conflict" || report.status === "unfinished";
  if (line.json) await writeOut(`${JSON.stringify(report)}\n`);
  else if (isRefused) await writeError(`hermes: ${undoText(report, commandOf(line))}\n`);
  else await writeOut(`${undoText(report, commandOf(line))}\n`);
  return isRefused ? exitCodes.failed : exitCodes.done;
}

function wishOf({ force, keep }: CommandLine): UndoRequest["onConflict"] {
  if (force && keep) throw new AgentError("bad-usage", "--force and --keep say opposite things: give one of them.");
  if (force) return "overwrite";
  return keep ? "keep" : "stop";
}

function commandOf({ session, to }: CommandLine): string {
  const words = [...(session === undefined ? [] : ["--session", session]), ...(to === undefined ? [] : ["--to", to])];
  return ["hermes workspace undo", ...words].join(" ");
}

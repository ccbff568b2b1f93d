import { readFileSync } from "node:fs";
import { platform, release } from "node:os";
import { join } from "node:path";
import { systemPrompt } from "../agent/system-prompt.ts";
import { newId } from "../lib/new-id.ts";
import { currentOwner } from "../lib/process-owner.ts";
import { systemClock } from "../lib/system-clock.ts";
import type { NewId } from "../protocol/clock.ts";
import type { Ledger } from "../protocol/ledger.ts";
import type { Policy } from "../protocol/policy.ts";
import type { Runtime } from "../protocol/runtime.ts";
import type { PromptPrefix, Session } from "../protocol/session.ts";
import type { Tool } from "../protocol/tool.ts";
import { maskedLedger } from "../secrets/masked-ledger.ts";
import { maskedOutputs } from "../secrets/masked-outputs.ts";
import { maskedRuntime } from "../secrets/masked-runtime.ts";
import { maskedWorkspace } from "../secrets/masked-workspace.ts";
import { createRuntime } from "../runtime/create-runtime.ts";
import type { RuntimeParts } from "../runtime/runtime-parts.ts";
import { createOutputStore } from "../tools/file-output-store.ts";
import { JobWatcher } from "../tools/job-watcher.ts";
import { createLocalWorkspace } from "../workspaces/local/local-workspace.ts";
import { takeEndedJobs, type EndedJob } from "../workspaces/local/open-jobs.ts";
import { anchoredLedger } from "./audit-anchor.ts";
import type { AppOptions } from "./app-options.ts";
import { memoryFolder } from "../workspaces/local/memory-folder.ts";
import { Sandbox } from "../workspaces/local/sandbox.ts";
import { budgetsOf } from "./budgets-of.ts";
import { checkpointsOf, undoInSession } from "./checkpoints.ts";
import { listSetting, numberSetting, textSetting, type Settings } from "./config/load-settings.ts";
import { keyFolder, sessionFolder, sessionFolders, stateFolder, type Home } from "./home.ts";
import { openLedgerOf, openSettings } from "./open-store.ts";
import { openSecrets, type OpenSecrets } from "./open-secrets.ts";
import { secretGrants } from "./secret-grants.ts";
import { openModels } from "./open-models.ts";
import { openRecall, type OpenRecall } from "./open-recall.ts";
import { projectContext } from "./project-context.ts";
import { keepRules, rulesInForce, unconfirmedNotice } from "./rules-in-force.ts";
import { policyOf } from "./session-policy.ts";
import { SessionTools } from "./session-tools.ts";

const sweepMs = 2_000;

export type OpenAgent = AsyncDisposable & {
  readonly runtime: Runtime;
  /** Sentences about settings for the person, once. */
  readonly warnings: readonly string[];
  /** Absolute folder that new sessions work in. */
  readonly cwd: string;
  readonly newId: NewId;
};

/** The one place that knows every part: it chooses them from the settings and hands them to the runtime. */
export async function openAgent(options: AppOptions): Promise<OpenAgent> {
  const { home, settings } = await openSettings(options);
  const keys = keyFolder(options.environment);
  const ofRun = { surface: "one-shot", yes: false, allow: options.allow } as const;
  policyOf({ rules: listSetting(settings, "approvals.rules"), home, keys }, ofRun); // a bad rule is told now
  const secrets = await openSecrets(home, settings, options);
  const store = await openLedgerOf(home, settings, options);
  const ledger = maskedLedger(anchoredLedger(store, home, options), secrets.masker);
  const inForce = await rulesInForce(settings, ledger);
  const notice = unconfirmedNotice(inForce);
  const recovery = await ledger.recover();
  const recall = openRecall({
    settings,
    environment: options.environment,
    secrets: () => Promise.resolve(secrets),
    ledger: store,
    path: home.database,
    isEphemeral: options.isEphemeral,
  });
  const runtime = composeRuntime({ options, home, settings, secrets, ledger, recall, rules: inForce.rules });
  const folders = options.isEphemeral ? undefined : sessionFolders(home, options.environment);
  const ended = folders === undefined ? [] : await takeEndedJobs(folders);
  const interrupted = recovery.interrupted.map(({ sessionId }) => interruptedText(sessionId, recovery));
  const unconfirmed = notice === undefined ? [] : [notice];
  return {
    runtime,
    warnings: [...settings.warnings, ...unconfirmed, ...interrupted, ...ended.map(endedText)],
    cwd: options.cwd,
    newId,
    async [Symbol.asyncDispose]() {
      await runtime[Symbol.asyncDispose]();
      await recall[Symbol.asyncDispose]();
      await ledger[Symbol.asyncDispose]();
      if (folders !== undefined) await sweep(folders, options);
    },
  };
}

/** After the answer, when nobody waits for anything any more. */
async function sweep(folders: string, options: AppOptions): Promise<void> {
  const { sweepDaily } = await import("../workspaces/local/sweep-session-folders.ts");
  await sweepDaily(folders, AbortSignal.timeout(sweepMs)).catch((error: unknown) => {
    options.notice(`old session folders in ${folders} could not be removed: ${String(error)}`);
  });
}

type Composition = {
  readonly options: AppOptions;
  readonly home: Home;
  readonly settings: Settings;
  readonly secrets: OpenSecrets;
  /** Masked. */
  readonly ledger: Ledger;
  readonly recall: OpenRecall;
  /** As they are in force at the start. */
  readonly rules: readonly string[];
};

function composeRuntime({ options, home, settings, secrets, ledger, recall, rules }: Composition): Runtime {
  const { masker } = secrets;
  const outputs = maskedOutputs(createOutputStore(home.outputs), masker);
  const tools = new SessionTools({
    outputs,
    ledger,
    pastSessions: () => recall.pastSessions(),
    masker,
    secrets: secretGrants(secrets, ledger),
  });
  const closing = new AbortController();
  const sandbox = sandboxOf({ options, home, settings });
  const setting = { home, settings, environment: options.environment, ledger };
  const runtime = createRuntime({
    ledger,
    owner: currentOwner(),
    clock: systemClock,
    newId,
    outputs,
    limits: {
      maxSteps: numberSetting(settings, "limits.steps") ?? 250,
      maxDurationMs: (numberSetting(settings, "limits.minutes") ?? 120) * 60_000,
      budgets: budgetsOf(settings),
    },
    async openModels() {
      const models = await openModels({ settings, environment: options.environment, secrets }, closing.signal);
      for (const notice of models.notices) options.notice(notice);
      return models;
    },
    async openWorkspace(session) {
      const local = await createLocalWorkspace({
        root: session.root,
        env: options.environment,
        passedOn: listSetting(settings, "workspaces.local.environment"),
        sandbox,
        ...(options.isEphemeral ? {} : { sessionFolder: sessionFolder(home, options.environment, session.id) }),
      });
      const workspace = maskedWorkspace(local, masker);
      tools.attach(session.id, workspace);
      return workspace;
    },
    watchJobs: (workspace) => new JobWatcher(workspace, () => systemClock.now()),
    pastSessions: () => recall.pastSessions(),
    attachmentsFor: (text, session) => recall.hintsFor(text, session),
    ...(options.isEphemeral
      ? {}
      : {
          checkpointsFor: (run) => Promise.resolve(checkpointsOf(setting, run)),
          undoFiles: (session, request, signal) => undoInSession(setting, session, { request, signal }),
        }),
    toolsFor: (session) => tools.of(session),
    ...policyParts({ options, home, ledger, rules }),
    buildPrefix: (session, sessionTools) => Promise.resolve(masker.value(prefixOf(session, sessionTools, home))),
  });
  return maskedRuntime(runtime, masker);
}

/** The policy of each run, and how an answer changes the rules for good where there is a home to keep them in. */
function policyParts({
  options,
  home,
  ledger,
  rules,
}: Pick<Composition, "options" | "home" | "ledger" | "rules">): Pick<RuntimeParts, "policyFor" | "saveRules"> {
  const keys = keyFolder(options.environment);
  let inForce = rules;
  let last: { readonly of: readonly unknown[]; readonly policy: Policy } | undefined;
  const policyFor: RuntimeParts["policyFor"] = (grants, session) => {
    const of = [inForce, grants, session];
    const known = last !== undefined && last.of.every((part, at) => part === of[at]) ? last : undefined;
    last = known ?? { of, policy: policyOf({ rules: inForce, home, keys, session }, grants) };
    return last.policy;
  };
  if (options.isEphemeral) return { policyFor };
  return {
    policyFor,
    async saveRules(offer, personId) {
      const more = offer.map((rule) => `allow ${rule}`);
      await keepRules(more, { home: home.folder, ledger, personId });
      inForce = [...inForce, ...more];
    },
  };
}

function sandboxOf({ options, home, settings }: Pick<Composition, "options" | "home" | "settings">): Sandbox {
  const mode = textSetting(settings, "workspaces.local.sandbox");
  return new Sandbox({
    mode: mode === "off" || mode === "required" ? mode : "auto",
    hidden: [home.folder, keyFolder(options.environment), stateFolder(options.environment), memoryFolder()],
    ...(options.isEphemeral ? {} : { record: home.sandbox }),
    notice: options.notice,
  });
}

function prefixOf(session: Session, tools: readonly Tool[], home: Home): PromptPrefix {
  return systemPrompt({
    identity: ownIdentity(home),
    tools: tools.map((tool) => tool.spec),
    backend: "local",
    root: session.root,
    operatingSystem: `${platform()} ${release()}`,
    date: new Date(session.createdAt).toISOString().slice(0, 10),
    isUnattended: session.surface === "command-line",
    projectContext: projectContext(session.root),
  });
}

/** `SOUL.md`, written by the owner. */
function ownIdentity(home: Home): string | undefined {
  try {
    const text = readFileSync(join(home.folder, "SOUL.md"), "utf8").trim();
    return text === "" ? undefined : text;
  } catch {
    return undefined; // most owners write none
  }
}

function endedText({ sessionId, id, command, exitCode }: EndedJob): string {
  const end = exitCode === undefined ? "was lost" : `ended with exit ${exitCode}`;
  const shown = command.replaceAll("\n", " ").slice(0, 80);
  return `background job ${id} (${shown}) of session ${sessionId} ${end}. hermes -r ${sessionId} -p "show its log" goes on with it.`;
}

function interruptedText(sessionId: string, recovery: Awaited<ReturnType<Ledger["recover"]>>): string {
  const calls = recovery.unfinished.filter((call) => call.sessionId === sessionId && call.effect !== "read");
  const names = calls.map((call) => call.name).join(", ");
  const unknown = calls.length === 0 ? "" : ` What became of ${names} is unknown; it will not be repeated.`;
  return `a run was interrupted in session ${sessionId}.${unknown} hermes -r ${sessionId} -p "go on" continues it.`;
}

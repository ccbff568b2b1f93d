import { readFileSync } from "node:fs";
import { platform, release } from "node:os";
import { join } from "node:path";
import { systemPrompt } from "../agent/system-prompt.ts";
import { newId } from "../lib/new-id.ts";
import { currentOwner } from "../lib/process-owner.ts";
import { systemClock } from "../lib/system-clock.ts";
import type { NewId } from "../protocol/clock.ts";
import type { Ledger } from "../protocol/ledger.ts";
import type { Runtime } from "../protocol/runtime.ts";
import type { PromptPrefix, Session } from "../protocol/session.ts";
import type { Tool } from "../protocol/tool.ts";
import { maskedLedger } from "../secrets/masked-ledger.ts";
import { maskedOutputs } from "../secrets/masked-outputs.ts";
import { maskedRuntime } from "../secrets/masked-runtime.ts";
import { maskedWorkspace } from "../secrets/masked-workspace.ts";
import { createRuntime } from "../runtime/create-runtime.ts";
import { createOutputStore } from "../tools/file-output-store.ts";
import { createLocalWorkspace } from "../workspaces/local/local-workspace.ts";
import { anchoredLedger } from "./audit-anchor.ts";
import type { AppOptions } from "./app-options.ts";
import { numberSetting, type Settings } from "./config/load-settings.ts";
import { keyFolder, sessionFolder, type Home } from "./home.ts";
import { openLedgerOf, openSettings } from "./open-store.ts";
import { openSecrets, type OpenSecrets } from "./open-secrets.ts";
import { secretGrants } from "./secret-grants.ts";
import { openModels } from "./open-models.ts";
import { projectContext } from "./project-context.ts";
import { policyOf } from "./session-policy.ts";
import { SessionTools } from "./session-tools.ts";

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
  policyOf(settings, { home, keys }, { surface: "one-shot", yes: false, allow: options.allow }); // a bad rule is told now
  const secrets = await openSecrets(home, settings, options);
  const ledger = maskedLedger(
    anchoredLedger(await openLedgerOf(home, settings, options), home, options),
    secrets.masker,
  );
  const recovery = await ledger.recover();
  const runtime = composeRuntime({ options, home, settings, secrets, ledger });
  const interrupted = recovery.interrupted.map(({ sessionId }) => interruptedText(sessionId, recovery));
  return {
    runtime,
    warnings: [...settings.warnings, ...interrupted],
    cwd: options.cwd,
    newId,
    async [Symbol.asyncDispose]() {
      await runtime[Symbol.asyncDispose]();
      await ledger[Symbol.asyncDispose]();
    },
  };
}

type Composition = {
  readonly options: AppOptions;
  readonly home: Home;
  readonly settings: Settings;
  readonly secrets: OpenSecrets;
  /** Masked. */
  readonly ledger: Ledger;
};

function composeRuntime({ options, home, settings, secrets, ledger }: Composition): Runtime {
  const { masker } = secrets;
  const outputs = maskedOutputs(createOutputStore(home.outputs), masker);
  const tools = new SessionTools({ outputs, ledger, masker, secrets: secretGrants(secrets, ledger) });
  const closing = new AbortController();
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
        ...(options.isEphemeral ? {} : { sessionFolder: sessionFolder(home, options.environment, session.id) }),
      });
      const workspace = maskedWorkspace(local, masker);
      tools.attach(session.id, workspace);
      return workspace;
    },
    toolsFor: (session) => tools.of(session),
    policyFor: (grants) => policyOf(settings, { home, keys: keyFolder(options.environment) }, grants),
    buildPrefix: (session, sessionTools) => Promise.resolve(masker.value(prefixOf(session, sessionTools, home))),
  });
  return maskedRuntime(runtime, masker);
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

function budgetsOf(settings: Settings): Readonly<Record<string, number>> {
  const named = {
    runUsd: numberSetting(settings, "model.budgets.run_usd"),
    dayUsd: numberSetting(settings, "model.budgets.day_usd"),
    runTokens: numberSetting(settings, "model.budgets.run_tokens"),
    dayTokens: numberSetting(settings, "model.budgets.day_tokens"),
  };
  return Object.fromEntries(
    Object.entries(named).flatMap(([name, limit]) => (limit === undefined ? [] : [[name, limit]])),
  );
}

function interruptedText(sessionId: string, recovery: Awaited<ReturnType<Ledger["recover"]>>): string {
  const calls = recovery.unfinished.filter((call) => call.sessionId === sessionId && call.effect !== "read");
  const names = calls.map((call) => call.name).join(", ");
  const unknown = calls.length === 0 ? "" : ` What became of ${names} is unknown; it will not be repeated.`;
  return `a run was interrupted in session ${sessionId}.${unknown} hermes -r ${sessionId} -p "go on" continues it.`;
}

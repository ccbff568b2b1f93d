import { readAnchor } from "../../app/audit-anchor.ts";
import { openLedgerOf, openSettings } from "../../app/open-store.ts";
import { AgentError } from "../../protocol/agent-error.ts";
import type { AuditEntry } from "../../protocol/audit.ts";
import { appOptions } from "../app-options.ts";
import type { CommandLine } from "../command-line.ts";
import { exitCodes } from "../exit-codes.ts";
import { rowLimit } from "../row-limit.ts";
import { whenText } from "../../lib/when-text.ts";
import { writeError, writeOut } from "../write-line.ts";

export async function runAudit(line: CommandLine): Promise<number> {
  const [action = "list"] = line.words;
  if (action === "verify") return verify(line);
  if (action !== "list") throw new AgentError("bad-usage", `There is no hermes audit ${action}: verify is there.`);
  const options = appOptions(line);
  const { home, settings } = await openSettings(options);
  await using ledger = await openLedgerOf(home, settings, options);
  const rows = await ledger.audit({
    limit: rowLimit(line, line.json ? 100_000 : 50),
    ...(line.since === undefined ? {} : { since: momentOf(line.since) }),
    ...(line.run === undefined ? {} : { runId: line.run }),
  });
  const text = line.json ? rows.map((row) => `${JSON.stringify(row)}\n`) : rows.map(rowText);
  await writeOut(text.join("") || (line.json ? "" : "Nothing was decided yet.\n"));
  return exitCodes.done;
}

function rowText({ number, at, actor, action, subject, rule, runId, policy }: AuditEntry): string {
  const origin = [
    runId === undefined ? "" : `run ${runId}`,
    policy === undefined ? "" : `rules ${policy.slice(0, 12)}`,
  ];
  const after = origin.filter(Boolean).join(", ");
  return `${String(number).padStart(6)}  ${whenText(at)}  ${actor}: ${action} · ${oneLine(subject)}\n        by ${rule}${after === "" ? "" : ` (${after})`}\n`;
}

const shownCharacters = 200;

function oneLine(text: string): string {
  const line = text.replaceAll(/\p{Cc}+/gu, " ");
  return line.length <= shownCharacters ? line : `${line.slice(0, shownCharacters - 1)}…`;
}

const units = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `2026-11-22`, any other moment that a Date understands, or `30m`, `12h`, `7d` ago. */
function momentOf(text: string): number {
  const [, many, unit] = /^(\d+)([mhd])$/.exec(text) ?? [];
  if (many !== undefined && (unit === "m" || unit === "h" || unit === "d"))
    return Date.now() - Number(many) * units[unit];
  const moment = Date.parse(text);
  if (!Number.isNaN(moment)) return moment;
  throw new AgentError(
    "bad-usage",
    `--since ${text} is no moment: write 2026-11-22, or 12h or 7d for what is that old.`,
  );
}

async function verify(line: CommandLine): Promise<number> {
  const options = appOptions(line);
  const { home, settings } = await openSettings(options);
  await using ledger = await openLedgerOf(home, settings, options);
  const anchor = readAnchor(home, options);
  const check = await ledger.checkAudit(anchor);
  if (line.json) {
    await writeOut(`${JSON.stringify({ ...check, anchor: anchor?.number ?? null })}\n`);
    return check.isWhole ? exitCodes.done : exitCodes.failed;
  }
  if (!check.isWhole) {
    await writeError(`hermes: ${brokenText(check.problem, check.brokenAt)}\n`);
    return exitCodes.failed;
  }
  const seen = anchor === undefined ? "no anchor is kept yet" : `row ${anchor.number} is the one that was seen last`;
  await writeOut(`The record is whole: ${check.count} rows, each bound to the one before it; ${seen}.\n`);
  return exitCodes.done;
}

function brokenText(problem: "changed" | "missing", number: number): string {
  return problem === "changed"
    ? `row ${number} of the audit does not fit: it, or what stood before it, was changed. What follows it proves nothing.`
    : `the audit was cut off: row ${number} was there once and is not any more, or is another one. A restored backup does that, too.`;
}

import { createInterface } from "node:readline/promises";
import { openApprovalRules, type ApprovalRules } from "../../app/approval-rules.ts";
import { unconfirmedNotice } from "../../app/rules-in-force.ts";
import { AgentError } from "../../protocol/agent-error.ts";
import { appOptions } from "../app-options.ts";
import type { CommandLine } from "../command-line.ts";
import { exitCodes } from "../exit-codes.ts";
import { writeError, writeOut } from "../write-line.ts";

/** Rules: what holds, what history suggests; more of them only by a person at a terminal. */
export async function runApprovals(line: CommandLine): Promise<number> {
  const [action = "list", ...rest] = line.words;
  await using rules = await openApprovalRules(appOptions(line));
  switch (action) {
    case "list":
      return await list(rules, line.json);
    case "suggest":
      return await suggest(rules, line.json);
    case "confirm":
      return await confirm(rules);
    case "add":
      return await add(rules, rest.join(" "));
    default:
      throw new AgentError(
        "bad-usage",
        `There is no hermes approvals ${action}: list, suggest, confirm and add RULE are there.`,
      );
  }
}

async function list(approvals: ApprovalRules, json: boolean): Promise<number> {
  const found = await approvals.inForce();
  const { rules, added } = found;
  if (json)
    await writeOut(rules.map((rule) => `${JSON.stringify({ rule, isConfirmed: !added.includes(rule) })}\n`).join(""));
  else
    await writeOut(rules.length === 0 ? "No rules: the defaults hold.\n" : rules.map((rule) => `${rule}\n`).join(""));
  const notice = unconfirmedNotice(found);
  if (notice !== undefined) await writeError(`hermes: ${notice}\n`);
  return exitCodes.done;
}

async function suggest(approvals: ApprovalRules, json: boolean): Promise<number> {
  const found = await approvals.suggestions();
  const rows = found.map(({ rule, allowed }) =>
    json
      ? `${JSON.stringify({ rule, allowed })}\n`
      : `hermes approvals add ${JSON.stringify(rule)}   # allowed ${allowed} times\n`,
  );
  const empty = json ? "" : "Nothing was allowed three times and never denied.\n";
  await writeOut(rows.join("") || empty);
  return exitCodes.done;
}

async function confirm(approvals: ApprovalRules): Promise<number> {
  const { added, removed } = await approvals.inForce();
  if (added.length === 0 && removed.length === 0) {
    await writeOut("The rules in settings.yaml are confirmed.\n");
    return exitCodes.done;
  }
  const changes = [...added.map((rule) => `+ ${rule}\n`), ...removed.map((rule) => `- ${rule}\n`)];
  await requireYes(changes.join(""));
  await approvals.confirmFile();
  await writeOut("Confirmed.\n");
  return exitCodes.done;
}

async function add(approvals: ApprovalRules, rule: string): Promise<number> {
  if (rule === "") {
    throw new AgentError("bad-usage", 'Which rule? hermes approvals add "allow execute terminal npm test *".');
  }
  await requireYes(`+ ${rule}\n`);
  await approvals.add(rule);
  await writeOut("Confirmed.\n");
  return exitCodes.done;
}

/** Throws `bad-usage` when nobody can type, or typed anything but yes. */
async function requireYes(change: string): Promise<void> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    throw new AgentError("bad-usage", "Rules are confirmed by a person who types: run this at a terminal.");
  }
  await writeOut(change);
  const reader = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await reader.question('Type "yes" to let this decide what runs without a question: ');
  reader.close();
  if (answer.trim() !== "yes") throw new AgentError("bad-usage", "Nothing was changed.");
}

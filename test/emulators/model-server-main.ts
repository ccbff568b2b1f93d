import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { EmulatedReply } from "./model-reply.ts";
import { type EmulatedRequest, type ModelServerOptions, startModelServer } from "./model-server.ts";

/**
 * The emulator as a process of its own. The argument is JSON, a `.json` file, or a module that exports `reply`.
 * JSON is `{ "rules": [{ "asked": "…", "results": 0, "reply": {…} }], "otherwise": {…}, "models": [], "port": 0 }`:
 * the first rule whose `asked` occurs in the person's words and whose `results` is the number of tool results answers.
 * Prints its port as the one line on stdout and runs until it is killed or its parent is gone.
 */
type Rule = { readonly asked?: string; readonly results?: number; readonly reply: EmulatedReply };
type Script = {
  readonly rules?: readonly Rule[];
  readonly otherwise?: EmulatedReply;
  readonly models?: readonly string[];
  readonly port?: number;
};

async function optionsFrom(argument: string): Promise<ModelServerOptions> {
  if (/\.m?[jt]s$/.test(argument)) {
    return (await import(pathToFileURL(resolve(argument)).href)) as ModelServerOptions;
  }
  const text = argument.trimStart().startsWith("{") ? argument : await readFile(argument, "utf8");
  const script = JSON.parse(text) as Script;
  return {
    models: script.models ?? ["emulated"],
    port: script.port ?? 0,
    reply: (request) => replyOf(script, request),
  };
}

function replyOf(script: Script, request: EmulatedRequest): EmulatedReply {
  const rule = script.rules?.find(
    ({ asked, results }) =>
      request.asked.includes(asked ?? "") && (results ?? request.results.length) === request.results.length,
  );
  return rule?.reply ?? script.otherwise ?? { text: "The emulator has no rule for this." };
}

const server = await startModelServer(await optionsFrom(process.argv[2] ?? "{}"));
process.stdout.write(`${server.port}\n`);
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) process.exit(0); // whoever started it has died
}, 1_000).unref();

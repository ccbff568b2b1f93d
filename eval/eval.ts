import { parseArgs } from "node:util";

const usage = `npm run eval -- recall [--data PATH] [--out FILE]
npm run eval -- recall-scale [--messages N] [--data PATH]
npm run eval -- recall-scope [--questions N]`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    data: { type: "string" },
    out: { type: "string" },
    messages: { type: "string" },
    questions: { type: "string" },
  },
});

const [what] = positionals;
if (what === "recall") {
  const { recallEval } = await import("./recall-eval.ts");
  await recallEval({ data: values.data, out: values.out });
} else if (what === "recall-scale") {
  const { recallScale } = await import("./recall-scale.ts");
  await recallScale({ messages: Number(values.messages ?? 65_000), data: values.data });
} else if (what === "recall-scope") {
  const { recallScope } = await import("./recall-scope.ts");
  await recallScope(Number(values.questions ?? 10_000));
} else {
  console.error(usage);
  process.exitCode = 2;
}

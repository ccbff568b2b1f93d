import { checkHealth } from "./health/check-health.ts";
import { readTree } from "./floors/source-tree.ts";
import { describeStep, root, runStep, type Step } from "./steps/run-step.ts";

const steps: readonly Step[] = [
  { name: "types", command: ["tsc", "--noEmit"] },
  { name: "lint", command: ["oxlint", "--deny-warnings", "."] },
  { name: "format", command: ["oxfmt", "--check", "."] },
  { name: "floors", command: ["node", "scripts/check-floors.ts"] },
  { name: "unused", command: ["knip", "--no-progress", "--no-config-hints"] },
];

const results = await Promise.all(
  steps.map(async (step) => {
    const result = await runStep(step);
    console.log(describeStep(result));
    return result;
  }),
);

const health = checkHealth(readTree(root), root);
console.log(health.lines.join("\n"));

const failed = results.filter((result) => result.exitCode !== 0).map((result) => result.name);
if (health.worse.length > 0) failed.push("health");
console.log(failed.length === 0 ? "check: all good" : `check: failed in ${failed.join(", ")}`);
process.exitCode = failed.length === 0 ? 0 : 1;

import { closingLine } from "./steps/count-tests.ts";
import { describeStep, runStep, type Step } from "./steps/run-step.ts";
import { runTests } from "./steps/run-tests.ts";

const filters = process.argv.slice(2);
const everyEngineIsRequired = process.env["HERMES_CI"] === "1";

const build: Step = { name: "build", command: ["node", "scripts/build.ts"] };
const check: Step = { name: "check", command: ["node", "scripts/check.ts"] };
const steps = filters.length === 0 ? [check, build] : [build];

const failures: string[] = [];
for (const step of steps) {
  const result = await runStep(step);
  console.log(step === check && result.exitCode === 0 ? result.output.trimEnd() : describeStep(result));
  if (result.exitCode !== 0) failures.push(`${step.name} failed; it is printed above.`);
}

const run = await runTests(filters);
const slow = run.slowest.filter(({ ms }) => ms >= 300).map(({ name, ms }) => `  ${(ms / 1000).toFixed(2)} s  ${name}`);
if (slow.length > 0) console.log(["slowest:", ...slow].join("\n"));
failures.push(...run.troubles);
if (everyEngineIsRequired && run.skipped > 0) failures.push("With HERMES_CI=1 no test may be skipped.");
if (everyEngineIsRequired) failures.push(...run.notRun.map((engine) => `With HERMES_CI=1 it is required: ${engine}`));
for (const failure of failures) console.log(`failed: ${failure}`);
for (const engine of run.notRun) console.log(`not run: ${engine}`);

const failed = run.failed + failures.length - run.troubles.length;
console.log(closingLine({ passed: run.passed, failed, skipped: run.skipped }));
process.exitCode = failed === 0 ? 0 : 1;

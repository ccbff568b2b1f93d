/** How a run of the tests ended. */
export interface TestCounts {
  readonly passed: number;
  /** Failed tests, and one more for whatever went wrong outside a test. */
  readonly failed: number;
  readonly skipped: number;
  /** What went wrong outside a test, one sentence each. */
  readonly troubles: readonly string[];
  /** The slowest first. */
  readonly slowest: readonly { readonly name: string; readonly ms: number }[];
}

/** The part of vitest's JSON report that is read here. */
export interface TestReport {
  readonly success: boolean;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly duration?: number | null;
    }[];
  }[];
}

/** Adds up a report; `undefined` stands for a run that left none. No test at all is a failure. */
export function countTests(report: TestReport | undefined, exitCode: number): TestCounts {
  const tests = report?.testResults.flatMap((file) => file.assertionResults) ?? [];
  const withStatus = (status: string): number => tests.filter((test) => test.status === status).length;
  const passed = withStatus("passed");
  const failedTests = withStatus("failed");
  const troubles = troublesOf(report);
  if (passed + failedTests === 0) troubles.push("No test was run.");
  if (exitCode !== 0 && failedTests === 0 && troubles.length === 0) {
    troubles.push(`The tests passed, but vitest ended with ${exitCode}; what it printed above says why.`);
  }
  return {
    passed,
    failed: failedTests + troubles.length,
    skipped: tests.length - passed - failedTests,
    troubles,
    slowest: tests
      .map((test) => ({ name: test.fullName, ms: Math.round(test.duration ?? 0) }))
      .toSorted((a, b) => b.ms - a.ms)
      .slice(0, 5),
  };
}

/** `N passed, N failed`, with `, N skipped` when there are any. */
export function closingLine({ passed, failed, skipped }: Pick<TestCounts, "passed" | "failed" | "skipped">): string {
  return `${passed} passed, ${failed} failed${skipped === 0 ? "" : `, ${skipped} skipped`}`;
}

function troublesOf(report: TestReport | undefined): string[] {
  if (report === undefined) return ["vitest ended without a report."];
  return report.testResults
    .filter((file) => file.status === "failed" && !file.assertionResults.some((test) => test.status === "failed"))
    .map((file) => `${file.name} could not be run: ${file.message.split("\n")[0] ?? ""}`);
}

import { describe, expect, test } from "vitest";
import { closingLine, countTests, type TestReport } from "../../../scripts/steps/count-tests.ts";

function reportOf(...statuses: readonly string[]): TestReport {
  const assertionResults = statuses.map((status, index) => ({ fullName: `test ${index}`, status, duration: index }));
  const status = statuses.includes("failed") ? "failed" : "passed";
  return { success: status === "passed", testResults: [{ name: "a.test.ts", status, message: "", assertionResults }] };
}

describe("counting the tests", () => {
  test("passed, failed and every kind of skipped are told apart", () => {
    const counts = countTests(reportOf("passed", "failed", "pending", "todo", "skipped", "passed"), 1);
    expect(counts).toMatchObject({ passed: 2, failed: 1, skipped: 3, troubles: [] });
    expect(closingLine(counts)).toBe("2 passed, 1 failed, 3 skipped");
  });

  test("a run without skipped tests does not mention them", () => {
    expect(closingLine(countTests(reportOf("passed"), 0))).toBe("1 passed, 0 failed");
  });

  test("no report, and no test, are failures", () => {
    expect(countTests(undefined, 1)).toMatchObject({
      failed: 2,
      troubles: ["vitest ended without a report.", "No test was run."],
    });
    expect(countTests({ success: true, testResults: [] }, 0)).toMatchObject({ passed: 0, failed: 1 });
  });

  test("a file that cannot be loaded is a failure beside tests that pass", () => {
    const broken = { name: "b.test.ts", status: "failed", message: "Cannot find x\nat y", assertionResults: [] };
    const report = { success: false, testResults: [...reportOf("passed").testResults, broken] };
    expect(countTests(report, 1)).toMatchObject({
      passed: 1,
      failed: 1,
      troubles: ["b.test.ts could not be run: Cannot find x"],
    });
  });

  test("an error outside every test is a failure", () => {
    expect(countTests(reportOf("passed"), 1)).toMatchObject({ passed: 1, failed: 1 });
  });

  test("the slowest come first", () => {
    expect(countTests(reportOf("passed", "passed", "passed"), 0).slowest.map(({ ms }) => ms)).toEqual([2, 1, 0]);
  });
});

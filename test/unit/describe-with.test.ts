import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { describeWith } from "../describe-with.ts";

const warpDrive = { name: "warp drive", isThere: false, howToInstall: "ask Zefram" };

describe("tests that need an engine", () => {
  let directory = "";
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "hermes-engines-"));
    vi.stubEnv("HERMES_NOT_RUN", join(directory, "not-run.txt"));
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(directory, { recursive: true });
  });

  test("run where it is there", () => {
    expect(describeWith({ ...warpDrive, isThere: true })).toBe(describe);
  });

  test("leave a line where it is missing", () => {
    describeWith(warpDrive);
    expect(readFileSync(join(directory, "not-run.txt"), "utf8")).toBe("warp drive (ask Zefram)\n");
  });
});

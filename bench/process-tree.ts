import { readdirSync, readFileSync } from "node:fs";

/** Proportional set size of a process and everything it started, in megabytes; 0 when it is gone. Linux only. */
export function treeMegabytes(pid: number, { withChildren } = { withChildren: true }): number {
  const children = withChildren ? childrenByParent() : new Map<number, readonly number[]>();
  const todo = [pid];
  let kilobytes = 0;
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    kilobytes += ownKilobytes(next);
    todo.push(...(children.get(next) ?? []));
  }
  return kilobytes / 1024;
}

function childrenByParent(): ReadonlyMap<number, readonly number[]> {
  const children = new Map<number, number[]>();
  for (const name of readdirSync("/proc")) {
    const parent = /^\d+$/u.test(name) ? parentOf(name) : undefined;
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  return children;
}

function parentOf(pid: string): number | undefined {
  const stat = read(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields[1] === undefined ? undefined : Number(fields[1]);
}

function ownKilobytes(pid: number): number {
  return Number(/^Pss:\s+(\d+)/mu.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0);
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return ""; // the process ended meanwhile
  }
}

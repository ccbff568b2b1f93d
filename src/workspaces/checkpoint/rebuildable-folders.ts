/** Folders that a tool makes again by itself: a checkpoint of them would cost more than it saves. */
const byName: ReadonlySet<string> = new Set([
  "node_modules",
  "bower_components",
  "__pycache__",
  ".venv",
  ".tox",
  ".nox",
  ".mypy_cache",
  ".pytest_cache",
  ".ruff_cache",
  ".gradle",
  ".terraform",
  ".parcel-cache",
  ".turbo",
  ".pnpm-store",
]);

/** What a folder holds when a tool made it for itself: a cache by its own word, a Python environment. */
export const rebuildableMarks: readonly string[] = ["CACHEDIR.TAG", "pyvenv.cfg"];

export function isRebuildable(name: string): boolean {
  return byName.has(name);
}

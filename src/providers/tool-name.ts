/** The tool a model meant: servers that glue stream pieces together sometimes write a name twice. */
export function toolNameFrom(written: string, known: ReadonlySet<string>): string {
  const name = written.trim();
  if (known.has(name)) return name;
  const half = name.slice(0, name.length / 2);
  return name === half + half && known.has(half) ? half : name;
}

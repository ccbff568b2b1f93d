/** The variables that Hermes was started with. Taken once, at the start; no other place reads them. */
export type Environment = Readonly<Record<string, string | undefined>>;

export function readEnvironment(): Environment {
  return { ...process.env };
}

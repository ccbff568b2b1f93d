/** Answers one command line; the number is the exit code. */
export function run(argv: readonly string[]): Promise<number> {
  const [command] = argv;
  const isHelp = command === undefined || command === "--help" || command === "help";
  if (isHelp) {
    console.log(usage);
    return Promise.resolve(0);
  }
  console.error(`hermes: there is no command "${command}" yet.\n\n${usage}`);
  return Promise.resolve(2);
}

const usage = `Usage: hermes [options]

  --version   print the version
  --help      print this`;

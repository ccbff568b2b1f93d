export type Prompt = { readonly text: string; readonly isSecret: boolean };

const secret =
  /\b(password|passphrase|passcode|pin|one-time code|verification code)\b[^\n:]{0,80}:\s*$|a (terminal|password) is required|askpass|no tty present/i;
const question =
  /(\[y\/n\]|\[yes\/no\]|\(y\/n\)|\(yes\/no[^)]*\)|\(y\/N\)|continue\?|proceed\?|are you sure\?|overwrite\?|press (enter|return|any key)[^\n]*|enter [^\n]{1,40}:)[\s:?]*$/i;

/** What a program asks at the end of its output, if it looks like a question to a person. */
export function promptIn(output: string): Prompt | undefined {
  const line = output.trimEnd().split("\n").at(-1)?.slice(-200) ?? "";
  if (secret.test(`${line} `.trimEnd())) return { text: line, isSecret: true };
  return question.test(line) ? { text: line, isSecret: false } : undefined;
}

/** How to run the program so that it does not ask. */
export function waysAround({ text, isSecret }: Prompt): string {
  if (/sudo/i.test(text)) return "sudo -n, a rule in sudoers, or a way without root";
  if (isSecret) return "a key, a token or a file that the program reads by itself";
  if (/\[y\/n\]|\(y\/n\)|yes\/no|overwrite|continue|proceed|sure/i.test(text))
    return "an option like --yes, -y or --force, or yes | in front";
  return "the answer as an option or in a file";
}

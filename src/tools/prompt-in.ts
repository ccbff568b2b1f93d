export type Prompt = { readonly text: string; readonly isSecret: boolean };

const secret =
  /(password|passphrase|passcode|pin|one-time code|verification code)[^\n:]{0,80}:\s*$|a (terminal|password) is required|askpass|no tty present/i;
const question =
  /(\[y\/n\]|\[yes\/no\]|\(y\/n\)|\(yes\/no[^)]*\)|\(y\/N\)|continue\?|proceed\?|are you sure\?|overwrite\?|press (enter|return|any key)[^\n]*|enter [^\n]{1,40}:)[\s:?]*$/i;

/** What a program asks at the end of its output, if it looks like a question to a person. */
export function promptIn(output: string): Prompt | undefined {
  const line = output.trimEnd().split("\n").at(-1)?.slice(-200) ?? "";
  if (secret.test(`${line} `.trimEnd())) return { text: line, isSecret: true };
  return question.test(line) ? { text: line, isSecret: false } : undefined;
}

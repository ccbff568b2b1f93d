/** One command after the other in one lasting shell: what it is about, the command, and what must come of it. */
export type StateCase = {
  readonly about: string;
  readonly command: string;
  readonly output?: string | RegExp;
  readonly exitCode?: number;
  readonly folder?: string;
};

const raw = String.raw;

export const stateCases: readonly StateCase[] = [
  { about: "cd changes the folder", command: "cd /usr", folder: "/usr" },
  { about: "the folder stays", command: "pwd", output: "/usr\n" },
  { about: "OLDPWD stays", command: "cd /tmp; cd /usr", folder: "/usr" },
  { about: "cd - goes back", command: "cd -", output: "/tmp\n", folder: "/tmp" },
  { about: "export", command: 'export A="x y\nz"', exitCode: 0 },
  { about: "exported variables stay", command: `sh -c 'printf %s "$A"'`, output: "x y\nz" },
  { about: "plain variables and arrays", command: 'B=5; declare -a L=(1 "2 3" 4); declare -A M=([k]="v w")' },
  {
    about: "plain variables and arrays stay",
    command: 'echo $B ${#L[@]} "${L[1]}" "${M[k]}"; sh -c "echo [$B]$B" | head -c 3',
    output: "5 3 2 3 v w\n[5]",
  },
  { about: "a plain variable is not exported", command: "sh -c 'echo [$B]'", output: "[]\n" },
  { about: "function", command: 'greet() { echo "hi $1"; }; export -f greet' },
  { about: "functions stay", command: "greet bob; bash -c 'greet eve'", output: "hi bob\nhi eve\n" },
  { about: "alias", command: "alias zz='echo aliased'" },
  { about: "aliases stay", command: "zz 1", output: "aliased 1\n" },
  {
    about: "a function with a pattern",
    command: "shopt -s extglob\nodd() { case $1 in @(a|b)) echo in;; *) echo out;; esac; }",
  },
  { about: "shopt and its functions stay", command: "shopt -q extglob && odd b", output: "in\n" },
  { about: "umask and noclobber", command: "umask 027; set -o noclobber" },
  {
    about: "umask and set options stay",
    command: "umask; [[ -o noclobber ]] && echo kept; set +o noclobber",
    output: "0027\nkept\n",
  },
  { about: "an exit code is the command's", command: "(exit 42)", exitCode: 42 },
  { about: "exit ends the command, not the shell", command: "C=kept; cd /; exit 9", exitCode: 9, folder: "/" },
  { about: "exit keeps the state", command: "echo $C; pwd", output: "kept\n/\n" },
  { about: "set -e ends a command", command: "set -eu; D=1; false; echo no", exitCode: 1, output: "" },
  { about: "set -e does not poison the shell", command: "false; echo $D$nothing yes", output: "1 yes\n" },
  { about: "set -x is not kept", command: "set -x", exitCode: 0 },
  { about: "no trace after it", command: "echo quiet", output: "quiet\n" },
  { about: "exec replaces the command only", command: "exec echo replaced", output: "replaced\n" },
  { about: "a syntax error is told", command: 'echo "unterminated', exitCode: 2, output: /unexpected EOF|matching/ },
  { about: "after it all is well", command: "echo ok $C", output: "ok kept\n" },
  { about: "no final newline", command: "printf abc", output: "abc" },
  { about: "both streams in order", command: "echo 1; echo 2 >&2; echo 3", output: "1\n2\n3\n" },
  { about: "standard input is at its end", command: "cat; echo done", output: "done\n" },
  { about: "here-document", command: `cat <<'E'\n$x 'q' "d"\nE`, output: `$x 'q' "d"\n` },
  { about: "a child in the background is not waited for", command: "sleep 5 & echo bg", output: "bg\n" },
  {
    about: "control characters that look like a frame",
    command: raw`printf '\001D x 0 /\n\001R 1 2\n\000z'`,
    output: "\u0001D x 0 /\n\u0001R 1 2\n\0z",
  },
  { about: "options change", command: "set -o pipefail; shopt -s nullglob; false | true", exitCode: 1 },
  { about: "options stay changed", command: "echo *.none; false | true", output: "\n", exitCode: 1 },
  { about: "options change back", command: "set +o pipefail; shopt -u nullglob" },
  {
    about: "options that are as in a fresh shell stay so",
    command: "echo *.none; false | true",
    output: "*.none\n",
    exitCode: 0,
  },
  { about: "extglob off, with a function that needs it to be read", command: "zed() { echo zed; }; shopt -u extglob" },
  {
    about: "all functions stay",
    command: "zed; type -t odd; shopt -q extglob || echo off",
    output: "zed\nfunction\noff\n",
  },
  { about: "extglob again", command: "shopt -s extglob" },
  { about: "a value that looks like a line of the state", command: raw`P=$'x\ndeclare -ir PPID="1"\n: 5'; PPIDS=$P` },
  {
    about: "such a value stays, and so does a small change of it",
    command: raw`printf %s "$PPIDS"; P=${"$"}{P/5/6}`,
    output: 'x\ndeclare -ir PPID="1"\n: 5',
  },
  { about: "which is published", command: raw`printf %s "${"$"}{P: -3}"`, output: ": 6" },
  { about: "unset", command: "unset B; unset -f greet; unalias zz" },
  {
    about: "what was unset is gone",
    command: 'echo "[$B]"; type greet zz 2>&1 | grep -c "not found"',
    output: "[]\n2\n",
  },
  { about: "a shell that kills itself", command: "E=lost; kill -9 $$", exitCode: 137 },
  { about: "leaves the state before it", command: 'echo "$C[$E]"', output: "kept[]\n" },
  { about: "Unicode", command: "echo héllo 日本; U=ü€", output: "héllo 日本\n" },
  { about: "Unicode stays", command: "echo $U", output: "ü€\n" },
  { about: "read-only variables", command: "readonly R=1", exitCode: 0 },
  { about: "read-only variables stay read-only", command: "echo $R; R=2", output: /^1\n.*readonly/, exitCode: 1 },
  { about: "values with quotes, backslashes and lines", command: raw`Q=$'it\'s "x" \\ \n\t$HOME ${"`"}id${"`"}'` },
  { about: "such values stay", command: 'printf %s "$Q"', output: 'it\'s "x" \\ \n\t$HOME `id`' },
  {
    about: "builtins that were redefined",
    command: "printf() { echo mine; }; cd() { echo nowhere; }; mv() { echo no; }; F=1",
  },
  { about: "harm only themselves", command: "echo $F; cd /; unset -f printf cd mv", output: "1\nnowhere\n" },
  { about: "an unusable PATH", command: "PATH=/nowhere", exitCode: 0 },
  {
    about: "is kept, and can be mended",
    command: "/bin/true && ls; PATH=/usr/bin:/bin",
    output: /ls: command not found/,
  },
  { about: "a trap at the exit of a command is run", command: "trap 'echo bye' EXIT; G=1", output: "bye\n" },
  { about: "the folder of a command is left", command: "cd /usr; echo $$ >/dev/null", folder: "/usr" },
];

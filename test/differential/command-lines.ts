import fc from "fast-check";

/** Programs that exist in the throw-away folder and do nothing. */
export const stubs = ["s1", "s2", "s3", "fails"] as const;
/** Programs that start the one behind them, and nothing else. */
export const wrappers = [
  "timeout 5",
  "nice -n 1",
  "nohup",
  "command",
  "time",
  "timeout -k 1 5s",
  "nohup nice",
] as const;

const plainPiece = fc.constantFrom(
  "a",
  "b",
  "-x",
  "--long=v",
  "a.b",
  "x/y",
  "k=v",
  "1",
  "-",
  "--",
  "@",
  "%",
  "+",
  ",",
  ":",
  "é",
  "日",
  "_",
  "=",
  "]",
  "^",
  "a#b",
  "}",
);
const quotedPiece = fc.constantFrom(
  "'a b'",
  '"a b"',
  "''",
  '""',
  "'$x'",
  '"it\'s"',
  `'"'`,
  '"\\""',
  '"\\$x"',
  '"\\\\"',
  '"\\n"',
  "'\\'",
  "'a\nb'",
  '"a\nb"',
  "\\ ",
  "\\'",
  '\\"',
  "\\\\",
  "\\$",
  "\\;",
  "\\|",
  "\\a",
  "'*'",
  '"*"',
  "'~'",
  '"a`b"',
  "\\~",
  "\\#",
  '"\t"',
  "'&'",
  '";"',
  "'!'",
  '"!"',
  "\\!",
  "\\{a,b}",
  "'{a,b}'",
);
const movingPiece = fc.constantFrom(
  "$x",
  "${x}",
  '"$x"',
  "$(s1)",
  "`s2`",
  '"$(s3)"',
  "*",
  "?",
  "[ab]",
  "{a,b}",
  "{1..3}",
  "~",
  "~/x",
  "a=~",
  "$'a'",
  '$"a"',
  "$((1+1))",
  "<(s1)",
  "!x",
  "#",
  "a\\\nb",
  "\u200b",
  "\u00a0",
  "~root",
  "+(a)",
  "\r",
  "$",
  "a~b",
  ":~",
  "{",
  "}",
  "\\\n",
  '"a\\\nb"',
  "{a",
  "a}",
  "[",
  "!",
  "^a",
);
const word = fc
  .array(fc.oneof({ arbitrary: plainPiece, weight: 8 }, { arbitrary: quotedPiece, weight: 5 }), {
    minLength: 1,
    maxLength: 3,
  })
  .map((pieces) => pieces.join(""));
const wildWord = fc
  .array(
    fc.oneof(
      { arbitrary: plainPiece, weight: 3 },
      { arbitrary: quotedPiece, weight: 3 },
      { arbitrary: movingPiece, weight: 3 },
    ),
    {
      minLength: 1,
      maxLength: 3,
    },
  )
  .map((pieces) => pieces.join(""));
const program = fc.oneof(
  { arbitrary: fc.constantFrom(...stubs), weight: 20 },
  {
    arbitrary: fc.tuple(fc.constantFrom(...wrappers), fc.constantFrom(...stubs)).map((both) => both.join(" ")),
    weight: 2,
  },
  {
    arbitrary: fc.constantFrom(
      "'s1'",
      '"s2"',
      "s\\1",
      "s'1'",
      "echo",
      "x=1 s1",
      "exec s1",
      "eval s1",
      "env s1",
      "env -S 's1 a'",
      "xargs s1",
      "sh -c 's1'",
      "! s1",
      "builtin echo",
      ". s1",
      "time -p s1",
      "{ s1",
      "( s1",
      "if s1",
      "s1()",
      "coproc s1",
      "[[ s1",
      "for s1",
    ),
    weight: 1,
  },
);
const idle = fc.constantFrom("2>&1", ">/dev/null", "2>/dev/null", "&>/dev/null", "> /dev/null", "1>&2", ">&2");
const redirection = fc.constantFrom(
  "2>&1",
  ">/dev/null",
  "2>/dev/null",
  "&>/dev/null",
  "> /dev/null",
  ">x",
  "2>x",
  "<x",
  "<<<a",
  "<<E\na\nE\n",
  "1>&2",
  ">&2",
  "2>&1 a",
  ">&x",
  "3>&1",
  ">|x",
  "<>x",
  "2>&-",
);
const simple = (words: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(
      program,
      fc.array(words, { maxLength: 4 }),
      fc.option(fc.oneof({ arbitrary: idle, weight: 5 }, { arbitrary: redirection, weight: 1 }), { freq: 4 }),
    )
    .map(([first, rest, redirect]) => [first, ...rest, ...(redirect === null ? [] : [redirect])].join(" "));
const operator = fc.oneof(
  {
    arbitrary: fc.constantFrom(
      " ; ",
      ";",
      " && ",
      "&&",
      " || ",
      " | ",
      "|",
      "\n",
      " \n ",
      "\t;\t",
      "&&\n",
      "|\n",
      ";\n",
      "\n\n",
    ),
    weight: 12,
  },
  { arbitrary: fc.constantFrom(" & ", "&", "|&", ";;", " # ", "; ;", "| |", "\n;", "\\\n", " \\\n;"), weight: 1 },
);
const line = (words: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(simple(words), fc.array(fc.tuple(operator, simple(words)), { maxLength: 3 }))
    .map(([first, rest]) => first + rest.flat().join(""));
const noise = fc.constantFrom(
  ..."'\"\\$`*?[]{}()<>|&;#!~^ \t\n=:,-".split(""),
  "\\\n",
  "&&",
  "$(",
  "<<",
  "\u202e",
  "ı",
);
/** One character too many, anywhere: where readers of shell text disagree. */
const spoilt = fc
  .tuple(line(word), noise, fc.nat({ max: 60 }))
  .map(([text, more, at]) => text.slice(0, at % (text.length + 1)) + more + text.slice(at % (text.length + 1)));

/** Lines that no program but the stubs can come out of; about half of them are fixed words and nothing else. */
export const commandLine: fc.Arbitrary<string> = fc.oneof(
  { arbitrary: line(word), weight: 5 },
  { arbitrary: line(wildWord), weight: 3 },
  { arbitrary: spoilt, weight: 3 },
);

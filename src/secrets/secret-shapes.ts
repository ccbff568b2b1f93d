import { isCardNumber } from "./card-number.ts";
import { looksRandom } from "./looks-random.ts";

/** What a value looks like that is a secret whoever's it is. */
export type SecretShape = {
  /** Characters, three at least, without which there is no such value; `pattern` is tried where they begin. */
  readonly anchors: readonly string[];
  /** Sticky. Group 1 is what stands before the value, group 2 the value. */
  readonly pattern: RegExp;
  /** A second look at the value and at what stands right before it. */
  readonly accepts?: (value: string, lead: string) => boolean;
};

const tokens = {
  // letters and digits only
  plain:
    "gsk_ hf_ ghp_ gho_ ghs_ ghu_ ghr_ npm_ r8_ fw_ dop_v1_ shpat_ shpss_ lin_api_ figd_ nfp_ sbp_ rubygems_ whsec_ " +
    "sk_live_ sk_test_ pk_live_ pk_test_ rk_live_ rk_test_ sq0csp- sq0atp- ntn_",
  // dashes, underscores and dots too
  dashed:
    "sk- pk- rk- xai- nvapi- glpat- tvly- csk- github_pat_ xoxa- xoxb- xoxe- xoxp- xoxr- xoxs- xapp- AIza hvs. ya29. GOCSPX- " +
    "dckr_pat_ glsa_ tskey- sntrys_ pypi- SG. sb_secret_ PMAK- phx_ AGE-SECRET-KEY-",
} as const;

const beginsAWord = "(?<![A-Za-z0-9_-])";
/** A `key` alone is often that of a cache or a map. */
const secretName = /token|secret|passw|pwd|(?:api|access|private|auth|signing|encryption)[_-]?key/i;
const hasDigit = (value: string): boolean => /\d/.test(value);

export const secretShapes: readonly SecretShape[] = [
  {
    anchors: tokens.plain.split(" "),
    pattern: new RegExp(`()(${beginsAWord}[a-z]+[0-9a-z]*[_-](?:[a-z0-9]+[_-]){0,2}[A-Za-z0-9+/]{16,}=*)`, "y"),
    accepts: hasDigit,
  },
  {
    anchors: tokens.dashed.split(" "),
    pattern: new RegExp(`()(${beginsAWord}[A-Za-z0-9]+[A-Za-z0-9_.-]{14,})`, "y"),
    accepts: hasDigit,
  },
  { anchors: ["AKIA", "ASIA"], pattern: /()((?<![A-Za-z0-9])A(?:KIA|SIA)[A-Z0-9]{16}(?![A-Za-z0-9]))/y },
  { anchors: ["eyJ"], pattern: /()((?<![A-Za-z0-9_-])eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{4,})/y },
  { anchors: [":AA"], pattern: /()((?<=(?<!\d)\d{8,10}):AA[\w-]{33})/y },
  {
    anchors: ["earer "],
    pattern: /(earer\s+)([\w.~+/-]{16,}=*)/y,
    accepts: (value, lead) => /bearer\s+$/i.test(lead) && hasDigit(value),
  },
  { anchors: ["ization: Basic "], pattern: /(ization: Basic )([A-Za-z0-9+/]{8,}=*)/y },
  {
    anchors: ["://"],
    pattern: /(:\/\/[^\s/:@"'<>]{0,100}:)([^\s/@"'<>]{8,200})(?=@)/y,
    accepts: (value) => /\d/.test(value) && /[a-z]/i.test(value),
  },
  {
    anchors: [
      "key",
      "Key",
      "KEY",
      "oken",
      "OKEN",
      "cret",
      "CRET",
      "assword",
      "ASSWORD",
      "asswd",
      "ASSWD",
      "pwd",
      "PWD",
    ],
    pattern:
      /((?:key|oken|cret|assword|asswd|pwd)(?:_?id|s)?["'\]]{0,2}[ \t]{0,4}(?:=>|:=|[:=])[ \t]{0,4}["'`]?)([\w+/=~.-]{20,300})/iy,
    accepts: (value, lead) => looksRandom(value, { isHexEnough: secretName.test(lead) }),
  },
  { anchors: ["-----BEGIN"], pattern: privateKeyPattern() },
];

/** Everywhere a digit may begin a card: there is no anchor. */
export const cardShape: { readonly pattern: RegExp; readonly accepts: (value: string) => boolean } = {
  pattern: /(?<![\w.-])(?:\d{14,16}|\d{4}([ -])\d{4}\1\d{4}\1\d{4}|3\d{3}([ -])\d{6}\2\d{4,5})(?![\w]|[.-]\d)/g,
  accepts: isCardNumber,
};

/** Whole, or cut off in the middle; also on one line, with `\n` written out. A mere mention of the first line is none. */
function privateKeyPattern(): RegExp {
  const gap = String.raw`(?:\s|\\[nr]|["'+,])*`;
  const body = String.raw`(?:[A-Za-z-]{3,20}: [^\n\\]{1,80}${gap})*(?:[A-Za-z0-9+/=]{16,}${gap})+(?:[A-Za-z0-9+/=]{1,15}${gap})?`;
  const name = "[A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----";
  return new RegExp(`()(-----BEGIN ${name}${gap}${body}(?:-----END ${name})?)`, "y");
}

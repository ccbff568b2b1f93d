import { roomOf } from "./floor-map.ts";
import { type Rule, ruleForEachModule } from "./rule.ts";
import type { SightingKind } from "./sightings.ts";

export const rulesOfSyntax: readonly Rule[] = [
  ruleForSighting({ name: "no-any", kind: "any", fix: "Say the type, or `unknown` and look at it." }),
  ruleForSighting({ name: "no-non-null", kind: "non-null", fix: "Handle the absence; `!` only hides it." }),
  ruleForSighting({ name: "no-default-export", kind: "default-export", fix: "Export it by its name." }),
  ruleForSighting({
    name: "env-in-one-place",
    kind: "process-env",
    fix: "process.env is read in app/config and workspaces/local alone; have the value passed in.",
    isAllowed: (path) => roomOf(path) === undefined || envReaders.some((reader) => reader.test(path)),
  }),
  ruleForSighting({
    name: "console-in-cli",
    kind: "console",
    fix: "Only cli/ writes to the console; log, or return a value.",
    isAllowed: (path) => roomOf(path) === undefined || roomOf(path) === "cli",
  }),
  ruleForSighting({
    name: "test-switched-off",
    kind: "test-switched-off",
    fix: "A test that does not run proves nothing; repair or delete it, or use describeWith for a missing engine.",
    isAllowed: (path) => path === "test/describe-with.ts",
  }),
  ruleForEachModule("barrel", (module) => {
    const isIndex = module.path.endsWith("/index.ts");
    if (!isIndex && !module.isBarrel) return [];
    return [
      { line: 1, message: "A file that only passes on exports hides where things live; import from the source." },
    ];
  }),
];

const envReaders = [
  /^src\/app\/config[/.-]/,
  /^src\/workspaces\/local[/.-]/,
  // The compile cache lies in the home and must be on before anything else is loaded.
  /^src\/main\.ts$/,
];

interface SightingRule {
  readonly name: string;
  readonly kind: SightingKind;
  readonly fix: string;
  /** Absent: nowhere. */
  readonly isAllowed?: (path: string) => boolean;
}

function ruleForSighting({ name, kind, fix, isAllowed = () => false }: SightingRule): Rule {
  return ruleForEachModule(name, (module) => {
    if (isAllowed(module.path)) return [];
    return module.sightings.filter((seen) => seen.kind === kind).map(({ line }) => ({ line, message: fix }));
  });
}

import { parseSync } from "oxc-parser";

type Imported = ReturnType<typeof parseSync>["module"]["staticImports"][number];

/**
 * Takes Node's own modules by `process.getBuiltinModule` instead of `import`. An import makes Node read every property of
 * the module once, and with them loads parts that nobody asked for: streams and promises of `node:fs` alone cost a
 * command that lists something a fifth of its time.
 */
export function plainBuiltins(fileName: string, code: string): string {
  const imports = parseSync(fileName, code).module.staticImports.filter(
    ({ moduleRequest, entries }) => moduleRequest.value.startsWith("node:") && entries.length > 0,
  );
  let plain = "";
  let end = 0;
  for (const found of imports) {
    plain += code.slice(end, found.start) + declaration(found);
    end = found.end;
  }
  return plain + code.slice(end);
}

function declaration({ moduleRequest, entries }: Imported): string {
  const module = `process.getBuiltinModule(${JSON.stringify(moduleRequest.value)})`;
  const isNamed = ({ importName }: Imported["entries"][number]): boolean => typeof importName.name === "string";
  const names = entries.filter(isNamed).map(({ importName, localName }) => `${importName.name}:${localName.value}`);
  const wholes = entries.filter((entry) => !isNamed(entry)).map(({ localName }) => localName.value);
  const declared = [...wholes, ...(names.length > 0 ? [`{${names.join(",")}}`] : [])];
  return `const ${declared.map((target) => `${target}=${module}`).join(",")};`;
}

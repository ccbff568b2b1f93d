/** What a room may import besides itself. A room that is not in the table may not exist. */
export const roomsBelow: ReadonlyMap<string, readonly string[]> = drawFloors();

/** `src/tools/x/y.ts` is in the room `tools`, `src/main.ts` in the room `main.ts`, anything else in none. */
export function roomOf(path: string): string | undefined {
  const [top, room] = path.split("/");
  return top === "src" ? room : undefined;
}

/**
 * Where the program starts; files that nothing reaches from here are orphans. A path that ends in `/` means all below:
 * the scripted model ships for tests, demo and doctor.
 */
export const entries: readonly string[] = ["src/main.ts", "src/providers/scripted/"];

function drawFloors(): ReadonlyMap<string, readonly string[]> {
  const ground = ["protocol", "lib"];
  const parts =
    "agent learning recall memory skills policy secrets tools providers workspaces channels speech store".split(" ");
  const clients = ["tui", "web", "gateway", "schedule", "research", "migrate"];
  const floors = new Map<string, readonly string[]>([
    ["protocol", []],
    ["lib", ["protocol"]],
    ["runtime", [...ground, "agent"]],
    ["app", [...ground, ...parts, "runtime", ...clients]],
    ["cli", [...ground, "runtime", "tui", "web", "app"]],
    ["main.ts", ["cli"]],
  ]);
  for (const part of parts) floors.set(part, ground);
  for (const client of clients) floors.set(client, [...ground, "runtime"]);
  return floors;
}

import { readFileSync } from "node:fs";
import { isWithin } from "./resolve-path.ts";

/** File systems that answer without anybody else: no network, no program of a user behind them. */
const localTypes: ReadonlySet<string> = new Set([
  "bcachefs",
  "btrfs",
  "erofs",
  "exfat",
  "ext2",
  "ext3",
  "ext4",
  "f2fs",
  "iso9660",
  "jfs",
  "ntfs3",
  "overlay",
  "ramfs",
  "reiserfs",
  "squashfs",
  "tmpfs",
  "vfat",
  "xfs",
  "zfs",
]);

/** Whether the folder and everything mounted in it is on disks of this machine. `false` when nobody can tell. */
export function hasOnlyLocalDisks(folder: string, mountInfo = readMountInfo()): boolean {
  const mounts = mountInfo.split("\n").filter(Boolean).map(readMount);
  const around = mounts
    .filter(({ point }) => isWithin(folder, point))
    .toSorted((a, b) => a.point.length - b.point.length);
  const inside = mounts.filter(({ point }) => isWithin(point, folder));
  const own = around.at(-1);
  return own !== undefined && [own, ...inside].every(({ type }) => localTypes.has(type));
}

type Mount = { readonly point: string; readonly type: string };

function readMountInfo(): string {
  try {
    return readFileSync("/proc/self/mountinfo", "utf8");
  } catch {
    return ""; // only Linux has it
  }
}

/** `36 35 98:0 /root /mount/point options optional* - type source …`; a space in a path is `\\040`. */
function readMount(line: string): Mount {
  const [before = "", after = ""] = line.split(" - ");
  const point = (before.split(" ")[4] ?? "").replaceAll(/\\(\d{3})/g, (_, octal: string) =>
    String.fromCodePoint(Number.parseInt(octal, 8)),
  );
  return { point, type: after.split(" ")[0] ?? "" };
}

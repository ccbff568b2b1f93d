import { expect, test } from "vitest";
import { hasOnlyLocalDisks } from "../../../src/workspaces/local/local-disk.ts";

const mountInfo = String.raw`22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
40 27 0:50 / /net rw - nfs4 server:/export rw
41 40 254:1 / /net/disk rw - xfs /dev/vdb rw
42 27 0:51 / /repo/far\040away rw master:2 - fuse.sshfs host: rw
43 27 0:52 / /twice rw - nfs4 server:/a rw
44 43 0:53 / /twice rw - tmpfs tmpfs rw
`;

test.each([
  ["/home/u", true],
  ["/repo", false], // a mount in it
  ["/repo/far away/x", false],
  ["/repo/far", true],
  ["/net", false],
  ["/network", true],
  ["/net/disk/x", true],
  ["/twice/x", true], // what was mounted last is what is seen
  ["/proc", false],
  ["/", false],
])("%s is on local disks only: %s", (folder, expected) => {
  expect(hasOnlyLocalDisks(folder, mountInfo)).toBe(expected);
});

test("when nobody can tell, it is not", () => {
  expect(hasOnlyLocalDisks("/home/u", "")).toBe(false);
});

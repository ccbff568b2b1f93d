import { linkSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";

/**
 * A process of its own that swaps, as fast as it can, `folder` and `file` of a root for links to the same names outside
 * and back, and makes `hard` a further name of the file outside. Writes how many swaps it has made to ROOT.swaps, from
 * the wanted number on, until it is ended. `node swap-files.ts ROOT OUTSIDE SWAPS`.
 */
const [, , root = "", outside = "", wanted = "0"] = process.argv;

const swapped = ["folder", "file"].map((name) => ({
  name: `${root}/${name}`,
  real: `${root}/${name}.real`,
  link: `${root}/${name}.link`,
  target: `${outside}/${name}`,
}));
let away = 0;
mkdirSync(`${root}/away`);
for (const { target, link } of swapped) symlinkSync(target, link);

for (let swaps = 0; ;) {
  for (const { name, real, link } of swapped) {
    renameSync(name, real);
    put(link, name);
    renameSync(name, link);
    put(real, name);
    swaps += 2;
  }
  if (swaps % 20 === 0) {
    linkSync(`${outside}/file`, `${root}/hard.link`);
    renameSync(`${root}/hard.link`, `${root}/hard`);
    rmSync(`${root}/hard`);
  }
  if (swaps >= Number(wanted) && swaps % 1_000 === 0) writeFileSync(`${root}.swaps`, `${swaps}`);
}

/** Somebody may have made the name anew while it was free. */
function put(from: string, to: string): void {
  for (;;) {
    try {
      renameSync(from, to);
      return;
    } catch {
      renameSync(to, `${root}/away/${(away += 1)}`);
    }
  }
}

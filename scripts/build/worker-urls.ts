import { posix } from "node:path";
import type { Plugin } from "rolldown";

const sourceUrl = /new URL\("(\.[^"]+-worker)\.ts",\s*import\.meta\.url\)/g;

/** In `dist/` all files lie side by side, so a worker's source URL becomes that of the built file next door. */
export const workerUrls: Plugin = {
  name: "worker-urls",
  transform: (code) => {
    if (!code.includes("-worker.ts")) return null;
    return code.replace(sourceUrl, (_url, path: string) => `new URL("./${posix.basename(path)}.js", import.meta.url)`);
  },
};

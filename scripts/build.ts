import { root } from "./steps/run-step.ts";
import { build } from "./build/build.ts";

const startedAt = new Date();
const { files, bytes } = await build({ root, startedAt });
const seconds = (Date.now() - startedAt.getTime()) / 1000;
console.log(`built dist/: ${files} files, ${Math.ceil(bytes / 1024)} kB, ${seconds.toFixed(2)} s`);

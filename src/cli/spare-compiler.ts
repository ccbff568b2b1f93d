import { setFlagsFromString } from "node:v8";

/**
 * From here on this process no longer optimises hot functions, nor gives young objects more room. A one-shot waits for
 * models and commands; by the time the compilers or new pages have paid for themselves it is over, and they cost
 * several megabytes and a second core meanwhile.
 * Call it when everything is loaded: code from the compile cache is refused while these flags differ.
 */
export function spareCompiler(): void {
  setFlagsFromString("--no-maglev");
  setFlagsFromString("--no-opt");
  setFlagsFromString("--semi-space-growth-factor=1");
  process.once("exit", () => {
    // the compile cache is written after this, and only accepted again under the flags of a start
    setFlagsFromString("--maglev");
    setFlagsFromString("--opt");
    setFlagsFromString("--semi-space-growth-factor=2");
  });
}

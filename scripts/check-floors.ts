import { resolve } from "node:path";
import { checkTree, describeBreach } from "./floors/check-tree.ts";
import { ruleTable } from "./floors/rule-table.ts";
import { readTree } from "./floors/source-tree.ts";

const tree = readTree(resolve(import.meta.dirname, ".."));
const breaches = checkTree(tree);
for (const breach of breaches) console.log(describeBreach(breach));
console.log(`${tree.modules.length} modules, ${ruleTable.length} rules, ${breaches.length} breaches`);
process.exitCode = breaches.length === 0 ? 0 : 1;

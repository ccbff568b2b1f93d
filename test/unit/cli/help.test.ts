import { expect, test } from "vitest";
import { helpText } from "../../../src/cli/commands/help.ts";

test("the help is the golden one", async () => {
  await expect(helpText()).toMatchFileSnapshot("../../goldens/help.txt");
});

import * as z from "zod/mini";
import type { Tool } from "../protocol/tool.ts";
import { defineTool, failure, success } from "./define-tool.ts";
import type { ToolParts } from "./tool-parts.ts";

const nobody = "Nobody can answer now. Decide yourself, go on, and state what you assumed in your answer.";

export function createClarifyTool({ asker }: Pick<ToolParts, "asker">): Tool {
  return defineTool({
    name: "clarify",
    description: "Ask the person, only when the answer changes what you do and you cannot find it out.",
    parameters: z.object({
      questions: z
        .array(
          z.object({
            question: z.string(),
            choices: z.optional(z.array(z.string()).check(z.maxLength(4))),
            multi_select: z.optional(z.boolean()),
          }),
        )
        .check(z.minLength(1), z.maxLength(5)),
    }),
    intentOf: ({ questions }) => ({
      effect: "read",
      subject: questions.map(({ question }) => question).join(" "),
      paths: [],
    }),
    run: async ({ questions }, context) => {
      if (asker === undefined) return success(nobody);
      const asked = questions.map(({ question, choices = [], multi_select: isMultiSelect = false }) => ({
        question,
        choices,
        isMultiSelect,
      }));
      const outcome = await asker.ask(asked, context.signal);
      switch (outcome.status) {
        case "answered":
          return success(
            asked.map(({ question }, index) => `${question}\n> ${outcome.answers[index] ?? "(no answer)"}`).join("\n"),
          );
        case "cancelled":
          return failure("The person did not want to answer. Decide yourself or stop.");
        case "timed-out":
          return success(`No answer came in time. ${nobody}`);
      }
    },
  });
}

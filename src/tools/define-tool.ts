import * as z from "zod/mini";
import { AgentError } from "../protocol/agent-error.ts";
import type { Json, JsonObject } from "../protocol/json.ts";
import type { Tool, ToolContext, ToolInput, ToolIntent, ToolResult } from "../protocol/tool.ts";
import { looselyTyped, problemsOf } from "./tool-arguments.ts";

type ToolDefinition<S extends z.ZodMiniObject> = {
  readonly name: string;
  readonly description: string;
  /** What the model is told and what is accepted; parameters that are not in it are ignored. */
  readonly parameters: S;
  /** Other names for a parameter: `{ file_path: "path" }`. */
  readonly aliases?: Readonly<Record<string, string>>;
  readonly intentOf: (input: z.output<S>) => ToolIntent;
  readonly run: (input: z.output<S>, context: ToolContext) => Promise<ToolResult>;
};

/** Parses at the border, once: `intentOf` and `run` get what `parse` returned, as the contract of `Tool` says. */
export function defineTool<S extends z.ZodMiniObject>(definition: ToolDefinition<S>): Tool {
  const { name, description, parameters } = definition;
  const inputSchema = schemaOf(parameters);
  return {
    spec: { name, description, inputSchema },
    parse: (input) => parseArguments(definition, inputSchema, input),
    intentOf: (input) => definition.intentOf(input as z.output<S>),
    call: async (input, context) => {
      try {
        return await definition.run(input as z.output<S>, context);
      } catch (error) {
        // a refusal by the system or the workspace is for the model to read; anything else is our defect
        if (error instanceof AgentError) return failure(error.message);
        throw error;
      }
    },
  };
}

export function success(text: string): ToolResult {
  return { text, isError: false };
}

export function failure(text: string): ToolResult {
  return { text, isError: true };
}

function parseArguments<S extends z.ZodMiniObject>(
  { name, parameters, aliases = {} }: ToolDefinition<S>,
  inputSchema: JsonObject,
  input: Json,
): ToolInput {
  const given = looselyTyped(input, { inputSchema, aliases });
  if (given === undefined)
    return { ok: false, problem: `${name} takes an object of parameters, not ${JSON.stringify(input)}.` };
  const parsed = z.safeParse(parameters, given);
  if (parsed.success) return { ok: true, input: parsed.data as Json };
  return { ok: false, problem: `${name}: ${problemsOf(parsed.error, given, inputSchema)}` };
}

function schemaOf(parameters: z.ZodMiniObject): JsonObject {
  const schema = z.toJSONSchema(parameters, {
    io: "input",
    override: ({ jsonSchema }) => {
      // the bounds of every integer of JavaScript tell a model nothing
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.enum !== undefined) delete jsonSchema.type;
    },
  });
  const { $schema: _, ...rest } = schema;
  return z.parse(jsonObject, rest);
}

const jsonObject = z.record(z.string(), z.json());

import type { Model, ModelEvent, ModelRequest } from "../../protocol/model.ts";
import { CallRun } from "./call-run.ts";
import type { CallMemory, ResilientSpec } from "./candidate.ts";

/** The one owner of retries: every wait, second try, change of key and fallback of a model call happens here. */
export function createResilientModel(spec: ResilientSpec): Model {
  const memory: CallMemory = { textCallers: new Set(), restingUntil: new Map() };
  return {
    id: spec.candidates[0].id,
    limits: spec.limits,
    price: spec.price,
    features: spec.features,
    stream: (request: ModelRequest, signal: AbortSignal): AsyncIterable<ModelEvent> =>
      new CallRun({ spec, memory, request, signal }).events(),
  };
}

import type {
  TestEventPatternRequest,
  TestEventPatternResponse,
} from "@aws-sdk/client-eventbridge";
import { z } from "zod";
import { RegistryError } from "../../registry/errors.ts";
import type { EventEnvelope } from "../../registry/events/event.ts";
import { compileEventPattern } from "../../registry/events/event-pattern.ts";
import { limits } from "../../registry/limits.ts";
import { request } from "../ecr/shapes.ts";
import type { Wire } from "../ecr/wire.ts";
import type { Members } from "../members.ts";
import { operation } from "../operation.ts";
import { anyResource } from "./event-target.ts";

/** Whether a pattern matches an event. */
export const testEventPattern = operation("events:TestEventPattern", {
  input: request({
    EventPattern: z.string().max(4096),
    Event: z.string().max(limits.requestBodyBytes),
  } satisfies Members<TestEventPatternRequest>),
  resource: anyResource,
  access: "Read",
  errors: ["InvalidEventPattern", "Validation"],
  async handle({ EventPattern, Event }): Promise<Wire<TestEventPatternResponse>> {
    const pattern = compileEventPattern(EventPattern);
    return { Result: pattern.matches(readEvent(Event)) };
  },
});

const members = ["id", "account", "source", "time", "region", "detail-type"] as const;

/** @throws Validation for what is no event */
function readEvent(text: string): EventEnvelope {
  let event: unknown;
  try {
    event = JSON.parse(text);
  } catch {
    throw malformed("it is not JSON");
  }
  if (typeof event !== "object" || event === null) throw malformed("it is not an object");
  for (const member of members) {
    if (Object.hasOwn(event, member)) continue;
    throw malformed(`${member} is missing`);
  }
  return event as EventEnvelope;
}

function malformed(why: string): RegistryError {
  return new RegistryError("Validation", `Parameter Event is not valid. Reason: ${why}.`);
}

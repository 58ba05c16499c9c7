import type { EventBus } from "@aws-sdk/client-eventbridge";
import type { Ports } from "../../ports/ports.ts";
import { shownBusPolicy } from "../../registry/events/event-bus-policy.ts";
import { busArn } from "../../registry/events/rule.ts";
import type { Registry } from "../../registry/names.ts";
import type { Wire } from "../ecr/wire.ts";

export async function busAnswer(
  ports: Pick<Ports, "metadata">,
  registry: Registry,
): Promise<Wire<EventBus>> {
  const Policy = await shownBusPolicy(ports, registry);
  return { Name: "default", Arn: busArn(registry), ...(Policy === undefined ? {} : { Policy }) };
}

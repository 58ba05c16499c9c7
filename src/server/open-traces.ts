/** Traces, if the settings want any: their packages are loaded only then. */
import type { PortObserver } from "../adapters/telemetry/observed-ports.ts";
import type { PortTimes } from "../adapters/telemetry/port-times.ts";
import type { Traces } from "../adapters/telemetry/traces.ts";
import type { Config } from "../config.ts";

/** Who is told what the process does. */
export interface Telemetry {
  readonly portTimes: PortTimes;
  readonly traces: Traces | undefined;
}

/** @param inner also told of calls of ports */
export async function openTraces(
  { traces: address }: Pick<Config, "traces">,
  inner: PortObserver,
): Promise<Traces | undefined> {
  if (address === undefined) return undefined;
  const { Traces } = await import("../adapters/telemetry/traces.ts");
  return new Traces(address, inner);
}

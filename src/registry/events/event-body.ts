import type { ApiDestination } from "./endpoint.ts";
import type { EventEnvelope } from "./event.ts";

export interface EventBody {
  readonly contentType: string;
  readonly text: string;
}

/**
 * What a receiver is sent. In CloudEvents' structured mode the data is the event's detail, or what an
 * input transformation made. Source: CloudEvents 1.0, "JSON event format".
 */
export function eventBody(
  format: ApiDestination["format"],
  event: EventEnvelope,
  rendered: string,
  isTransformed: boolean,
): EventBody {
  if (format === "EVENTBRIDGE") {
    return { contentType: "application/json; charset=utf-8", text: rendered };
  }
  const [subject] = event.resources;
  const cloudEvent = {
    specversion: "1.0",
    id: event.id,
    source: `urn:aws:${event.source}:${event.region}:${event.account}`,
    type: `${event.source}.${event["detail-type"].replace(/[^A-Za-z0-9]+/g, "_")}`,
    time: event.time,
    ...(subject === undefined ? {} : { subject }),
    datacontenttype: "application/json",
    data: isTransformed ? (JSON.parse(rendered) as unknown) : event.detail,
  };
  return {
    contentType: "application/cloudevents+json; charset=utf-8",
    text: JSON.stringify(cloudEvent),
  };
}

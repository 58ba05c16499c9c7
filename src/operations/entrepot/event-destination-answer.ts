import { type ApiDestination, apiDestinationArn } from "../../registry/events/endpoint.ts";
import { epochSeconds } from "../ecr/wire.ts";

export interface EventDestinationAnswer {
  readonly Name: string;
  readonly apiDestinationArn: string;
  readonly format: ApiDestination["format"];
  readonly signingSecretCreatedAt: number;
}

export function eventDestinationAnswer(destination: ApiDestination): EventDestinationAnswer {
  return {
    Name: destination.name,
    apiDestinationArn: apiDestinationArn(destination),
    format: destination.format,
    signingSecretCreatedAt: epochSeconds(destination.secretAt),
  };
}

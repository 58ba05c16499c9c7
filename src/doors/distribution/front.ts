import type { IncomingMessage, ServerResponse } from "node:http";
import type { Caller } from "../../registry/identity/principal.ts";
import type { Registry, RepositoryName } from "../../registry/names.ts";
import type { ClientConnection } from "./exchange.ts";
import type { ParsedPath } from "./parse-path.ts";

/** One request from before it is known whose it is. */
export interface Arrival {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly connection: ClientConnection;
  readonly host: string;
  /** Scheme and host. */
  readonly origin: string;
  readonly requestId: string;
}

/** Whom and what a request is about. */
export interface Place {
  readonly caller: Caller;
  readonly registry: Registry;
  /** The repository; "*" where the endpoint is about all of them. */
  readonly name: RepositoryName;
  /** How the path names it. */
  readonly servedName: string;
  /** The repository of this registry that a path of another one means, to mount from. */
  sourceOf(servedName: string): Promise<string | undefined>;
}

/** What private registries and the public one do each in their own way: who comes in, and where to. */
export interface Front {
  /** Who asks, before anything that was asked is looked at. */
  callerOf(arrival: Arrival): Promise<Caller>;
  /** @throws BadRequest, RegistryError for what names nothing here */
  placeOf(arrival: Arrival, caller: Caller, parsed: ParsedPath): Promise<Place>;
  /** Tells who has brought no token, or none that is good, how to get one. */
  challenge(arrival: Arrival, parsed: ParsedPath | undefined, message: string): void;
}

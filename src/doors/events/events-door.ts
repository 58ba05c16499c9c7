import type { FastifyPluginCallback, FastifyReply, FastifyRequest } from "fastify";
import type { Operation } from "../../operations/operation.ts";
import type { Observer } from "../../operations/perform.ts";
import type { Ports } from "../../ports/ports.ts";
import { auditError } from "../../registry/audit/audit-error.ts";
import { auditLimits } from "../../registry/audit/audit-limits.ts";
import { RequestAudit } from "../../registry/audit/request-audit.ts";
import { invalidParameter, isRegistryError, RegistryError } from "../../registry/errors.ts";
import { eventFilter } from "../../registry/events/event-filter.ts";
import { eventLimits } from "../../registry/events/event-limits.ts";
import { type Caller, registryOf } from "../../registry/identity/principal.ts";
import type { AccountId } from "../../registry/names.ts";
import { parseRepositoryName } from "../../registry/names.ts";
import { requireAllowed } from "../../registry/policy/authorize.ts";
import { RequestContext } from "../../registry/policy/request-context.ts";
import { streamEvents } from "./stream-events.ts";

/** Who asks, by the signature of the request. */
export interface Login {
  readonly caller: Caller;
  readonly parameters: readonly (readonly [name: string, value: string])[];
  renew(): Promise<Caller>;
}

export interface EventsDoorOptions {
  readonly ports: Ports;
  readonly observer: Observer;
  readonly login: (
    request: FastifyRequest,
    asked: Pick<Operation, "service" | "operationName">,
  ) => Promise<Login>;
  /** How AWS JSON writes a refusal. */
  readonly refusal: (error: RegistryError) => {
    readonly status: number;
    readonly code: string;
    readonly message: string;
  };
  /** Aborted when the server stops: no stream outlives that. */
  readonly stopping: AbortSignal;
}

const asked = { service: "entrepot", operationName: "StreamEvents" } as const;
const action = "entrepot:StreamEvents";
/** Parameters. */
const known = ["repository", "detail-type", "pattern", "after"];

/** `GET /events`: the events of the caller's registry as they come, as server-sent events. */
export function eventsDoor(options: EventsDoorOptions): FastifyPluginCallback {
  const streams = new Streams();
  return (app, _options, done) => {
    app.route({
      method: "GET",
      url: "/events",
      exposeHeadRoute: false,
      handler: (request, reply) => answer(options, streams, request, reply),
    });
    done();
  };
}

async function answer(
  options: EventsDoorOptions,
  streams: Streams,
  request: FastifyRequest,
  reply: FastifyReply,
) {
  try {
    return await open(options, streams, request, reply);
  } catch (error) {
    if (reply.sent || !isRegistryError(error)) throw error;
    const { status, code, message } = options.refusal(error);
    if (error.kind === "Throttling") reply.header("retry-after", "10");
    if (!request.raw.complete) reply.header("connection", "close");
    reply.header("x-amzn-errortype", code).type("application/x-amz-json-1.1");
    // As with logins: a 429, which clients of HTTP know to wait at.
    reply.status(error.kind === "Throttling" ? 429 : status);
    return reply.send(Buffer.from(JSON.stringify({ __type: code, message })));
  }
}

async function open(
  { ports, observer, login, stopping, refusal }: EventsDoorOptions,
  streams: Streams,
  request: FastifyRequest,
  reply: FastifyReply,
) {
  const { caller, parameters, renew } = await login(request, asked);
  const startedAt = ports.clock.now();
  const audit = beginAudit(ports, caller, parameters);
  const tell = (error: unknown) => {
    audit.end(error === undefined ? {} : auditError(error, (refused) => refusal(refused).code));
    observer.performed({ operation: action, caller, resource: "*", startedAt, error });
  };
  try {
    await requireStream(ports, caller);
    const wanted = wantedBy(parameters, request.headers["last-event-id"]);
    const end = await ports.metadata.eventLog.end();
    const release = streams.take(caller.account);
    tell(undefined);
    reply.hijack();
    try {
      await streamEvents(ports, reply.raw, {
        registry: registryOf(caller),
        filter: wanted.filter,
        // A position that is not given out yet is of another database: of an older one maybe.
        after: Math.min(wanted.after ?? end, end),
        caller,
        async renew() {
          const now = await renew();
          await requireStream(ports, now);
          return now;
        },
        stopping,
      });
    } finally {
      release();
    }
    return reply;
  } catch (error) {
    if (!reply.sent) tell(error);
    throw error;
  }
}

/** One record of a stream, when it begins or is refused. */
function beginAudit(ports: Ports, caller: Caller, parameters: Login["parameters"]): RequestAudit {
  const audit = new RequestAudit({ trail: ports.memory.audit, clock: ports.clock }, caller, {
    ...{ eventSource: "entrepot", eventName: asked.operationName, readOnly: true },
  });
  const wanted = parameters
    .filter(([name]) => known.includes(name))
    .map(([name, value]) => [name, value.slice(0, auditLimits.textCharacters)]);
  audit.learn({ requestParameters: Object.fromEntries(wanted), responseElements: null });
  return audit;
}

/** @throws AccessDenied */
async function requireStream(ports: Ports, caller: Caller): Promise<void> {
  const registry = registryOf(caller);
  const resource = {
    ...{ arn: "*", account: registry.account, registry },
    grants: "identity-only",
  } as const;
  const context = new RequestContext(caller, ports.clock.now());
  await requireAllowed(ports, caller.principal, action, resource, context);
}

/** @throws InvalidParameter, InvalidEventPattern */
function wantedBy(parameters: Login["parameters"], lastEventId: string | string[] | undefined) {
  const given = new Map<string, string>();
  for (const [name, value] of parameters) {
    if (/^x-amz-/i.test(name)) continue;
    if (!known.includes(name) || given.has(name)) {
      throw invalidParameter(name.slice(0, 64), "is not known here, or was given twice");
    }
    given.set(name, value);
  }
  const repository = given.get("repository");
  const filter = eventFilter({
    repository: repository === undefined ? undefined : parseRepositoryName(repository),
    detailType: given.get("detail-type"),
    pattern: given.get("pattern"),
  });
  // What a client saw last counts more than what it once began with.
  const after =
    typeof lastEventId === "string" && lastEventId !== "" ? lastEventId : given.get("after");
  return { filter, after: after === undefined ? undefined : positionOf(after) };
}

function positionOf(text: string): number {
  const position = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(position)) return position;
  throw invalidParameter("after", "must be the id of an event of a stream");
}

/** How many are open. */
class Streams {
  #all = 0;
  readonly #byAccount = new Map<AccountId, number>();

  /** @throws Throttling when there are too many. @returns ends it */
  take(account: AccountId): () => void {
    const own = this.#byAccount.get(account) ?? 0;
    const { streamsPerAccount, streamsPerProcess } = eventLimits;
    if (own >= streamsPerAccount || this.#all >= streamsPerProcess) {
      throw new RegistryError("Throttling", "Too many streams of events are open. Try again.");
    }
    this.#all += 1;
    this.#byAccount.set(account, own + 1);
    return () => {
      this.#all -= 1;
      const left = (this.#byAccount.get(account) ?? 1) - 1;
      if (left === 0) this.#byAccount.delete(account);
      else this.#byAccount.set(account, left);
    };
  }
}

/** What signing in by key, by password and by identity provider share. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Ports } from "../../ports/ports.ts";
import { auditError } from "../../registry/audit/audit-error.ts";
import { type AuditFacts, RequestAudit } from "../../registry/audit/request-audit.ts";
import type { Deployment } from "../../registry/deployment.ts";
import { isRegistryError, RegistryError } from "../../registry/errors.ts";
import { antiForgeryToken, type SignedIn } from "../../registry/identity/console-sessions.ts";
import type { FailedLogins } from "../../registry/identity/failed-logins.ts";
import type { IssuedSession } from "../../registry/identity/issue-session.ts";
import type { Organization } from "../../registry/identity/organization.ts";
import type { Caller, Principal } from "../../registry/identity/principal.ts";

export interface SignInOptions {
  readonly ports: Ports;
  readonly deployment: Deployment;
  readonly organization: Organization;
  readonly failedLogins: FailedLogins;
  /** Who signs a request without body. */
  readonly login: (
    request: FastifyRequest,
    asked: { readonly service: "entrepot"; readonly operationName: string },
  ) => Promise<{ readonly caller: Caller }>;
  /** A caller without credentials. */
  readonly anonymous: (request: FastifyRequest) => Caller;
  readonly refusal: (error: RegistryError) => {
    readonly status: number;
    readonly code: string;
    readonly message: string;
  };
}

/** Who signed in, as the browser is told. */
export interface SignedInAnswer {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  readonly account: string;
  readonly arn: string;
}

export const sessionCookie = "entrepot-console";
const forgeryCookie = "entrepot-console-page";
export const sessionPath = "/console/session";

export type Answering = (request: FastifyRequest, reply: FastifyReply) => Promise<object>;

/** A path of the console's own, whose refusals are JSON. */
export function route(
  app: FastifyInstance,
  options: Pick<SignInOptions, "refusal">,
  method: "GET" | "POST" | "DELETE",
  url: string,
  answer: Answering,
): void {
  app.route({
    ...{ method, url, exposeHeadRoute: false },
    async handler(request, reply) {
      reply.header("cache-control", "no-store").type("application/json");
      try {
        if (method !== "GET") requireSameOrigin(request);
        return JSON.stringify(await answer(request, reply));
      } catch (error) {
        if (!isRegistryError(error)) throw error;
        const { status, code, message } = options.refusal(error);
        if (!request.raw.complete) reply.header("connection", "close");
        reply.status(error.kind === "Throttling" ? 429 : status);
        return JSON.stringify({ code, message, requestId: request.id });
      }
    },
  });
}

/** The answer to who signed in, and the browser's cookies. */
export function admitted(
  { ports }: Pick<SignInOptions, "ports">,
  request: FastifyRequest,
  reply: FastifyReply,
  { signedIn, principal }: { readonly signedIn: SignedIn; readonly principal: Principal },
): SignedInAnswer {
  const { cookie, expiresAt, issued } = signedIn;
  const seconds = Math.max(0, Math.floor((expiresAt - ports.clock.now()) / 1000));
  setCookies(request, reply, cookie, seconds);
  return toAnswer(issued, principal);
}

export function toAnswer(issued: IssuedSession, { account, arn }: Principal): SignedInAnswer {
  const { session, secretAccessKey, sessionToken } = issued;
  const { accessKeyId, expiresAt } = session;
  return { accessKeyId, secretAccessKey, sessionToken, expiresAt, account, arn };
}

/** One record of who came or went. Source: CloudTrail, "AWS Management Console sign-in events". */
export function tell(
  options: Pick<SignInOptions, "ports" | "refusal">,
  caller: Caller,
  eventName: string,
  error?: unknown,
  more: AuditFacts = {},
): void {
  const { ports, refusal } = options;
  const audit = new RequestAudit({ trail: ports.memory.audit, clock: ports.clock }, caller, {
    ...{ eventSource: "signin.amazonaws.com", eventName, readOnly: false },
  });
  audit.end({
    ...{ eventType: "AwsConsoleSignIn", requestParameters: null },
    ...(error === undefined ? {} : auditError(error, (refused) => refusal(refused).code)),
    responseElements: { [eventName]: error === undefined ? "Success" : "Failure" },
    ...more,
  });
}

export function setCookies(
  request: FastifyRequest,
  reply: FastifyReply,
  cookie: string,
  seconds: number,
): void {
  const rest = cookieTerms(request, seconds);
  const page = cookie === "" ? "" : antiForgeryToken(cookie);
  reply.header("set-cookie", [
    `${sessionCookie}=${cookie}; Path=${sessionPath}; HttpOnly; ${rest}`,
    `${forgeryCookie}=${page}; Path=/console; ${rest}`,
  ]);
}

/** For this site alone, and over TLS where the browser came so. */
export function cookieTerms(request: FastifyRequest, seconds: number): string {
  const secure = request.protocol === "https" ? "; Secure" : "";
  return `Max-Age=${seconds}; SameSite=Strict${secure}`;
}

/** Browsers say where a request comes from; what is no browser need not (D17). @throws AccessDenied */
function requireSameOrigin(request: FastifyRequest): void {
  const { origin, host } = request.headers;
  if (origin === undefined) return;
  if (URL.canParse(origin) && new URL(origin).host === host) return;
  throw new RegistryError("AccessDenied", "The request comes from a page of another origin.");
}

export function cookieOf(request: FastifyRequest, name: string): string {
  const pairs = (request.headers.cookie ?? "").split(";").map((pair) => pair.trim().split("="));
  return pairs.find(([key]) => key === name)?.[1] ?? "";
}

/** @throws Validation for what is no JSON object */
export function parse(body: unknown): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(String(body));
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  } catch {
    // Told below, like what is no object.
  }
  throw new RegistryError("Validation", "The body is no JSON object.");
}

export function tooMany(): RegistryError {
  return new RegistryError("Throttling", "Too many sign-ins failed. Wait a minute.");
}

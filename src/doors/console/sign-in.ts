import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Ports } from "../../ports/ports.ts";
import { auditError } from "../../registry/audit/audit-error.ts";
import { RequestAudit } from "../../registry/audit/request-audit.ts";
import type { Deployment } from "../../registry/deployment.ts";
import { isRegistryError, RegistryError } from "../../registry/errors.ts";
import { signInByPassword } from "../../registry/identity/console-password.ts";
import {
  antiForgeryToken,
  closeConsoleSession,
  isSameText,
  openConsoleSession,
  renewConsoleSession,
} from "../../registry/identity/console-sessions.ts";
import type { FailedLogins } from "../../registry/identity/failed-logins.ts";
import type { IssuedSession } from "../../registry/identity/issue-session.ts";
import type { Organization } from "../../registry/identity/organization.ts";
import type { Caller, Principal } from "../../registry/identity/principal.ts";
import { type AccountId, isAccountId } from "../../registry/names.ts";

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
interface SignedInAnswer {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  readonly account: string;
  readonly arn: string;
}

const sessionCookie = "entrepot-console";
const forgeryCookie = "entrepot-console-page";
const forgeryHeader = "x-entrepot-console-page";
const path = "/console/session";
const mostBodyBytes = 8 * 1024;

/**
 * `GET /console/session`: what a page needs before anybody is signed in. `POST`: signed by an access
 * key, or with a password. `POST …/renew` and `DELETE`: by the cookie. Only this is the console's own:
 * with the credentials that it gets it asks what everybody asks.
 */
export function signInRoutes(app: FastifyInstance, options: SignInOptions): void {
  void app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    // A body that is signed for is read where signatures are checked.
    scope.addContentTypeParser("*", (_request, _payload, parsed) => parsed(null));
    route(scope, options, "GET", path, (request) => welcome(options, request));
    route(scope, options, "POST", path, (request, reply) => byKey(options, request, reply));
    done();
  });
  void app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    const asText = { parseAs: "string", bodyLimit: mostBodyBytes } as const;
    scope.addContentTypeParser("application/json", asText, (_request, text, parsed) => {
      parsed(null, text);
    });
    scope.addContentTypeParser("*", (_request, _payload, parsed) => parsed(null));
    route(scope, options, "POST", `${path}/password`, (request, reply) =>
      byPassword(options, request, reply),
    );
    route(scope, options, "POST", `${path}/renew`, (request) => renew(options, request));
    route(scope, options, "DELETE", path, (request, reply) => signOut(options, request, reply));
    done();
  });
}

type Answering = (request: FastifyRequest, reply: FastifyReply) => Promise<object>;

function route(
  app: FastifyInstance,
  options: SignInOptions,
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

async function welcome({ deployment, ports }: SignInOptions, request: FastifyRequest) {
  const { account, region, regions, domain, version, httpPort, httpsPort } = deployment;
  return {
    ...{ account, region, regions, domain, version, httpPort, httpsPort },
    now: ports.clock.now(),
    // As it came here: a proxy that writes another one breaks signatures.
    host: request.headers.host ?? "",
  };
}

async function byKey(
  options: SignInOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<SignedInAnswer> {
  const asked = { service: "entrepot", operationName: "SignIn" } as const;
  const { caller } = await options.login(request, asked);
  return signIn(options, request, reply, caller);
}

async function byPassword(
  options: SignInOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<SignedInAnswer> {
  const { ports, organization, failedLogins } = options;
  const anonymous = options.anonymous(request);
  const claim = readClaim(request.body);
  const who = `${claim.account} ${claim.userName}`;
  if (!failedLogins.allow(anonymous.sourceIp, who)) throw tooMany();
  try {
    const principal = await signInByPassword(ports, organization, claim);
    failedLogins.succeeded(anonymous.sourceIp, who);
    return await signIn(options, request, reply, { ...anonymous, principal });
  } catch (error) {
    if (isRegistryError(error) && error.kind === "AccessDenied") {
      failedLogins.record(anonymous.sourceIp, who);
      tell(options, anonymous, "ConsoleLogin", error);
    }
    throw error;
  }
}

async function signIn(
  options: SignInOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  caller: Caller,
): Promise<SignedInAnswer> {
  const { ports } = options;
  const { cookie, expiresAt, issued } = await openConsoleSession(ports, caller.principal);
  tell(options, caller, "ConsoleLogin");
  const seconds = Math.max(0, Math.floor((expiresAt - ports.clock.now()) / 1000));
  setCookies(request, reply, cookie, seconds);
  return toAnswer(issued, caller.principal);
}

async function renew(options: SignInOptions, request: FastifyRequest): Promise<SignedInAnswer> {
  const cookie = requireCookie(request);
  const { ports, organization } = options;
  const { issued, principal } = await renewConsoleSession(ports, organization, cookie);
  return toAnswer(issued, principal);
}

async function signOut(
  options: SignInOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<object> {
  const cookie = requireCookie(request);
  const { ports, organization } = options;
  const { principal } = await renewConsoleSession(ports, organization, cookie);
  await closeConsoleSession(ports, cookie);
  tell(options, { ...options.anonymous(request), principal }, "ConsoleLogout");
  setCookies(request, reply, "", 0);
  return {};
}

function toAnswer(issued: IssuedSession, { account, arn }: Principal): SignedInAnswer {
  const { session, secretAccessKey, sessionToken } = issued;
  const { accessKeyId, expiresAt } = session;
  return { accessKeyId, secretAccessKey, sessionToken, expiresAt, account, arn };
}

/** One record of who came or went. Source: CloudTrail, "AWS Management Console sign-in events". */
function tell(options: SignInOptions, caller: Caller, eventName: string, error?: unknown): void {
  const { ports, refusal } = options;
  const audit = new RequestAudit({ trail: ports.memory.audit, clock: ports.clock }, caller, {
    ...{ eventSource: "signin.amazonaws.com", eventName, readOnly: false },
  });
  audit.end({
    ...{ eventType: "AwsConsoleSignIn", requestParameters: null },
    ...(error === undefined ? {} : auditError(error, (refused) => refusal(refused).code)),
    responseElements: { [eventName]: error === undefined ? "Success" : "Failure" },
  });
}

function setCookies(
  request: FastifyRequest,
  reply: FastifyReply,
  cookie: string,
  seconds: number,
): void {
  const secure = request.protocol === "https" ? "; Secure" : "";
  const rest = `Max-Age=${seconds}; SameSite=Strict${secure}`;
  const page = cookie === "" ? "" : antiForgeryToken(cookie);
  reply.header("set-cookie", [
    `${sessionCookie}=${cookie}; Path=${path}; HttpOnly; ${rest}`,
    `${forgeryCookie}=${page}; Path=/console; ${rest}`,
  ]);
}

/** @throws UnrecognizedClient without cookie; AccessDenied when another origin may have sent it */
function requireCookie(request: FastifyRequest): string {
  const cookie = cookieOf(request, sessionCookie);
  if (cookie === "") throw new RegistryError("UnrecognizedClient", "Nobody is signed in.");
  const page = request.headers[forgeryHeader];
  if (typeof page === "string" && isSameText(page, antiForgeryToken(cookie))) return cookie;
  throw new RegistryError("AccessDenied", "The request does not come from a page of the console.");
}

/** Browsers say where a request comes from; what is no browser need not (D17). @throws AccessDenied */
function requireSameOrigin(request: FastifyRequest): void {
  const { origin, host } = request.headers;
  if (origin === undefined) return;
  if (URL.canParse(origin) && new URL(origin).host === host) return;
  throw new RegistryError("AccessDenied", "The request comes from a page of another origin.");
}

function cookieOf(request: FastifyRequest, name: string): string {
  const pairs = (request.headers.cookie ?? "").split(";").map((pair) => pair.trim().split("="));
  return pairs.find(([key]) => key === name)?.[1] ?? "";
}

/** @throws Validation */
function readClaim(body: unknown) {
  const { account, userName, password, newPassword } = parse(body);
  const isText = (value: unknown) => typeof value === "string" && value !== "";
  if (typeof account !== "string" || !isAccountId(account)) {
    throw new RegistryError("Validation", "An account is named by its twelve digits.");
  }
  if (!isText(userName) || !isText(password)) {
    throw new RegistryError("Validation", "User name and password are needed.");
  }
  return {
    account: account as AccountId,
    userName: userName as string,
    password: password as string,
    newPassword: isText(newPassword) ? (newPassword as string) : undefined,
  };
}

function parse(body: unknown): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(String(body));
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  } catch {
    // Told below, like what is no object.
  }
  throw new RegistryError("Validation", "The body is no JSON object.");
}

function tooMany(): RegistryError {
  return new RegistryError("Throttling", "Too many sign-ins failed. Wait a minute.");
}

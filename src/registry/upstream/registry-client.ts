import type { Readable } from "node:stream";
import type { Clock } from "../../ports/clock.ts";
import type { Egress, EgressResponse } from "../../ports/egress.ts";
import { answerFailure, wayFailure } from "../takeover/answer-failure.ts";
import { wholeDocument } from "../takeover/checked-content.ts";
import { TakeoverFailure } from "../takeover/takeover-failure.ts";
import { takeoverLimits } from "../takeover/takeover-limits.ts";
import { type Challenge, challengeIn } from "./challenge.ts";

export interface RegistryAccess {
  readonly origin: string;
  /** `user:password` in base64. */
  readonly basic: string | undefined;
  /** Hosts besides the registry's own that may ask for the password to give tokens (D11). */
  readonly realms: readonly string[];
  /** Certificates of authorities, PEM, that are trusted there beside the public ones. */
  readonly authorities?: readonly string[] | undefined;
  /** How another one is listed, for who is told that it is not. */
  readonly listing: string;
}

export interface Wanted {
  /** By default GET. */
  readonly method?: "HEAD";
  /** With its leading slash. */
  readonly path: string;
  /** What a token is to be for: it is kept for others that need the same. "" for nothing in particular. */
  readonly scope: string;
  readonly accept?: string;
  readonly maximumBytes: number;
  /** By default `takeoverLimits.transferMs`. */
  readonly timeoutMs?: number;
}

const errorBytes = 64 * 1024;
/** Scopes that tokens are kept for. */
const mostLogins = 1_000;

/** Another registry, asked by GET and HEAD alone, with what it wants to see before it answers. */
export class RegistryClient {
  readonly #egress: Egress;
  readonly #access: RegistryAccess;
  readonly #clock: Clock;
  /** By scope. Several that want the same wait for one token. */
  readonly #logins = new Map<string, Promise<string | undefined>>();

  constructor(egress: Egress, access: RegistryAccess, clock: Clock) {
    this.#egress = egress;
    this.#access = access;
    this.#clock = clock;
  }

  get origin(): string {
    return this.#access.origin;
  }

  /** @throws TakeoverFailure for any answer but 200 */
  async get(wanted: Wanted): Promise<EgressResponse> {
    const known = this.#logins.get(wanted.scope);
    const first = await this.#send(wanted, await known);
    const answer = this.#wantsToSee(first) ? await this.#again(wanted, first, known) : first;
    if (answer.status !== 401 || this.#wantsToSee(answer)) return this.#required(answer);
    return this.#elsewhere(wanted, answer);
  }

  /** Whether it is the registry itself that does, and not whom it leads to. */
  #wantsToSee({ status, url }: EgressResponse): boolean {
    return status === 401 && new URL(url).origin === new URL(this.origin).origin;
  }

  /** With what the registry wants to see. */
  async #again(
    wanted: Wanted,
    refused: EgressResponse,
    known: Promise<string | undefined> | undefined,
  ): Promise<EgressResponse> {
    const challenge = await challengeOf(refused);
    // Whoever comes second finds the token that the first one got.
    if (this.#logins.get(wanted.scope) === known) {
      const login = this.#login(challenge, wanted.scope);
      this.#keep(wanted.scope, login);
      login.catch(() => this.#logins.delete(wanted.scope));
    }
    return this.#send(wanted, await this.#logins.get(wanted.scope));
  }

  /**
   * Who was redirected, and is asked for a token there, gets one as nobody, of that very place: what the
   * registry itself is shown goes nowhere else (D11). So registry.k8s.io leads to registries near by.
   */
  async #elsewhere(wanted: Wanted, refused: EgressResponse): Promise<EgressResponse> {
    const place = new URL(refused.url);
    const challenge = await challengeOf(refused);
    const key = `${place.origin} ${wanted.scope}`;
    const known = this.#logins.get(key);
    if (known !== undefined) {
      const answer = await this.#send(wanted, await known, place.href);
      if (answer.status !== 401) return this.#required(answer);
      await wholeDocument(passing(answer.body), "The answer", errorBytes);
    }
    const realm = URL.parse(challenge.realm ?? "");
    if (challenge.scheme !== "bearer" || realm?.origin !== place.origin) {
      const sentence = `${this.origin} leads to ${place.origin}, which wants to see who comes`;
      throw new TakeoverFailure("refused", sentence, undefined, 401);
    }
    const login = this.#token(realm, challenge, wanted.scope, {});
    this.#keep(key, login);
    login.catch(() => this.#logins.delete(key));
    return this.#required(await this.#send(wanted, await login, place.href));
  }

  /** A document of JSON, and the headers that it came with. @throws TakeoverFailure */
  async json(wanted: Omit<Wanted, "maximumBytes">) {
    const { listBytes } = takeoverLimits;
    const { headers, body } = await this.get({ ...wanted, maximumBytes: listBytes });
    const bytes = await wholeDocument(passing(body), wanted.path, listBytes);
    try {
      return { headers, value: JSON.parse(bytes.toString("utf8")) as unknown };
    } catch {
      throw new TakeoverFailure("refused", `${this.origin} answers ${wanted.path} with no JSON`);
    }
  }

  /** Of many scopes those that were asked for last. */
  #keep(scope: string, login: Promise<string | undefined>): void {
    this.#logins.delete(scope);
    this.#logins.set(scope, login);
    const [oldest] = this.#logins.keys();
    if (this.#logins.size > mostLogins && oldest !== undefined) this.#logins.delete(oldest);
  }

  async #send(
    { method, path, accept, maximumBytes, timeoutMs }: Wanted,
    authorization: string | undefined,
    url: string = `${this.origin}${path}`,
  ) {
    const headers = {
      ...(accept !== undefined && { accept }),
      ...(authorization !== undefined && { authorization }),
    };
    const most = Math.max(maximumBytes, errorBytes);
    return this.#request({ method: method ?? "GET", url, headers, timeoutMs }, most);
  }

  async #login(challenge: Challenge, fallback: string): Promise<string | undefined> {
    const { scheme, realm } = challenge;
    const { basic } = this.#access;
    if (scheme === "basic") return basic === undefined ? undefined : `Basic ${basic}`;
    if (scheme !== "bearer" || realm === undefined) return undefined;
    const headers = basic === undefined ? {} : { authorization: `Basic ${basic}` };
    return this.#token(this.#realm(realm), challenge, fallback, headers);
  }

  async #token(
    url: URL,
    { service, scope }: Challenge,
    fallback: string,
    headers: Readonly<Record<string, string>>,
  ): Promise<string> {
    if (service !== undefined) url.searchParams.set("service", service);
    const wanted = scope ?? fallback;
    if (wanted !== "") url.searchParams.set("scope", wanted);
    const answer = await this.#request({ method: "GET", url: url.href, headers }, errorBytes);
    const { body } = await this.#required(answer);
    const text = (await wholeDocument(passing(body), "The token", errorBytes)).toString("utf8");
    return `Bearer ${tokenIn(text, url.origin)}`;
  }

  /** Where tokens are given. The password goes to the registry's own host, and to those that were named. */
  #realm(realm: string): URL {
    const url = URL.parse(realm);
    const own = new URL(this.origin);
    const isKnown = url?.hostname === own.hostname || this.#access.realms.includes(url?.host ?? "");
    const isSafe = url?.protocol === "https:" || url?.protocol === own.protocol;
    if (url !== null && isKnown && isSafe) return url;
    const host = url?.host ?? "somebody without a URL";
    const sentence = `${this.origin} wants tokens of ${host}; if that is right: ${this.#access.listing}`;
    throw new TakeoverFailure("refused", sentence);
  }

  async #request(
    { timeoutMs = takeoverLimits.transferMs, ...request }: Asked,
    maximumBytes: number,
  ): Promise<EgressResponse> {
    try {
      return await this.#egress.request({
        ...{ ...request, maximumBytes, plainHttp: "listed", timeoutMs },
        authorities: this.#access.authorities,
      });
    } catch (error) {
      throw wayFailure(error);
    }
  }

  async #required(answer: EgressResponse): Promise<EgressResponse> {
    if (answer.status === 200) return answer;
    const body = await wholeDocument(passing(answer.body), "The answer", errorBytes);
    const failed = { ...answer, text: body.toString("utf8") };
    throw answerFailure(this.origin, failed, this.#clock.now());
  }
}

interface Asked {
  readonly method: "GET" | "HEAD";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs?: number | undefined;
}

async function challengeOf({ headers, body }: EgressResponse): Promise<Challenge> {
  await wholeDocument(passing(body), "The answer", errorBytes);
  return challengeIn(headers.get("www-authenticate") ?? "");
}

/** What breaks on the way, as a failure of taking over. */
export async function* passing(body: Readable): AsyncGenerator<Uint8Array> {
  try {
    yield* body as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw wayFailure(error);
  }
}

function tokenIn(text: string, origin: string): string {
  try {
    const { token, access_token: accessToken } = JSON.parse(text) as Record<string, unknown>;
    const found = [token, accessToken].find((each) => typeof each === "string" && each !== "");
    if (typeof found === "string" && /^[\x21-\x7e]+$/.test(found)) return found;
  } catch {
    // Said below.
  }
  throw new TakeoverFailure("refused", `${origin} gives no token`);
}

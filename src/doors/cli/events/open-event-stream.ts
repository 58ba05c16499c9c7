import { type IncomingMessage, request } from "node:http";
import { request as tlsRequest } from "node:https";
import type { Readable } from "node:stream";
import { spoken, trustedHere } from "../ask.ts";
import { parsed, Refusal, refusalOf, type ServerAddress } from "../call-server.ts";
import { type ClientKey, CommandError } from "../client.ts";
import { signedGet } from "../signed-call.ts";

export interface WantedStream {
  /** Parameters of `GET /events`. */
  readonly wanted: Readonly<Record<string, string>>;
  readonly after: number | undefined;
  readonly signal: AbortSignal;
}

const refusalCharacters = 64 * 1024;

/** @throws Refusal, and CommandError when nobody answers, or somebody who knows no events */
export async function openEventStream(
  { origin, region, authority, now }: ServerAddress,
  key: ClientKey,
  { wanted, after, signal }: WantedStream,
): Promise<Readable> {
  const query = { ...wanted, ...(after === undefined ? {} : { after: String(after) }) };
  const headers = await signedGet(origin, region, { path: "/events", query }, key, now());
  const words = Object.entries(query).map((pair) => pair.map(encodeURIComponent).join("="));
  const url = `${origin}/events?${words.join("&")}`;
  const ca = authority === "" ? trustedHere() : [...trustedHere(), authority];
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const options = { headers, agent: false as const, signal };
    const sent = url.startsWith("https:")
      ? tlsRequest(url, { ...options, ca })
      : request(url, options);
    sent
      .on("response", resolve)
      .on("error", (error) => reject(spoken(error)))
      .end();
  }).catch((error: Error) => {
    throw new CommandError(`${origin} cannot be reached: ${error.message}`);
  });
  if (response.statusCode === 200) return response.setEncoding("utf8");
  let text = "";
  for await (const piece of response.setEncoding("utf8")) {
    text += piece;
    if (text.length > refusalCharacters) break;
  }
  const { code, message } = refusalOf(parsed(text));
  if (code !== undefined) throw new Refusal(origin, code, message);
  throw new CommandError(`${origin} answers with status ${response.statusCode}; is it Entrepot?`);
}

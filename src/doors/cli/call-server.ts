import { ask } from "./ask.ts";
import { type Client, CommandError, configSection } from "./client.ts";
import { clientKey } from "./client-key.ts";
import { readSection, readTextFile } from "./ini-file.ts";
import { type SignedCall, signedEntrepotCall } from "./signed-call.ts";

export interface ServerOptions {
  readonly profile: string;
  /** Else the profile's, else the one that the settings imply. */
  readonly endpoint: string | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * Asks a running server for an operation of Entrepot's own, with the key of the environment, of the
 * profile, or of the data directory's root.
 * @throws CommandError when there is no key, no server, or a refusal
 */
export async function callServer<Answer>(
  client: Client,
  options: ServerOptions,
  operationName: string,
  input: object,
): Promise<Answer> {
  const { profile, endpoint, now } = options;
  const config = readSection(await readTextFile(client.awsConfigFile), configSection(profile));
  const origin = originOf(client, endpoint ?? config.get("endpoint_url"));
  const key = (await clientKey(client, profile))?.key ?? (await client.rootKey());
  if (key === undefined) {
    throw new CommandError(
      `there is no access key in the environment, in the profile "${profile}" or in ` +
        `${client.dataDirectory}; name a profile with --profile, or the directory with --data`,
    );
  }
  const region = config.get("region") ?? client.region;
  const call = await signedEntrepotCall(origin, region, operationName, input, key, now());
  return send<Answer>(client, origin, call);
}

/**
 * The same of the server that has the data directory open, with that directory's own key.
 * @throws CommandError when there is no key, no server, or a refusal
 */
export async function callOwnServer<Answer>(
  client: Client,
  { endpoint, now }: Pick<ServerOptions, "endpoint" | "now">,
  operationName: string,
  input: object,
): Promise<Answer> {
  const origin = originOf(client, endpoint);
  const key = await client.rootKey();
  if (key === undefined) {
    throw new CommandError(
      `there is no access key in ${client.dataDirectory} to ask its server with`,
    );
  }
  const { region } = client;
  const call = await signedEntrepotCall(origin, region, operationName, input, key, now());
  return send<Answer>(client, origin, call);
}

function originOf(client: Client, endpoint: string | undefined): string {
  const wanted = endpoint ?? client.httpUrl ?? client.httpsUrl ?? "";
  const url = URL.parse(wanted);
  if (url === null) throw new CommandError(`"${wanted}" is no URL; name one with --endpoint`, 2);
  return url.origin;
}

async function send<Answer>(client: Client, origin: string, call: SignedCall): Promise<Answer> {
  const ca = await readTextFile(client.authorityFile);
  const { status, body } = await ask(`${origin}/`, { ...call, ca }).catch((error: Error) => {
    throw new CommandError(`${origin} cannot be reached: ${error.message}`);
  });
  if (status === 200) return JSON.parse(body) as Answer;
  throw new CommandError(`${origin} refuses: ${refusalText(status, body)}`);
}

function refusalText(status: number, body: string): string {
  try {
    const { __type: code, message } = JSON.parse(body) as { __type?: string; message?: string };
    return `${code ?? `status ${status}`}: ${message ?? ""}`;
  } catch {
    return `status ${status}; is it Entrepot?`; // Whatever answers there does not speak AWS JSON.
  }
}

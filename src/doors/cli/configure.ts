import { type Client, type ClientKey, CommandError, configSection } from "./client.ts";
import { readTextFile, withSection, writeTextFile } from "./ini-file.ts";

export interface ConfigureOptions {
  readonly profile: string;
  readonly endpoint?: string | undefined;
  readonly accessKeyId?: string | undefined;
  readonly secretAccessKey?: string | undefined;
  readonly sessionToken?: string | undefined;
}

export interface Configured {
  readonly profile: string;
  readonly endpointUrl: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly files: readonly string[];
}

/**
 * Writes a profile for the AWS CLI and SDKs and leaves everything else in their files as it is.
 * @throws CommandError when there is no access key or no endpoint to write
 */
export async function configure(client: Client, options: ConfigureOptions): Promise<Configured> {
  const { profile } = options;
  if (!/^[\w.@+-]{1,128}$/.test(profile)) {
    throw new CommandError(`"${profile}" is no name of a profile: use letters, digits, - and _`, 2);
  }
  const endpointUrl = checkedUrl(options.endpoint) ?? client.httpUrl ?? client.httpsUrl;
  if (endpointUrl === undefined) {
    throw new CommandError("no endpoint is known; name it with --endpoint", 2);
  }
  const key = await keyOf(client, options);
  const authority = await readTextFile(client.authorityFile);
  const needsAuthority = endpointUrl === client.httpsUrl && authority !== "";
  const config = withSection(await readTextFile(client.awsConfigFile), configSection(profile), {
    region: client.region,
    endpoint_url: endpointUrl,
    ...(needsAuthority ? { ca_bundle: client.authorityFile } : {}),
  });
  const credentials = withSection(await readTextFile(client.awsCredentialsFile), profile, {
    aws_access_key_id: key.accessKeyId,
    aws_secret_access_key: key.secretAccessKey,
    // Left from another key, a token would make this one useless.
    aws_session_token: key.sessionToken,
  });
  await writeTextFile(client.awsCredentialsFile, credentials, 0o600);
  await writeTextFile(client.awsConfigFile, config, 0o600);
  return {
    profile,
    endpointUrl,
    region: client.region,
    accessKeyId: key.accessKeyId,
    files: [client.awsConfigFile, client.awsCredentialsFile],
  };
}

async function keyOf(client: Client, options: ConfigureOptions): Promise<ClientKey> {
  const { accessKeyId, secretAccessKey, sessionToken } = options;
  if ((accessKeyId === undefined) !== (secretAccessKey === undefined)) {
    throw new CommandError("--access-key-id and --secret-access-key belong together", 2);
  }
  if (accessKeyId !== undefined && secretAccessKey !== undefined) {
    // A line break would end the value and begin something else in the file.
    if (!/^[\x21-\x7e]+$/.test(accessKeyId + secretAccessKey + (sessionToken ?? ""))) {
      throw new CommandError("an access key holds no spaces and no line breaks", 2);
    }
    return { accessKeyId, secretAccessKey, sessionToken };
  }
  if (sessionToken !== undefined) {
    throw new CommandError("--session-token belongs to --access-key-id", 2);
  }
  const root = await client.rootKey();
  if (root !== undefined) return root;
  throw new CommandError(
    `there is no access key in ${client.dataDirectory}: start the server once, name its directory ` +
      "with --data, or give --access-key-id and --secret-access-key",
  );
}

function checkedUrl(endpoint: string | undefined): string | undefined {
  if (endpoint === undefined) return undefined;
  const url = URL.parse(endpoint);
  if (url !== null && /^https?:$/.test(url.protocol) && url.pathname === "/" && url.search === "") {
    return url.origin;
  }
  throw new CommandError(`"${endpoint}" is no base URL such as http://localhost:5050`, 2);
}

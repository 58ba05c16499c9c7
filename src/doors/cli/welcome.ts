import type { ClientKey } from "./client.ts";

export interface Welcome {
  readonly version: string;
  readonly firstStart: boolean;
  /** Set at the start that made it only: the secret is shown once. */
  readonly newKey: ClientKey | undefined;
  readonly httpUrl: string | undefined;
  readonly httpsUrl: string | undefined;
  /** Host and port that image names begin with. */
  readonly registryAddress: string;
  readonly region: string;
  readonly dataDirectory: string;
  /** `undefined` with a certificate of the operator's own. */
  readonly authorityFile: string | undefined;
  readonly credentialsFile: string;
}

/** What the terminal shows once the server is ready. Long at the first start, short afterwards. */
export function welcome(start: Welcome): string {
  const addresses = [start.httpUrl, start.httpsUrl].filter((url) => url !== undefined);
  const head = [
    "",
    `Entrepot ${start.version} serves ${addresses.join(" and ")}`,
    `Data: ${start.dataDirectory}`,
  ];
  if (!start.firstStart && start.newKey === undefined) {
    const next = "Set up a client: npx entrepot configure   Check one: npx entrepot doctor";
    return [...head, next, "", ""].join("\n");
  }
  const blocks = [credentialLines(start), pushLines(start), trustLines(start)];
  return [...head, "", ...blocks.flatMap((lines) => [...lines, ""]), ""].join("\n");
}

function credentialLines(start: Welcome): string[] {
  const { newKey, httpUrl, httpsUrl, region, credentialsFile } = start;
  const set = (name: string, value: string) =>
    `  aws configure set ${name} ${quoted(value)} --profile entrepot`;
  const key =
    newKey === undefined
      ? ["For the AWS CLI and SDKs, with the root's access key from your settings:"]
      : [
          "For the AWS CLI and SDKs (the secret is shown this once; it is kept in",
          `${credentialsFile}, and "npx entrepot configure" does the same as these lines):`,
          set("aws_access_key_id", newKey.accessKeyId),
          set("aws_secret_access_key", newKey.secretAccessKey),
        ];
  return [
    ...key,
    set("region", region),
    set("endpoint_url", httpUrl ?? httpsUrl ?? ""),
    `  (an AWS CLI before 2.13 needs --endpoint-url ${httpUrl ?? httpsUrl ?? ""} with each command)`,
    "  export AWS_PROFILE=entrepot",
  ];
}

function pushLines({ registryAddress }: Welcome): string[] {
  return [
    "Sign in and push:",
    `  aws ecr get-login-password | docker login --username AWS --password-stdin ${registryAddress}`,
    "  aws ecr create-repository --repository-name demo",
    `  docker tag alpine ${registryAddress}/demo:1 && docker push ${registryAddress}/demo:1`,
  ];
}

function trustLines({ authorityFile, httpsUrl }: Welcome): string[] {
  if (authorityFile === undefined || httpsUrl === undefined) return [];
  const file = quoted(authorityFile);
  const dockers = `/etc/docker/certs.d/${new URL(httpsUrl).host}/ca.crt`;
  const debians = "/usr/local/share/ca-certificates/entrepot.crt";
  const fedoras = "/etc/pki/ca-trust/source/anchors/entrepot.pem";
  return [
    `HTTPS uses a certificate authority of its own, ${authorityFile}. To trust it:`,
    `  Docker          sudo install -D -m 644 ${file} ${dockers}`,
    `  Debian, Ubuntu  sudo cp ${file} ${debians} && sudo update-ca-certificates`,
    `  Fedora, RHEL    sudo cp ${file} ${fedoras} && sudo update-ca-trust`,
    `  AWS CLI, Node   export AWS_CA_BUNDLE=${file} NODE_EXTRA_CA_CERTS=${file}`,
  ];
}

/** As a POSIX shell reads it back. */
export function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

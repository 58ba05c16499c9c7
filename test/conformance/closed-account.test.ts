/** What becomes of an account's registry, its principals and its guests when it is closed. */
import {
  BatchGetImageCommand,
  CreateRepositoryCommand,
  DescribeRepositoriesCommand,
  ECRClient,
  GetAuthorizationTokenCommand,
  SetRepositoryPolicyCommand,
} from "@aws-sdk/client-ecr";
import { CloseAccountCommand, OrganizationsClient } from "@aws-sdk/client-organizations";
import { afterEach, beforeEach, expect, it } from "vitest";
import { limits } from "../../src/registry/limits.ts";
import type { AccountId } from "../../src/registry/names.ts";
import { AwsServer, type SdkCredentials } from "../support/aws-server.ts";
import { DistributionServer, hostOf } from "../support/distribution-server.ts";
import { account, imageManifest, otherAccount } from "../support/ecr.ts";
import { keyOf, policyText, putUser } from "../support/identity.ts";
import { OciClient } from "../support/oci-client.ts";
import { testPorts } from "../support/ports.ts";
import { addAccounts } from "../support/sessions.ts";

const closing = otherAccount;
const staying = "222222222222" as AccountId;
const repositoryName = "app";
const imageIds = [{ imageTag: "v1" }];

let aws: AwsServer;
let distribution: DistributionServer;
/** Users who may do everything that their accounts can let them. */
let owner: SdkCredentials;
let neighbour: SdkCredentials;
let guest: SdkCredentials;

beforeEach(async () => {
  const opened = await testPorts();
  opened.clock.set(Date.now()); // The SDKs sign with the machine's time.
  aws = new AwsServer({ ...opened, close: async () => undefined }); // The other door's close is it.
  distribution = new DistributionServer(opened, { credentials: aws.credentials });
  await Promise.all([aws.listen(), distribution.listen()]);
  await addAccounts(opened.ports, account, closing, staying);
  const userOf = async (id: AccountId) => {
    const everything = { Effect: "Allow", Action: "ecr:*", Resource: "*" };
    return keyOf(opened.ports, await putUser(opened.ports, { account: id, name: "u" }, everything));
  };
  owner = await userOf(closing);
  neighbour = await userOf(staying);
  guest = await userOf(account);
  await openRegistry(closing, owner);
  await openRegistry(staying, neighbour);
});
afterEach(async () => {
  await aws.close();
  await distribution.close();
});

const ecr = (credentials: SdkCredentials) => new ECRClient(aws.client(credentials));

/** At the account's registry, signed in as whoever has the credentials. */
async function signedIn(credentials: SdkCredentials, registry: AccountId): Promise<OciClient> {
  const { authorizationData } = await ecr(credentials).send(new GetAuthorizationTokenCommand({}));
  const authorization = `Basic ${authorizationData?.[0]?.authorizationToken}`;
  return new OciClient(distribution.origin, { authorization, host: hostOf(registry) });
}

/** A repository with an image, which the management account may pull. */
async function openRegistry(registryId: AccountId, by: SdkCredentials): Promise<void> {
  await ecr(by).send(new CreateRepositoryCommand({ repositoryName }));
  const pull = policyText({
    Effect: "Allow",
    Principal: { AWS: account },
    Action: ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:DescribeRepositories"],
  });
  await ecr(by).send(new SetRepositoryPolicyCommand({ repositoryName, policyText: pull }));
  const client = await signedIn(by, registryId);
  const config = Buffer.from("{}");
  await client.pushBlob(repositoryName, config);
  const pushed = await client.putManifest(repositoryName, "v1", imageManifest(config));
  expect(pushed.status).toBe(201);
}

async function closeAccount(): Promise<void> {
  const organizations = new OrganizationsClient(aws.client());
  await organizations.send(new CloseAccountCommand({ AccountId: closing }));
}

const manifest = (name = repositoryName) => `/v2/${name}/manifests/v1`;
const image = (registryId: AccountId, name = repositoryName) =>
  new BatchGetImageCommand({ registryId, repositoryName: name, imageIds });
const outcome = (asked: Promise<object>) =>
  asked.then(
    () => "done",
    ({ name, message }: Error) => `${name}: ${message.replace(/ Encoded .*/s, "")}`,
  );

it("lets nobody in by its policies, as if nothing were there, at both doors", async () => {
  const client = await signedIn(guest, closing);
  expect((await client.get(manifest())).status).toBe(200);
  expect(await outcome(ecr(guest).send(image(closing)))).toBe("done");
  await closeAccount();
  const [answer, absent] = [await client.get(manifest()), await client.get(manifest("none"))];
  expect([answer.status, answer.code()]).toEqual([403, "DENIED"]);
  expect(answer.text()).toContain("because no resource-based policy allows");
  expect(answer.text()).toBe(absent.text().replace("repository/none", "repository/app"));
  const refusal = await outcome(ecr(guest).send(image(closing)));
  expect(refusal).toMatch(/^AccessDeniedException: .* because no resource-based policy allows/);
  const ofAbsent = await outcome(ecr(guest).send(image(closing, "none")));
  expect(refusal).toBe(ofAbsent.replace("repository/none", "repository/app"));
  expect((await client.get("/v2/_catalog")).status).toBe(403);
});

it("lets none of its own in, by keys or by tokens that they have", async () => {
  const client = await signedIn(owner, closing);
  const abroad = await signedIn(owner, staying);
  await closeAccount();
  for (const answer of [await client.get(manifest()), await abroad.get("/v2/")]) {
    expect([answer.status, answer.code()]).toEqual([403, "DENIED"]);
    expect(answer.text()).toContain("Your authorization token has expired");
  }
  const asked = ecr(owner).send(new DescribeRepositoriesCommand({}));
  expect(await outcome(asked)).toMatch(/^UnrecognizedClientException: /);
});

it("takes nothing from other accounts, whose policies stay in force", async () => {
  const [own, guests] = [await signedIn(neighbour, staying), await signedIn(guest, staying)];
  await closeAccount();
  for (const client of [own, guests]) expect((await client.get(manifest())).status).toBe(200);
  for (const by of [neighbour, guest]) {
    expect(await outcome(ecr(by).send(image(staying)))).toBe("done");
  }
});

it("is shut on a replica that another one has closed it on, five seconds later", async () => {
  const client = await signedIn(guest, closing);
  expect((await client.get(manifest())).status).toBe(200);
  await aws.ports.metadata.transaction(async ({ identity: { accounts } }) => {
    const found = await accounts.lock(closing);
    await accounts.replace({ ...found!, status: "SUSPENDED" });
  });
  aws.opened.clock.advance(limits.identityCacheMs);
  expect((await client.get(manifest())).status).toBe(403);
  expect(await outcome(ecr(guest).send(image(closing)))).toMatch(/^AccessDeniedException/);
});

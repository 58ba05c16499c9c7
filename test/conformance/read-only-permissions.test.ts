/** What decides who may do what, and which images may be pulled, is as it was in a registry that is served read-only. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { deleteRegistryPolicy } from "../../src/operations/ecr/delete-registry-policy.ts";
import { deleteRepositoryPolicy } from "../../src/operations/ecr/delete-repository-policy.ts";
import { putRegistryPolicy } from "../../src/operations/ecr/put-registry-policy.ts";
import { setRepositoryPolicy } from "../../src/operations/ecr/set-repository-policy.ts";
import { approveImage } from "../../src/operations/entrepot/approve-image.ts";
import { approveInEmergency } from "../../src/operations/entrepot/approve-in-emergency.ts";
import { approveRequest } from "../../src/operations/entrepot/approve-request.ts";
import { deleteEnvironment } from "../../src/operations/entrepot/delete-environment.ts";
import { deleteGate } from "../../src/operations/entrepot/delete-gate.ts";
import { deleteTrustedSigner } from "../../src/operations/entrepot/delete-trusted-signer.ts";
import { putEnvironment } from "../../src/operations/entrepot/put-environment.ts";
import { putGate } from "../../src/operations/entrepot/put-gate.ts";
import { putTrustedSigner } from "../../src/operations/entrepot/put-trusted-signer.ts";
import { putVexPolicy } from "../../src/operations/entrepot/put-vex-policy.ts";
import { quarantineImage } from "../../src/operations/entrepot/quarantine-image.ts";
import { rejectImage } from "../../src/operations/entrepot/reject-image.ts";
import { rejectRequest } from "../../src/operations/entrepot/reject-request.ts";
import { releaseImage } from "../../src/operations/entrepot/release-image.ts";
import { requestApproval } from "../../src/operations/entrepot/request-approval.ts";
import type { Operation } from "../../src/operations/operation.ts";
import type { Caller } from "../../src/registry/identity/principal.ts";
import { account, TestRegistry } from "../support/ecr.ts";
import { userWith } from "../support/identity.ts";
import { type TestPorts, testPorts } from "../support/ports.ts";
import { operationsOfLevel, readOnlyRefusal, servedReadOnly } from "../support/read-only.ts";
import { addAccounts } from "../support/sessions.ts";
import { ecKey, publicPem } from "../support/signatures.ts";

const repositoryName = "app";
const policyOn = (action: string, more: object = {}) => {
  const Principal = { AWS: `arn:aws:iam::${account}:root` };
  const Statement = [{ Effect: "Allow", Principal, Action: action, ...more }];
  return JSON.stringify({ Version: "2012-10-17", Statement });
};
const policyText = policyOn("ecr:CreateRepository", {
  Resource: `arn:aws:ecr:us-east-1:${account}:repository/*`,
});
const gate = { name: "reviewed", repositories: [repositoryName], requireReview: true };
const environment = { name: "production", emergencyHours: 4 };
const trusted = { name: "release", pem: publicPem(ecKey()) };

let opened: TestPorts;
let registry: TestRegistry;
let reviewer: Caller;
let imageDigest: string;
let heldDigest: string;
let requestId: string;

beforeEach(async () => {
  opened = await testPorts();
  await addAccounts(opened.ports, account);
  const before = new TestRegistry(opened);
  const Action = ["ecr:*", "entrepot:*", "entrepot:ApproveInEmergency"];
  const everything = { Effect: "Allow", Action, Resource: "*" };
  reviewer = await userWith(opened.ports, { account, name: "reviewer" }, everything);
  await before.createRepository(repositoryName);
  imageDigest = await before.pushImage(repositoryName, "image");
  heldDigest = await before.pushImage(repositoryName, "held");
  await before.ask(putRegistryPolicy, { policyText });
  await before.ask(setRepositoryPolicy, {
    ...{ repositoryName, policyText: policyOn("ecr:BatchGetImage") },
  });
  await before.ask(putGate, gate);
  await before.ask(putEnvironment, environment);
  await before.ask(putTrustedSigner, trusted);
  await before.ask(quarantineImage, { ...held(), reason: "looks odd" });
  const wish = { environment: environment.name, comment: "please" };
  const asked = await before.ask(requestApproval, { repositoryName, imageDigest, ...wish });
  requestId = asked.request.requestId;
  registry = servedReadOnly(opened);
});
afterEach(() => opened.close());

const image = () => ({ repositoryName, imageId: { imageDigest } });
const held = () => ({ repositoryName, imageId: { imageDigest: heldDigest } });
const decision = () => ({ repositoryName, requestId, imageDigest, comment: "looked at" });

/** Each as it would succeed for the reviewer if writes were taken. */
const writes: Readonly<Record<string, () => readonly [Operation, object]>> = {
  PutRegistryPolicy: () => [putRegistryPolicy, { policyText }],
  DeleteRegistryPolicy: () => [deleteRegistryPolicy, {}],
  SetRepositoryPolicy: () => [
    setRepositoryPolicy,
    { repositoryName, policyText: policyOn("ecr:PutImage") },
  ],
  DeleteRepositoryPolicy: () => [deleteRepositoryPolicy, { repositoryName }],
  PutGate: () => [putGate, { ...gate, requireReview: false, blockAtSeverity: "HIGH" }],
  DeleteGate: () => [deleteGate, { name: gate.name }],
  ApproveImage: () => [approveImage, { ...image(), comment: "good" }],
  RejectImage: () => [rejectImage, { ...image(), comment: "bad" }],
  QuarantineImage: () => [quarantineImage, { ...image(), reason: "odd, too" }],
  ReleaseImage: () => [releaseImage, { ...held(), reason: "was nothing" }],
  PutVexPolicy: () => [putVexPolicy, { attachedDocuments: "NONE" }],
  PutTrustedSigner: () => [putTrustedSigner, { ...trusted, name: "another" }],
  DeleteTrustedSigner: () => [deleteTrustedSigner, { name: trusted.name }],
  PutEnvironment: () => [putEnvironment, { ...environment, approvals: 2 }],
  DeleteEnvironment: () => [deleteEnvironment, { name: environment.name }],
  ApproveRequest: () => [approveRequest, decision()],
  ApproveInEmergency: () => [approveInEmergency, decision()],
  RejectRequest: () => [rejectRequest, decision()],
};

describe("served read-only", () => {
  it.each(Object.keys(writes))("%s is refused, and changes nothing", async (name) => {
    const before = await opened.dump();
    const [operation, input] = writes[name]!();
    await expect(registry.ask(operation, input, reviewer)).rejects.toMatchObject(readOnlyRefusal);
    expect(await opened.dump()).toBe(before);
  });

  it.each(Object.keys(writes))("%s would have changed something", async (name) => {
    const before = await opened.dump();
    const [operation, input] = writes[name]!();
    await new TestRegistry(opened).ask(operation, input, reviewer);
    expect(await opened.dump()).not.toBe(before);
  });

  it("every operation on registries that manages permissions is among those", () => {
    expect(Object.keys(writes).toSorted()).toEqual(operationsOfLevel("Permissions management"));
  });
});

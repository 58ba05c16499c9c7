/** On a laptop and on a phone everything of a list is seen: nothing scrolls sideways, and no hint is cut off. */
import { CreateRepositoryCommand } from "@aws-sdk/client-ecr";
import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { CreateAliasCommand, CreateKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { expect, it } from "vitest";
import { npmLayer } from "../support/scanned-images.ts";
import type { RunningServer } from "../support/server.ts";
import type { Visit } from "./browser.ts";
import { ask, createRepository, ecrOf, pushImage, pushIndex } from "./content.ts";
import { createUser } from "./people.ts";
import { signedIn } from "./signed-in.ts";

const name = "platform/observability/open-telemetry-collector-contrib/linux-distribution-builder";
const trust = { Effect: "Allow", Principal: { AWS: "000000000000" }, Action: "sts:AssumeRole" };
let shown: Visit;
let digest: string;

signedIn(async (server, page) => {
  shown = page;
  await fill(server);
});

/** Long names, as people have them. */
async function fill(server: RunningServer): Promise<void> {
  const { accessKeyId, secretAccessKey, origin: endpoint } = server;
  const options = {
    ...{ region: "us-east-1", endpoint, credentials: { accessKeyId, secretAccessKey } },
  };
  const tags = [{ Key: "cost-centre", Value: "platform-observability-and-tracing" }];
  await ask(server, "ecr:PutRegistryScanningConfiguration", {
    scanType: "ENHANCED",
    rules: [
      {
        scanFrequency: "SCAN_ON_PUSH",
        repositoryFilters: [{ filter: "*", filterType: "WILDCARD" }],
      },
    ],
  });
  const kms = new KMSClient(options);
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
  const AliasName = "alias/platform-observability-open-telemetry-collector";
  await kms.send(new CreateAliasCommand({ AliasName, TargetKeyId: KeyMetadata?.KeyId }));
  const kmsKey = KeyMetadata?.Arn;
  await ecrOf(server).send(
    new CreateRepositoryCommand({
      ...{ repositoryName: name, tags, imageTagMutability: "IMMUTABLE_WITH_EXCLUSION" },
      imageTagMutabilityExclusionFilters: [{ filterType: "WILDCARD", filter: "latest*" }],
      encryptionConfiguration: { encryptionType: "KMS", kmsKey },
    }),
  );
  const layers = [npmLayer("lodash@4.17.20", "minimist@1.2.5")];
  const tag = "2026.11.30-main-4f9a1c2d8e7b6a5f-linux-amd64-debug";
  digest = await pushImage(server, name, tag, { layers });
  await ask(server, "entrepot:PutGate", {
    ...{ name: "production", repositories: ["held/*"], requireReview: true },
  });
  await createRepository(server, "held/collector-contrib-distribution-builder");
  await pushIndex(server, "held/collector-contrib-distribution-builder", tag, ["amd64", "arm64"]);
  await createUser(server, "reader", ["ecr:DescribeRepositories"]);
  await new IAMClient(options).send(
    new CreateRoleCommand({
      RoleName: "ci-runner-of-the-platform-team-for-production-deployments",
      AssumeRolePolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: [trust] }),
    }),
  );
}

const places: readonly (readonly [path: string, text: string])[] = [
  ["/repositories", "linux-distribution-builder"],
  [`/r/${name}/-/images`, "2026.11.30-main"],
  [`/r/${name}/-/permissions`, "user/reader"],
  [`/r/${name}/-/i/DIGEST?tab=layers`, "RUN step"],
  [`/r/${name}/-/i/DIGEST?tab=packages`, "lodash"],
  [`/r/${name}/-/i/DIGEST?tab=findings`, "minimist"],
  [`/r/${name}/-/i/DIGEST?tab=activity`, "PutImage"],
  ["/security", "minimist"],
  ["/security?tab=coverage", "Scanned"],
  ["/reviews", "It lists the image"],
  ["/audit", "allowed"],
  ["/keys", "open-telemetry-collector"],
  ["/access?tab=users", "user/reader"],
  ["/access?tab=roles", "production-deployments"],
  ["/settings?tab=jobs", "reclaim"],
];

/** Tables and cards that scroll sideways or stick out, and hints that are longer than their fields. */
const lookForTooWide = `(() => {
  const tables = [...document.querySelectorAll("main table")].map((table) => table.parentElement);
  const facts = [...document.querySelectorAll("main .facts dd")];
  const wide = [...tables, ...facts, document.documentElement].filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth + 1);
  const pen = document.createElement("canvas").getContext("2d");
  const fields = [...document.querySelectorAll("main input[placeholder]")];
  const cut = fields.filter((field) => {
    const { font, paddingLeft, paddingRight } = getComputedStyle(field);
    pen.font = font;
    const room = field.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
    return pen.measureText(field.placeholder).width > room;
  });
  return [
    ...wide.map(({ scrollWidth, clientWidth }) => "something of " + scrollWidth + " in " + clientWidth),
    ...cut.map(({ placeholder }) => placeholder),
  ];
})()`;

const widths = [1280, 375];
const everywhere = widths.flatMap((width) => places.map((place) => [...place, width] as const));

it.each(everywhere)("%s with %s is seen whole at %i pixels", async (path, text, width) => {
  await shown.page.setViewportSize({ width, height: 800 });
  await shown.go(path.replace("DIGEST", digest));
  await expect.poll(() => shown.page.getByRole("main").innerText()).toContain(text);
  const tooWide = await shown.page.evaluate<string[]>(lookForTooWide);
  expect(tooWide).toEqual([]);
});

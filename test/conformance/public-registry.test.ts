/** The public registry of a running server, and that nothing private can be reached from it. */
import {
  CreateRepositoryCommand as CreatePrivate,
  ECRClient,
  GetAuthorizationTokenCommand as PrivateToken,
} from "@aws-sdk/client-ecr";
import {
  CreateRepositoryCommand,
  DescribeRegistriesCommand,
  ECRPUBLICClient,
  GetAuthorizationTokenCommand,
} from "@aws-sdk/client-ecr-public";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { callServer } from "../../src/doors/cli/call-server.ts";
import { PublicClient, sha256 } from "../support/public-client.ts";
import { type RunningServer, startServer } from "../support/server.ts";

let server: RunningServer;
let alias: string;
/** With a token of root's; with one of nobody's; with none. */
let signedIn: PublicClient;
let anyone: PublicClient;
let nobody: PublicClient;
/** At the private registry. */
let owner: PublicClient;
let digest: string;
const hidden = Buffer.from("layer of a secret");

beforeAll(async () => {
  server = await startServer({
    settings: { ENTREPOT_PUBLIC_PULLS: "signed-in=off", ENTREPOT_TRUSTED_PROXY: "127.0.0.1" },
  });
  const { accessKeyId, secretAccessKey, origin, publicOrigin } = server;
  const client = {
    ...{ region: "us-east-1", endpoint: origin, maxAttempts: 1 },
    credentials: { accessKeyId, secretAccessKey },
  };
  const ecr = new ECRPUBLICClient(client);
  await ecr.send(new CreateRepositoryCommand({ repositoryName: "team/app" }));
  await ecr.send(new CreateRepositoryCommand({ repositoryName: "mounted" }));
  const { registries } = await ecr.send(new DescribeRegistriesCommand({}));
  alias = registries?.[0]?.aliases?.[0]?.name ?? "";
  const { authorizationData } = await ecr.send(new GetAuthorizationTokenCommand({}));
  signedIn = new PublicClient(publicOrigin, `Bearer ${authorizationData?.authorizationToken}`);
  nobody = new PublicClient(publicOrigin);
  anyone = await nobody.anonymous();
  digest = await signedIn.pushImage(`${alias}/team/app`, "v1", "something for all");
  const privateEcr = new ECRClient(client);
  await privateEcr.send(new CreatePrivate({ repositoryName: "team/app" }));
  await privateEcr.send(new CreatePrivate({ repositoryName: "secret" }));
  const token = await privateEcr.send(new PrivateToken({}));
  owner = new PublicClient(origin, `Basic ${token.authorizationData?.[0]?.authorizationToken}`);
  await owner.pushImage("secret", "v1", "a secret");
});
afterAll(() => server?.stop());

describe("who comes in", () => {
  it("without a token is told where to get one", async () => {
    const { host } = new URL(server.publicOrigin);
    const base = await nobody.ask("GET", "/v2/");
    expect(base.status).toBe(401);
    expect(JSON.parse(base.text).errors[0].code).toBe("UNAUTHORIZED");
    expect(base.headers["www-authenticate"]).toBe(
      `Bearer realm="${server.publicOrigin}/token/",service="${host}",scope="aws"`,
    );
    const pull = await nobody.ask("GET", `/v2/${alias}/team/app/manifests/v1`);
    expect(pull.headers["www-authenticate"]).toContain(`scope="repository:${alias}/team/app:pull"`);
    const push = await nobody.ask("POST", `/v2/${alias}/team/app/blobs/uploads/`);
    expect(push.headers["www-authenticate"]).toContain(
      `scope="repository:${alias}/team/app:pull,push"`,
    );
  });

  it("gets a token without signing in, which pulls and looks, and does nothing else", async () => {
    expect((await anyone.ask("GET", "/v2/")).status).toBe(200);
    const path = `/v2/${alias}/team/app`;
    const manifest = await anyone.ask("GET", `${path}/manifests/v1`);
    expect(manifest.headers["docker-content-digest"]).toBe(digest);
    const { layers } = JSON.parse(manifest.text) as { layers: { digest: string }[] };
    const blob = `${path}/blobs/${layers[0]?.digest}`;
    expect((await anyone.ask("GET", blob)).text).toBe("layer of something for all");
    expect((await anyone.ask("HEAD", blob)).status).toBe(200);
    const tags = await anyone.ask("GET", `${path}/tags/list`);
    expect(JSON.parse(tags.text)).toEqual({ name: `${alias}/team/app`, tags: ["v1"] });
    expect((await anyone.ask("GET", `${path}/referrers/${digest}`)).status).toBe(200);
    for (const [method, rest] of [
      ["POST", "/blobs/uploads/"],
      ["PUT", "/manifests/v2"],
      ["DELETE", "/manifests/v1"],
      ["DELETE", `/blobs/${layers[0]?.digest}`],
    ]) {
      const refused = await anyone.ask(method!, path + rest, { body: "{}" });
      expect([method, refused.status]).toEqual([method, 403]);
    }
    expect((await anyone.ask("GET", `${path}/manifests/v1`)).status).toBe(200);
  });

  it("with a login gets a token of its own, with which the login's holder pushes", async () => {
    const basic = new PublicClient(
      server.publicOrigin,
      signedIn.authorization?.replace("Bearer", "Basic"),
    );
    const { text } = await basic.ask("GET", "/token/?account=AWS&service=x");
    const { token, expires_in: seconds } = JSON.parse(text);
    expect(seconds).toBe(12 * 3600);
    const again = new PublicClient(server.publicOrigin, `Bearer ${token}`);
    await again.pushImage(`${alias}/team/app`, "again", "by a token of /token/");
    // Not at /v2 itself, as in ECR.
    const refused = await basic.ask("GET", "/v2/");
    expect(refused.status).toBe(401);
    expect(refused.text).toContain("Your Authorization Token is invalid.");
  });

  it.each(["Bearer ", "Bearer x", "Bearer QVdTOngK", "Basic QVdTOng=", "Negotiate x"])(
    "with %s comes in nowhere",
    async (authorization) => {
      const client = new PublicClient(server.publicOrigin, authorization);
      const refused = await client.ask("GET", `/v2/${alias}/team/app/manifests/v1`);
      expect(refused.status).toBe(401);
      expect(refused.headers["www-authenticate"]).toContain("Bearer realm=");
      expect(JSON.parse(refused.text).errors[0].code).toBe("DENIED");
    },
  );

  it("is refused a token for a wrong login, and told to ask with GET", async () => {
    const wrong = new PublicClient(server.publicOrigin, "Basic QVdTOndyb25n");
    expect((await wrong.ask("GET", "/token/")).status).toBe(401);
    expect((await nobody.ask("POST", "/token/", { body: "grant_type=password" })).status).toBe(405);
  });

  it("finds it by its host name on the listeners of everybody, and the same images there", async () => {
    const host = "public.ecr.localhost:5050";
    const named = new PublicClient(server.origin, undefined, host);
    const challenge = await named.ask("GET", "/v2/");
    expect(challenge.headers["www-authenticate"]).toContain(`realm="http://${host}/token/"`);
    const inside = await named.anonymous();
    const found = await inside.ask("GET", `/v2/${alias}/team/app/manifests/v1`);
    expect(found.headers["docker-content-digest"]).toBe(digest);
  });
});

describe("the trail of the publisher's account", () => {
  it("tells of pulls, by whoever has signed in and by nobody", async () => {
    const path = `/v2/${alias}/team/app/manifests/v1`;
    const told = async () => {
      const { origin, accessKeyId, secretAccessKey } = server;
      const address = { origin, region: "us-east-1", authority: "", now: () => Date.now() };
      const asked = { what: "BatchGetImage", resource: "repository/team/app" };
      const { records } = await callServer<{
        records: { userIdentity: { type: string }; eventSource: string; awsRegion: string }[];
      }>(address, { accessKeyId, secretAccessKey }, "entrepot:SearchAudit", asked);
      return records.map((each) =>
        [each.userIdentity.type, each.eventSource, each.awsRegion].join(" "),
      );
    };
    for (const who of [anyone, signedIn]) expect((await who.ask("GET", path)).status).toBe(200);
    const ofPublic = "ecr-public.amazonaws.com us-east-1";
    await expect
      .poll(async () => new Set(await told()), { timeout: 15_000 })
      .toEqual(new Set([`Unknown ${ofPublic}`, `Root ${ofPublic}`]));
  });
});

describe("pushes", () => {
  it("name the path in their answers, and mount from a public repository of the same account", async () => {
    const path = `/v2/${alias}/mounted/blobs/uploads/`;
    const started = await signedIn.ask("POST", path);
    expect(started.headers.location).toMatch(`${server.publicOrigin}/v2/${alias}/mounted/`);
    const from = `${alias}%2Fteam%2Fapp`;
    const layer = sha256("layer of something for all");
    const mounted = await signedIn.ask("POST", `${path}?mount=${layer}&from=${from}`);
    expect(mounted.status).toBe(201);
    expect(mounted.headers.location).toBe(
      `${server.publicOrigin}/v2/${alias}/mounted/blobs/${layer}`,
    );
  });
});

describe("what is private", () => {
  it("is not there, by name, by tag, by digest and by account, whoever asks", async () => {
    const account = "000000000000";
    for (const client of [anyone, signedIn]) {
      const answers: string[] = [];
      for (const name of [`${alias}/secret`, `${alias}/absent`, `${account}/secret`, "secret/xy"]) {
        for (const rest of ["manifests/v1", "tags/list", `blobs/${sha256(hidden)}`]) {
          const { status, text } = await client.ask("GET", `/v2/${name}/${rest}`);
          expect([name, rest, status]).toEqual([name, rest, 404]);
          answers.push(text.replace(/'[^']*'/g, "'…'"));
        }
      }
      expect(new Set(answers).size).toBe(1);
    }
    // A repository of that name is in both registries, each with its own images.
    const other = await owner.ask("GET", `/v2/team/app/manifests/${digest}`);
    expect(other.status).toBe(404);
    const blob = await signedIn.ask("GET", `/v2/${alias}/team/app/blobs/${sha256(hidden)}`);
    expect(blob.status).toBe(404);
  });

  it("is not mounted from, neither by name nor by digest alone", async () => {
    const path = `/v2/${alias}/mounted/blobs/uploads/?mount=${sha256(hidden)}`;
    for (const from of ["", "&from=secret", `&from=${alias}/secret`]) {
      expect((await signedIn.ask("POST", path + from)).status).toBe(202);
    }
    const blob = await signedIn.ask("HEAD", `/v2/${alias}/mounted/blobs/${sha256(hidden)}`);
    expect(blob.status).toBe(404);
    // Nor the other way round.
    const back = `/v2/secret/blobs/uploads/?mount=${sha256("layer of something for all")}`;
    expect((await owner.ask("POST", back)).status).toBe(202);
  });

  it("is in no catalogue, no search and no count", async () => {
    expect((await signedIn.ask("GET", "/v2/_catalog")).status).toBe(404);
    for (const query of ["secret", ""]) {
      const { text } = await nobody.ask("GET", `/gallery-api/repositories?query=${query}`);
      const found = JSON.parse(text);
      expect(found.totalCount).toBe(query === "" ? 2 : 0);
      expect(text).not.toContain('"secret"');
    }
    const name = `/gallery-api/repository?name=${alias}/secret`;
    expect((await nobody.ask("GET", name)).status).toBe(404);
  });

  it("has no other door on the public registry's host and port", async () => {
    const named = new PublicClient(server.origin, undefined, "PUBLIC.ecr.localhost");
    for (const client of [nobody, named]) {
      for (const path of ["/", "/metrics", "/events", "/layers/x", "/console/", "/v2x"]) {
        expect([path, (await client.ask("GET", path)).status]).toEqual([path, 404]);
      }
      const call = { "x-amz-target": "SpencerFrontendService.DescribeRegistries", body: "{}" };
      expect((await client.ask("POST", "/", call)).status).toBe(404);
    }
  });

  it("takes no token of the public registry, and the public one none of its", async () => {
    const bearer = signedIn.authorization ?? "";
    for (const authorization of [bearer, bearer.replace("Bearer", "Basic")]) {
      const client = new PublicClient(server.origin, authorization);
      expect((await client.ask("GET", "/v2/secret/manifests/v1")).status).toBe(401);
    }
    const stolen = owner.authorization?.replace("Basic", "Bearer");
    const client = new PublicClient(server.publicOrigin, stolen);
    expect((await client.ask("GET", `/v2/${alias}/team/app/manifests/v1`)).status).toBe(401);
  });
});

describe("the gallery", () => {
  it("tells a repository, its tags and its facets to everybody, and counts pulls", async () => {
    const one = () => nobody.ask("GET", `/gallery-api/repository?name=${alias}/team/app`);
    await expect
      .poll(async () => JSON.parse((await one()).text).repository, {
        timeout: 20_000,
        interval: 500,
      })
      .toMatchObject({
        ...{ registryAlias: alias, repositoryName: "team/app", verified: false },
        ...{ kinds: ["IMAGE"], imageCount: 2, pullCount: expect.any(Number) },
        repositoryUri: `${new URL(server.publicOrigin).host.replace("127.0.0.1", "localhost")}/${alias}/team/app`,
      });
    const { headers, text } = await nobody.ask("GET", `/gallery-api/tags?name=${alias}/team/app`);
    expect(headers["access-control-allow-origin"]).toBe("*");
    expect(JSON.parse(text).tags.map((tag: { imageTag: string }) => tag.imageTag)).toEqual([
      ...["again", "v1"],
    ]);
    const search = await nobody.ask("GET", "/gallery-api/repositories?query=team&kind=IMAGE");
    expect(JSON.parse(search.text)).toMatchObject({
      ...{ totalCount: 1, isComplete: true },
      facets: { kind: { IMAGE: 1, HELM_CHART: 0, ARTIFACT: 0 }, verified: 0 },
    });
    await expect
      .poll(async () => JSON.parse((await one()).text).repository.pullCount, {
        timeout: 30_000,
        interval: 500,
      })
      .toBeGreaterThan(0);
  });

  it.each(["sortBy=x", "kind=x", "maxResults=0", "maxResults=x", "nextToken=x"])(
    "refuses %s",
    async (query) => {
      expect((await nobody.ask("GET", `/gallery-api/repositories?${query}`)).status).toBe(400);
    },
  );
});

it("counts what comes from one network of IPv6 as one, at the registry and in the gallery", async () => {
  for (const path of [`/v2/${alias}/team/app/manifests/v1`, "/gallery-api/repositories"]) {
    let status = 200;
    for (let host = 1; host < 400 && status === 200; host++) {
      const from = { "x-forwarded-for": `2001:db8::${host.toString(16)}:0:0:1` };
      ({ status } = await anyone.ask("GET", path, from));
    }
    expect([path, status]).toEqual([path, 429]);
    const other = await anyone.ask("GET", path, { "x-forwarded-for": "2001:db8:0:1::1" });
    expect(other.status).toBe(200);
  }
});

// The last ones: nothing is left to this address afterwards.
it("lets one address pull so many images at once without signing in, and then says when to come back", async () => {
  const path = `/v2/${alias}/team/app/manifests/v1`;
  let refused = await anyone.ask("GET", path);
  for (let pulls = 0; pulls < 200 && refused.status === 200; pulls++) {
    refused = await anyone.ask("GET", path);
  }
  expect(refused.status).toBe(429);
  expect(Number(refused.headers["retry-after"])).toBeGreaterThanOrEqual(1);
  expect(JSON.parse(refused.text).errors[0].code).toBe("TOOMANYREQUESTS");
  expect((await (await nobody.anonymous()).ask("GET", path)).status).toBe(429);
  expect((await signedIn.ask("GET", path)).status).toBe(200);
});

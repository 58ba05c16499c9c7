/** The other registry wants a login, which the server has to show there. */
import { randomBytes } from "node:crypto";
import { afterEach, beforeEach, expect, it } from "vitest";
import {
  type CommandServer,
  openCommandServer,
  rootKey,
} from "../../../../test/support/command-server.ts";
import { UpstreamServer } from "../../../../test/support/upstream-server.ts";
import { HttpEgress } from "../../../adapters/egress/http-egress.ts";
import { Server } from "../server.ts";
import { serveMisses } from "./serve-misses.ts";

let old: UpstreamServer;
let here: CommandServer;
let server: Server;
const basic = (password: string) => Buffer.from(`robot:${password}`).toString("base64");
const password = randomBytes(8).toString("hex");

beforeEach(async () => {
  old = new UpstreamServer();
  await old.listen();
  old.before = ({ headers }, response) => {
    if (headers.authorization === `Basic ${basic(password)}`) return false;
    response.writeHead(401, { "www-authenticate": 'Basic realm="old"' }).end();
    return true;
  };
  here = await openCommandServer(
    new HttpEgress({ isListed: (address) => address === "127.0.0.1" }),
  );
  const { httpUrl = "", region } = here.client;
  const now = () => here.store.clock.now();
  server = new Server({ origin: httpUrl, region, authority: "", now }, rootKey);
});
afterEach(async () => {
  await here.close();
  await old.close();
});

const wish = (login: string | undefined, more: object = {}) => ({
  place: { origin: old.origin, path: "team", basic: login },
  ...{ prefix: "old", repositories: [], seconds: 3_600, ...more },
});
const terms = () =>
  server.call("entrepot:GetPullThroughCacheTerms", { ecrRepositoryPrefix: "old" });

it("gives the server the login, what it may ask for, and an end; and a later one by the same", async () => {
  const endsAt = here.store.clock.now() + 3_600_000;
  expect(await serveMisses(server, wish(basic(password)))).toBe(endsAt);
  expect(await terms()).toMatchObject({ allow: ["team", "team/*"], endsAt: endsAt / 1000 });
  const more = { seconds: 7_200, repositories: ["team/one"] };
  expect(await serveMisses(server, wish(basic(password), more))).toBe(endsAt + 3_600_000);
  expect(await terms()).toMatchObject({ allow: ["team/one"], endsAt: endsAt / 1000 + 3_600 });
});

it.each([undefined, basic("wrong")])(
  "fails where the server is not let in, and leaves no rule (%s)",
  async (login) => {
    await expect(serveMisses(server, wish(login))).rejects.toThrow("can not serve misses from");
    await expect(terms()).rejects.toThrow();
    await serveMisses(server, wish(basic(password))); // The secret has what is right by now.
  },
);

it("leaves another rule alone", async () => {
  const rule = { ecrRepositoryPrefix: "old", upstreamRegistryUrl: old.origin };
  await here.ask("ecr:CreatePullThroughCacheRule", rule);
  const asked = serveMisses(server, wish(basic(password)));
  await expect(asked).rejects.toThrow("there is a pull through cache rule for 'old' already");
  expect((await terms()).endsAt).toBeUndefined();
});

it.each(["x", "a".repeat(31)])("wants a prefix that a rule can have (%s)", async (prefix) => {
  const asked = serveMisses(server, wish(basic(password), { prefix }));
  await expect(asked).rejects.toMatchObject({ exitCode: 2 });
});

import { expect, it, onTestFinished } from "vitest";
import { account, callerOf, deployment, TestRegistry } from "../../../test/support/ecr.ts";
import { testPorts } from "../../../test/support/ports.ts";
import { getImage } from "../images/get-image.ts";
import { findLayer } from "../layers/find-layer.ts";
import type { Digest, RepositoryName } from "../names.ts";
import { requireReadable } from "./require-pullable.ts";

/** The same store, which writes down what is asked of it. */
function recording<Store extends object>(store: Store, asked: string[]): Store {
  const table = (name: string, of: object) =>
    new Proxy(of, {
      get(target, method) {
        const found: unknown = Reflect.get(target, method, target);
        if (typeof found !== "function") return found;
        asked.push(`${name}.${String(method)}`);
        return found.bind(target);
      },
    });
  return new Proxy(store, {
    get(target, name) {
      const found: unknown = Reflect.get(target, name, target);
      if (typeof found === "function") return found.bind(target);
      return typeof found === "object" && found !== null ? table(String(name), found) : found;
    },
  });
}

it("reads nothing more for a pull of what no gate speaks of", async () => {
  const opened = await testPorts();
  onTestFinished(() => opened.close());
  const test = new TestRegistry(opened);
  await test.createRepository("app");
  const digest = (await test.pushImage("app", "one")) as Digest;
  const manifest = JSON.parse(await test.manifestText("app", digest)) as {
    config: { digest: Digest };
  };
  const asked: string[] = [];
  const onBehalfOf = callerOf(account);
  const metadata = recording(opened.ports.metadata, asked);
  const ports = { ...opened.ports, metadata, onBehalfOf };
  const registry = { account, region: deployment.region };
  const name = "app" as RepositoryName;
  await getImage(ports, registry, name, { digest }, { pull: true });
  expect(asked).toEqual(["images.resolve"]);
  asked.length = 0;
  const found = await findLayer(ports, registry, name, manifest.config.digest);
  await requireReadable(ports, { ...found, digest: manifest.config.digest });
  expect(asked.filter((each) => each.startsWith("gates."))).toEqual([]);
  expect(asked.slice(0, 2)).toEqual(["layers.resolve", "layers.isPullable"]);
  expect(asked.filter((each) => each.startsWith("layers."))).toHaveLength(2);
});

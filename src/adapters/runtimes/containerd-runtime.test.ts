import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import {
  containerdDouble,
  dockerDouble,
  encoded,
  framed,
  type Message,
} from "../../../test/support/runtime-doubles.ts";
import { ContainerdRuntime } from "./containerd-runtime.ts";

const containersList = "/containerd.services.containers.v1.Containers/List";
const imagesList = "/containerd.services.images.v1.Images/List";
const [one, two, three] = ["1", "2", "3"].map((n) => `sha256:${n.repeat(64)}`) as [
  string,
  string,
  string,
];

/** With fields around those that count, as containerd sends them. */
const container = (id: string, image: string): Message => ({
  ...{ 1: id, 2: [{ 1: "label", 2: "value" }], 3: image, 4: { 1: "io.containerd.runc.v2" } },
  8: { 1: 1_795_866_831, 2: 999_999_999 },
});
const image = (name: string, digest: string): Message => ({
  ...{ 1: name, 3: { 1: "application/vnd.oci.image.index.v1+json", 2: digest, 3: 52_000_000_000 } },
  7: { 1: 1_795_866_831 },
});

async function runtimeWith(containers: Message[], images: Message[]) {
  const double = await containerdDouble({
    [containersList]: containers.length === 0 ? {} : { 1: containers },
    [imagesList]: images.length === 0 ? {} : { 1: images },
  });
  onTestFinished(() => double.close());
  return { runtime: new ContainerdRuntime(double.socket, "k8s.io"), calls: double.calls };
}

it("follows the names of containers' images to what was pulled, and to its other names", async () => {
  const { runtime, calls } = await runtimeWith(
    [
      container("a", "localhost:5050/team/app:v1"),
      container("b", "localhost:5050/team/app:v1"),
      container("c", "sha256:config"),
    ],
    [
      image("localhost:5050/team/app:v1", one),
      image("mirror.example/app:v1", one),
      image("sha256:config", two),
      image(`localhost:5050/team/tool@${two}`, two),
      image("localhost:5050/team/unused:v1", three),
    ],
  );
  const found = await runtime.runningImages();
  expect(found.map(({ repository, digest }) => `${repository}@${digest}`)).toEqual([
    `localhost:5050/team/app@${one}`,
    `mirror.example/app@${one}`,
    `sha256@${two}`,
    `localhost:5050/team/tool@${two}`,
  ]);
  expect(calls).toEqual([`${containersList} k8s.io`, `${imagesList} k8s.io`]);
});

it("knows an image whose name is gone by the digest in the container's name for it", async () => {
  const { runtime } = await runtimeWith(
    [container("a", `localhost:5050/team/app@${three}`), container("b", "localhost:5050/gone:v1")],
    [],
  );
  expect(await runtime.runningImages()).toEqual([
    { repository: "localhost:5050/team/app", digest: three },
  ]);
});

it("has nothing to tell where nothing runs", async () => {
  const { runtime } = await runtimeWith([], []);
  expect(await runtime.runningImages()).toEqual([]);
});

it("says why when containerd refuses", async () => {
  const double = await containerdDouble({});
  onTestFinished(() => double.close());
  const asked = new ContainerdRuntime(double.socket, "k8s.io").runningImages();
  await expect(asked).rejects.toThrow("it refuses with gRPC status 12: unknown method");
});

const whole = framed(encoded({ 1: [container("a", "h/app:1")] }));
it.each([
  ["cut in the middle of a message", framed(whole.subarray(5, -1))],
  ["shorter than its frame says", whole.subarray(0, -1)],
  ["compressed", Buffer.from([1, ...whole.subarray(1)])],
  ["of a wire type that there is none of", framed(Buffer.from([0x0f]))],
  ["a number without end", framed(Buffer.alloc(11, 0xff))],
  ["empty", Buffer.alloc(0)],
])("takes no answer that is %s", async (_what, bytes) => {
  const double = await containerdDouble({}, (_path, stream) => {
    stream.respond({ ":status": 200 }, { waitForTrailers: true });
    stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
    stream.end(bytes);
  });
  onTestFinished(() => double.close());
  const asked = new ContainerdRuntime(double.socket, "k8s.io").runningImages();
  await expect(asked).rejects.toThrow("it does not speak like containerd");
});

it("says why when nobody listens, nobody answers, or somebody else does", async () => {
  const absent = new ContainerdRuntime(join("/nowhere", "c.sock"), "k8s.io");
  await expect(absent.runningImages()).rejects.toThrow("ENOENT");
  const silent = await containerdDouble({}, () => {});
  onTestFinished(() => silent.close());
  const patient = new ContainerdRuntime(silent.socket, "k8s.io", 100);
  await expect(patient.runningImages()).rejects.toThrow("it does not answer in time");
  const other = await dockerDouble({});
  onTestFinished(() => other.close());
  await expect(new ContainerdRuntime(other.socket, "k8s.io").runningImages()).rejects.toThrow();
});

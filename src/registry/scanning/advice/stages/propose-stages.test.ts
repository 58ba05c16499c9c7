import { describe, expect, it } from "vitest";
import { proposeStages } from "./propose-stages.ts";

function proposed(base: string, lines: readonly string[], user = ""): string[] {
  const steps = lines.map((line) => {
    const [instruction = "", ...text] = line.split(" ");
    return { instruction, text: text.join(" ") };
  });
  return proposeStages({ base, steps, ending: ['CMD ["x"]'], user }).split("\n");
}

describe("proposeStages", () => {
  it("has of a Go program the program alone, where the build put it", () => {
    const lines = proposed("golang:1.23", [
      "WORKDIR /src",
      "COPY . .",
      "RUN go build -o /out/server ./cmd",
    ]);
    expect(lines).toEqual([
      "FROM golang:1.23 AS build",
      "WORKDIR /src",
      "COPY . .",
      "RUN go build -o /out/server ./cmd",
      "",
      "FROM gcr.io/distroless/static-debian12:nonroot",
      "COPY --from=build /out/server /out/server",
      'CMD ["x"]',
    ]);
  });

  it("keeps what Python installs in an environment of its own", () => {
    const lines = proposed("python:3.12", [
      "WORKDIR /app",
      "COPY . .",
      "RUN apt-get install -y gcc",
      "RUN pip install .",
    ]);
    expect(lines).toEqual([
      "FROM python:3.12 AS build",
      "WORKDIR /app",
      "COPY . .",
      "RUN apt-get install -y gcc",
      "RUN python -m venv /opt/venv",
      'ENV PATH="/opt/venv/bin:$PATH"',
      "RUN pip install .",
      "",
      "FROM python:3.12-slim",
      'ENV PATH="/opt/venv/bin:$PATH"',
      "WORKDIR /app",
      "COPY --from=build /opt/venv /opt/venv",
      "COPY --from=build /app /app",
      "USER 10001:10001",
      'CMD ["x"]',
    ]);
  });

  it.each([
    ["rust:1.80", "RUN cargo build --release", "debian:12-slim"],
    ["maven:3.9-eclipse-temurin-21", "RUN mvn package", "eclipse-temurin:21-jre"],
    ["eclipse-temurin:17-jdk", "RUN ./gradlew build", "eclipse-temurin:17-jre"],
    ["node:22-alpine", "RUN npm ci", "node:22-alpine"],
    ["registry.local:5000/node:22@sha256:1", "RUN npm ci", "registry.local:5000/node:22-slim"],
    ["debian", "RUN make", "debian"],
  ])("takes from %s, by %s, to %s", (base, line, runtime) => {
    expect(proposed(base, [line])).toContain(`FROM ${runtime}`);
  });

  it("installs again what is needed to run, and keeps a user that is not root", () => {
    const lines = proposed(
      "alpine:3.20",
      ["RUN apk add --no-cache build-base libpq-dev tini"],
      "app",
    );
    expect(lines.slice(-6)).toEqual([
      "# and the libraries that run time needs of: libpq-dev",
      "RUN apk add --no-cache tini",
      "WORKDIR /app",
      "COPY --from=build /app /app",
      "USER app",
      'CMD ["x"]',
    ]);
  });

  it("writes scripts of several lines so that none of them is an instruction", () => {
    const lines = proposed("debian:12", ["RUN apt-get install 'a\nUSER root' '$(evil)' curl make"]);
    expect(lines.slice(1, 5)).toEqual([
      "RUN <<'SCRIPT'",
      "apt-get install 'a",
      "USER root' '$(evil)' curl make",
      "SCRIPT",
    ]);
    expect(lines.slice(5).join("\n")).not.toContain("evil");
    expect(lines.slice(5).join("\n")).toContain("--no-install-recommends curl");
  });
});

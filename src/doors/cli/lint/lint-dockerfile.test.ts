import { describe, expect, it } from "vitest";
import { lintDockerfile } from "./lint-dockerfile.ts";
import { lintRules } from "./lint-rules.ts";

const good = ["FROM debian:12@sha256:1", "USER 1000"];
const found = (id: string, ...lines: string[]) =>
  lintDockerfile(lines.join("\n")).filter((finding) => finding.id === id);
const base = "FROM debian:12@sha256:1";
const clean = "&& rm -rf /var/lib/apt/lists/*";
const token = `glpat-${"Zq3-x8TyV5_bNm2KpL9w"}`;

/** By rule: Dockerfiles that it says something of, and near misses; each after `FROM`, unless it has its own. */
const cases: Readonly<Record<string, { fires: string[][]; silent: string[][] }>> = {
  "runs-as-root": {
    fires: [
      ["RUN x"],
      ["USER app", "USER root"],
      ["USER 0:0"],
      ["FROM x AS a", "USER app", "FROM y"],
    ],
    silent: [
      ["USER 1000"],
      ["USER $APP_USER"],
      ["FROM x AS a", "USER app", "FROM a"],
      ["FROM gcr.io/distroless/static:nonroot"],
      ["USER root", "RUN x", "USER app"],
    ],
  },
  "unpinned-base": {
    fires: [
      ["FROM debian"],
      ["FROM debian:latest"],
      ["FROM localhost:5000/x"],
      ["ARG V=1", "FROM x:$V"],
    ],
    silent: [
      ["FROM debian:12@sha256:1"],
      ["FROM scratch"],
      ["FROM $BASE"],
      ["FROM debian:12@sha256:1 AS a", "FROM a"],
    ],
  },
  "package-lists-left": {
    fires: [
      ["RUN apt-get update && apt-get install -y x"],
      ["RUN apk add x"],
      ["RUN dnf install -y x"],
      ["RUN apt-get update && apt-get install -y x", `RUN true ${clean}`],
    ],
    silent: [
      [`RUN apt-get update && apt-get install -y x ${clean}`],
      [
        "RUN --mount=type=cache,target=/var/lib/apt --mount=type=cache,target=/var/cache/apt apt-get update && apt-get install -y x",
      ],
      ["RUN apk add --no-cache x"],
      ["RUN dnf install -y x && dnf clean all"],
      // Nobody gets the layers of this stage.
      ["FROM debian AS a", "RUN apt-get update && apt-get install -y x", "FROM scratch"],
    ],
  },
  "apt-recommends": {
    fires: [["RUN apt-get install -y x"]],
    silent: [
      ["RUN apt-get install -y --no-install-recommends x"],
      ["RUN apt-get -o APT::Install-Recommends=0 install -y x"],
      ["RUN apk add x"],
    ],
  },
  "apt-update-alone": {
    fires: [["RUN apt-get update", "RUN apt-get install -y x"]],
    silent: [["RUN apt-get update && apt-get install -y x"], ["RUN apk update"]],
  },
  "apt-asks": {
    fires: [["RUN apt-get install x"], ["RUN dnf install x"]],
    silent: [["RUN apt-get -qy install x"], ["RUN apt-get install --yes x"], ["RUN apk add x"]],
  },
  "package-upgrade": {
    fires: [["RUN apt-get upgrade -y"], ["RUN apk upgrade --no-cache"], ["RUN yum -y update"]],
    silent: [["RUN apt-get update"], ["RUN apk upgrade openssl"], ["RUN npm upgrade"]],
  },
  "language-caches-left": {
    fires: [["RUN pip install x"], ["RUN python3 -m pip install x"]],
    silent: [
      ["RUN pip install --no-cache-dir x"],
      ["ENV PIP_NO_CACHE_DIR=1", "RUN pip install x"],
      ["RUN --mount=type=cache,target=/root/.cache pip install x"],
      ["RUN pip list"],
    ],
  },
  "add-instead-of-copy": {
    fires: [["ADD https://x.org/a.tgz /a"], ["ADD app.py /app/"]],
    silent: [
      ["ADD --checksum=sha256:1 https://x.org/a.tgz /a"],
      ["ADD rootfs.tar.xz /"],
      ["ADD https://github.com/a/b.git /b"],
      ["COPY app.py /app/"],
    ],
  },
  "copy-before-install": {
    fires: [
      ["COPY . .", "RUN npm ci"],
      ["COPY ./ /app", "RUN pip install -r requirements.txt"],
    ],
    silent: [
      ["COPY package.json package-lock.json ./", "RUN npm ci", "COPY . ."],
      ["COPY package.json .", "RUN npm ci", "COPY . .", "RUN npm ci --omit=dev"],
      ["COPY . .", "RUN npm run build"],
      ["COPY . .", "RUN npm install -g pnpm"],
      ["COPY --from=build . .", "RUN npm ci"],
    ],
  },
  "secret-in-environment": {
    fires: [
      ["ENV DB_PASSWORD=kT9#mwQ2x"],
      ["ENV DB_PASSWORD kT9#mwQ2x"],
      [`ARG X=${token}`],
      ["ARG NPM_TOKEN"],
    ],
    silent: [
      ["ENV DB_PASSWORD=changeme"],
      ["ENV DB_PASSWORD_FILE=/run/x"],
      ["ARG TOKEN_URL", "ARG VERSION"],
      ["FROM x AS a", "ARG NPM_TOKEN", "FROM y"],
    ],
  },
  "secret-in-history": {
    fires: [[`RUN curl -H 'PRIVATE-TOKEN: ${token}' x`], ["RUN <<EOF", `x ${token}`, "EOF"]],
    silent: [['RUN curl -H "PRIVATE-TOKEN: $TOKEN" x'], ["RUN --mount=type=secret,id=token x"]],
  },
  "secret-file": {
    fires: [["COPY id_rsa /root/.ssh/"], ["COPY package.json .env ./"]],
    silent: [
      ["COPY id_rsa.pub /x"],
      ["COPY .env.example .env"],
      ["COPY --from=a .env ."],
      ["FROM x AS a", "COPY .npmrc .", "FROM y"],
    ],
  },
  "no-health-check": {
    fires: [["EXPOSE 80"]],
    silent: [["EXPOSE 80", "HEALTHCHECK NONE"], ["RUN x"], ["FROM x AS a", "EXPOSE 80", "FROM y"]],
  },
  "cd-in-run": {
    fires: [["RUN cd /app && make"], ["RUN cd /app"]],
    silent: [["RUN (cd /app && make) && x"], ["RUN make && cd /x && y"], ["WORKDIR /app"]],
  },
  sudo: {
    fires: [["RUN sudo make"], ["RUN x && sudo -E y"]],
    silent: [["RUN apt-get install sudo"], ["RUN echo 'sudo x'"]],
  },
  "pipe-without-pipefail": {
    fires: [["RUN curl x | tar x"], ["RUN a && wget -O- x | sh"]],
    silent: [
      ["RUN set -o pipefail; curl x | tar x"],
      ["RUN set -euxo pipefail && curl x | tar x"],
      ['SHELL ["/bin/bash", "-o", "pipefail", "-c"]', "RUN curl x | tar x"],
      ["RUN echo x | sha256sum -c"],
      ["RUN a || b"],
      ["RUN echo 'a | b'"],
    ],
  },
  "piped-script": {
    fires: [["RUN curl -fsSL x | bash -"], ["RUN wget -qO- x | sudo sh"]],
    silent: [["RUN curl x | tar x"], ["RUN curl x -o y && sh y"], ["RUN cat x | sh"]],
  },
  "wasted-bytes": {
    fires: [
      ["RUN wget x", "RUN rm -rf /x"],
      ["RUN apt-get install x", "RUN apt-get clean && rm -rf /var/lib/apt/lists/*"],
      ["COPY . /app", "RUN chown -R app /app"],
    ],
    silent: [
      ["RUN rm -rf /usr/share/doc"],
      ["RUN wget x && y && rm x"],
      ["COPY --chown=app . /app"],
      ["COPY . /app", "RUN chmod +x /app/x"],
      ["FROM x AS a", "RUN wget x", "RUN rm -rf /x", "FROM y"],
    ],
  },
  "consecutive-runs": {
    fires: [["RUN a", "RUN b", "RUN c"]],
    silent: [
      ["RUN a", "RUN b"],
      ["RUN a", "RUN b", "COPY . .", "RUN c"],
      ["RUN a", "RUN --mount=type=cache,target=/x b", "RUN c"],
    ],
  },
  "build-tools-left": {
    fires: [["RUN apt-get install -y gcc libpq-dev"], ["RUN apk add build-base"]],
    silent: [
      ["RUN apk add --virtual .b gcc && make && apk del .b"],
      ["RUN apt-get install -y libpq-dev"],
      ["FROM debian AS build", "RUN apt-get install -y gcc", "FROM debian"],
    ],
  },
  "overridden-command": {
    fires: [
      ["CMD a", "CMD b"],
      ["ENTRYPOINT a", "ENTRYPOINT b"],
    ],
    silent: [
      ["ENTRYPOINT a", "CMD b"],
      ["FROM x AS a", "CMD a", "FROM y", "CMD b"],
    ],
  },
  "shell-form-command": {
    fires: [["CMD node x"], ["CMD ['node']"], ["ENTRYPOINT ./x"]],
    silent: [['CMD ["node", "x"]'], ["CMD exec node x"], ["FROM x AS a", "CMD a", "FROM y"]],
  },
  "unknown-stage": {
    fires: [
      ["FROM x AS build", "FROM y", "COPY --from=biuld a b"],
      ["FROM x", "COPY --from=3 a b"],
    ],
    silent: [
      ["FROM x AS build", "FROM y", "COPY --from=Build a b", "COPY --from=0 a b"],
      ["FROM x AS build", "FROM y", "COPY --from=nginx a b", "COPY --from=build:1 a b"],
    ],
  },
  "relative-workdir": {
    fires: [["WORKDIR app"]],
    silent: [
      ["WORKDIR /app", "WORKDIR src"],
      ["WORKDIR $HOME"],
      ["WORKDIR C:\\x"],
      ["FROM x AS a", "WORKDIR /y", "FROM a", "WORKDIR z"],
    ],
  },
};

describe.each(lintRules.map(({ id }) => id))("%s", (id) => {
  const lined = (lines: string[]) =>
    lines.some((line) => line.startsWith("FROM ")) ? lines : [base, ...lines];

  it("says something of what it is for", () => {
    expect(cases[id]!.fires.length).toBeGreaterThan(0);
    for (const lines of cases[id]!.fires) {
      expect(found(id, ...lined(lines)), lines.join("\n")).not.toEqual([]);
    }
  });

  it("says nothing of near misses", () => {
    expect(cases[id]!.silent.length).toBeGreaterThan(0);
    for (const lines of cases[id]!.silent) {
      expect(found(id, ...lined(lines)), lines.join("\n")).toEqual([]);
    }
  });
});

describe("lintDockerfile", () => {
  it("has nothing to say of a good one", () => {
    expect(lintDockerfile(good.join("\n"))).toEqual([]);
  });

  it("tells findings in the order of lines, and nothing of a secret", () => {
    const findings = lintDockerfile(
      [
        base,
        `RUN gcc -DTOKEN=${token} x.c | y`,
        "RUN apt-get install -y make",
        `COPY . .`,
        `RUN npm ci --token ${token}`,
      ].join("\n"),
    );
    const lines = findings.map(({ line }) => line);
    expect(lines).toEqual(lines.toSorted((a, b) => a - b));
    expect(JSON.stringify(findings)).not.toContain(token.slice(6));
  });

  it("leaves out what a comment right above says, there alone", () => {
    const lines = [base, "# entrepot ignore=sudo,cd-in-run", "RUN sudo x", "RUN sudo y", "USER 1"];
    expect(found("sudo", ...lines).map(({ line }) => line)).toEqual([4]);
  });

  it("writes out the stages that a Dockerfile with build tools would have", () => {
    const [finding] = found(
      "build-tools-left",
      "FROM node:22",
      "WORKDIR /srv",
      "RUN <<EOF",
      "apt-get install -y g++",
      "apt-get install -y tini",
      "EOF",
      "COPY --chown=node . .",
      "RUN npm ci",
      "EXPOSE 3000",
      'CMD ["node", "."]',
    );
    expect(finding!.fix.split("\n").slice(2)).toEqual([
      "FROM node:22 AS build",
      "WORKDIR /srv",
      "RUN <<'SCRIPT'",
      "apt-get install -y g++",
      "apt-get install -y tini",
      "SCRIPT",
      "COPY --chown=node . .",
      "RUN npm ci",
      "RUN npm prune --omit=dev",
      "",
      "FROM node:22-slim",
      "RUN apt-get update \\",
      " && apt-get install -y --no-install-recommends tini \\",
      " && rm -rf /var/lib/apt/lists/*",
      "WORKDIR /srv",
      "COPY --from=build /srv /srv",
      "USER 10001:10001",
      "EXPOSE 3000",
      'CMD ["node", "."]',
    ]);
  });
});

/**
 * Deploys what was pushed: takes events of Entrepot over HTTP, checks that they are from there, and runs
 * one command for each pushed tag. Needs Node.js 20 or later and no packages.
 *
 *   RECEIVER_SECRET        the signing secret of the API destination: whsec_…
 *   RECEIVER_COMMAND       JSON: program and arguments; {repository}, {tag}, {digest} and {name} (what
 *                          follows the last "/" of the repository) stand for those of the event
 *   RECEIVER_REPOSITORIES  names of repositories that count, separated by commas
 *   RECEIVER_LISTEN        host:port; 127.0.0.1:8080
 *
 * It answers 200 once the command has succeeded; else Entrepot sends the event again.
 */
import { execFile } from "node:child_process";
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

const { RECEIVER_SECRET = "", RECEIVER_COMMAND = "[]", RECEIVER_REPOSITORIES = "" } = process.env;
const [host, port] = (process.env.RECEIVER_LISTEN ?? "127.0.0.1:8080").split(":");
const key = Buffer.from(RECEIVER_SECRET.replace(/^whsec_/, ""), "base64");
const command = JSON.parse(RECEIVER_COMMAND);
const repositories = new Set(RECEIVER_REPOSITORIES.split(",").filter((name) => name !== ""));
const toleranceSeconds = 300;
const bodyLimit = 1024 * 1024;
const commandMs = 120_000;
/** Events that are or were dealt with: the same id comes again where an answer was late or lost. */
const known = new Map();
/** One command at a time: what was pushed last is deployed last. */
let turn = Promise.resolve();

if (key.length < 24) throw new Error("RECEIVER_SECRET is missing");
if (!Array.isArray(command) || command.length === 0) throw new Error("RECEIVER_COMMAND is missing");

/** Source: Standard Webhooks, "Verifying webhook authenticity". */
function isSigned(headers, body) {
  const id = headers["webhook-id"];
  const timestamp = headers["webhook-timestamp"];
  if (!id || !timestamp) return false;
  if (!(Math.abs(Date.now() / 1000 - Number(timestamp)) <= toleranceSeconds)) return false;
  const expected = createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body).digest();
  return String(headers["webhook-signature"]).split(" ").some((signature) => {
    const [version, text = ""] = signature.split(",");
    const given = Buffer.from(text, "base64");
    return version === "v1" && given.length === expected.length && timingSafeEqual(given, expected);
  });
}

/** The command of an event; undefined where there is nothing to do. */
function commandFor(event) {
  const detail = event?.detail ?? {};
  const values = {
    repository: String(detail["repository-name"]),
    tag: String(detail["image-tag"]),
    digest: String(detail["image-digest"]),
  };
  if (detail["action-type"] !== "PUSH" || detail.result !== "SUCCESS") return undefined;
  if (!repositories.has(values.repository)) return undefined;
  // Nothing that a program could take for an option or a path of its own.
  if (!/^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/.test(values.tag)) return undefined;
  if (!/^sha(256:[0-9a-f]{64}|512:[0-9a-f]{128})$/.test(values.digest)) return undefined;
  values.name = values.repository.split("/").at(-1);
  return command.map((word) =>
    word.replace(/\{(repository|tag|digest|name)\}/g, (_, what) => values[what]),
  );
}

function run([program, ...parameters]) {
  return new Promise((resolve, reject) => {
    execFile(program, parameters, { timeout: commandMs }, (error, out, err) => {
      process.stdout.write(`${[program, ...parameters].join(" ")}\n${out}${err}`);
      if (error) reject(error);
      else resolve();
    });
  });
}

async function take(headers, body) {
  if (!isSigned(headers, body)) return 401;
  const id = headers["webhook-id"];
  if (!known.has(id)) known.set(id, begin(JSON.parse(body)));
  try {
    await known.get(id);
  } catch (error) {
    known.delete(id); // The next attempt is one.
    throw error;
  }
  if (known.size > 10_000) known.delete(known.keys().next().value);
  return 200;
}

function begin(event) {
  const words = commandFor(event);
  if (words === undefined) return Promise.resolve();
  const mine = turn.then(() => run(words));
  turn = mine.catch(() => undefined);
  return mine;
}

const server = createServer((request, response) => {
  const chunks = [];
  let size = 0;
  request.on("data", (chunk) => {
    size += chunk.length;
    if (size > bodyLimit) request.destroy();
    else chunks.push(chunk);
  });
  request.on("end", () => {
    take(request.headers, Buffer.concat(chunks).toString("utf8"))
      .catch((error) => {
        process.stderr.write(`${error.message}\n`);
        return 500;
      })
      .then((status) => response.writeHead(status).end());
  });
});
server.listen(Number(port), host, () => {
  process.stdout.write(`listening on ${host}:${server.address().port}\n`);
});

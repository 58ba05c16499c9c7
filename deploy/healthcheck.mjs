// Asks the server in the same container whether it is alive, or for the path that is given. Exit code 0:
// it answered 200. It knows the environment that the image is run with, not entrepot.json.
import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";

const timeoutMs = 4_000;
const { ENTREPOT_HTTP = "127.0.0.1:5050", ENTREPOT_HTTPS = "127.0.0.1:5443" } = process.env;
const [path = "/healthz"] = process.argv.slice(2);
const isHttp = ENTREPOT_HTTP !== "" && ENTREPOT_HTTP !== "off";
const address = isHttp ? ENTREPOT_HTTP : ENTREPOT_HTTPS;
const request = isHttp ? requestHttp : requestHttps;

function end(sentence) {
  console.log(sentence);
  process.exit(sentence === "ok" ? 0 : 1);
}

request(
  {
    host: hostOf(address),
    port: address.slice(address.lastIndexOf(":") + 1),
    path,
    timeout: timeoutMs,
    rejectUnauthorized: false, // A question without secrets, by a name that need not be the server's.
  },
  (response) => end(response.statusCode === 200 ? "ok" : `status ${response.statusCode}`),
)
  .on("timeout", () => end("no answer in time"))
  .on("error", (error) => end(error.message))
  .end();

/** Where to reach a server that listens on that address. */
function hostOf(listener) {
  const host = listener.slice(0, listener.lastIndexOf(":")).replace(/[[\]]/g, "");
  if (host === "" || host === "0.0.0.0") return "127.0.0.1";
  return host === "::" ? "::1" : host;
}

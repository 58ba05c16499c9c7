// Asks the server in the same container whether it is alive. Exit code 0: it is.
// It knows the settings that the image is run with from the environment, not those of entrepot.json.
import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";

const timeoutMs = 4_000;
const { ENTREPOT_HTTP = "127.0.0.1:5050", ENTREPOT_HTTPS = "127.0.0.1:5443" } = process.env;
const isHttp = ENTREPOT_HTTP !== "" && ENTREPOT_HTTP !== "off";
const address = isHttp ? ENTREPOT_HTTP : ENTREPOT_HTTPS;
const request = isHttp ? requestHttp : requestHttps;

function end(sentence) {
  console.log(sentence);
  process.exit(sentence === "alive" ? 0 : 1);
}

request(
  {
    host: hostOf(address),
    port: address.slice(address.lastIndexOf(":") + 1),
    path: "/healthz",
    timeout: timeoutMs,
    rejectUnauthorized: false, // It never leaves the container, and the name would not fit.
  },
  (response) => end(response.statusCode === 200 ? "alive" : `status ${response.statusCode}`),
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

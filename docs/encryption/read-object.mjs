#!/usr/bin/env node
// Reads an object of a stopped embedded store without Entrepot: see docs/encryption.md.
//
//   node read-object.mjs <data directory> <digest> > content
//
// The master key is the data directory's own, or ENTREPOT_MASTER_KEY. Needs Node.js 24 and nothing else.
import { createDecipheriv, createHash, createHmac, hkdfSync } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

const [data, digest] = process.argv.slice(2);
const masterKeyText = process.env.ENTREPOT_MASTER_KEY ?? readFileSync(join(data, "master.key"), "ascii");
const masterKey = Buffer.from(masterKeyText.trim(), "base64");
const database = new DatabaseSync(join(data, "metadata.db"), { readOnly: true });
const row = (sql, ...values) => database.prepare(sql).get(...values);

/** AES-256-GCM: nonce (12 bytes), ciphertext, tag (16 bytes). */
function open(key, sealed, aad) {
  const end = sealed.length - 16;
  const cipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, 12), { authTagLength: 16 });
  cipher.setAAD(aad).setAuthTag(sealed.subarray(end));
  return Buffer.concat([cipher.update(sealed.subarray(12, end)), cipher.final()]);
}

const context = (...values) => Buffer.from(JSON.stringify(values));
const uint32 = (bytes, at) => new DataView(bytes.buffer, bytes.byteOffset).getUint32(at);

/** The keys that the master key opens; before a first rotation there is one, itself. */
function generation(number) {
  const stored = row("select value from account_setting where name = 'KEYRING'");
  if (stored === undefined) return masterKey;
  const { masterKeys, generations } = JSON.parse(stored.value);
  const id = Buffer.from(hkdfSync("sha256", masterKey, "", "entrepot master key id", 8)).toString("hex");
  if (generations.find((each) => each.number === number).is === id) return masterKey;
  const { sealed } = masterKeys.find((each) => each.id === id);
  return open(masterKey, Buffer.from(sealed[number], "base64"), context("generation", 1, number, id));
}

/** A service key, or a version of a KMS key. */
function unwrap(wrapped, kind, ...of) {
  const bytes = Buffer.from(wrapped);
  const form = bytes[0];
  const number = form === 1 ? 0 : uint32(bytes, 1);
  return open(generation(number), bytes.subarray(form === 1 ? 1 : 5), context(kind, form, ...of));
}

function underServiceKey(wrapped, { account, region, id }) {
  const version = uint32(wrapped, 1);
  const sql = "select wrapped from service_key where account = ? and region = ? and version = ?";
  const service = unwrap(row(sql, account, region, version).wrapped, "service key", account, region, version);
  return open(service, wrapped.subarray(5), context("data key", 1, version, account, region, id));
}

function underKmsKey(wrapped, { account, region, id }) {
  const owner = wrapped.toString("latin1", 1, 13);
  const hex = wrapped.toString("hex", 13, 29);
  const key = hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  const version = uint32(wrapped, 29);
  const sql = "select wrapped from kms_key_version where account = ? and region = ? and key = ? and version = ?";
  const stored = row(sql, owner, region, key, version).wrapped;
  const material = unwrap(stored, "kms key", owner, region, key, version);
  const mac = createHmac("sha256", material).update(Buffer.of(0, 0, 0, 1)).update("entrepot kms use");
  const salt = wrapped.subarray(34, 50);
  const use = mac.update(Buffer.of(0)).update(salt).update(Buffer.of(0, 0, 1, 0)).digest();
  return open(use, wrapped.subarray(50, 110), context("data key", 2, account, region, id));
}

/** One key for each layer, the innermost first. */
function dataKeys(object) {
  const wrapped = Buffer.from(object.wrapped_key);
  if (wrapped[0] === 1) return [underServiceKey(wrapped, object)];
  if (wrapped[0] === 2) return [underKmsKey(wrapped, object)];
  return [underKmsKey(wrapped, object), underServiceKey(wrapped.subarray(110), object)];
}

const found = row("select * from object where digest = ? and state = 'live'", digest);
if (found === undefined) throw new Error(`there is no object with the digest ${digest}`);
const kept = row("select content from object_content where object = ?", found.id);
const file = join(data, "blobs", "objects", found.id.slice(0, 2), found.id);
if (kept === undefined && !existsSync(file)) throw new Error(`${file} is not there`);
const sealed = kept === undefined ? readFileSync(file) : Buffer.from(kept.content);
const header = sealed.subarray(0, 16);
const frameBytes = 2 ** header[9];
const keys = dataKeys(found);
const hash = createHash(digest.split(":")[0]);
let at = 16;
let index = 0;
for (const run of found.layout === "" ? [] : found.layout.split(",")) {
  const [segmentBytes, count = 1] = run.split("x").map(Number);
  for (let segment = 0; segment < count; segment++) {
    for (let left = segmentBytes; left > 0; left -= frameBytes, index++) {
      const end = at + Math.min(left, frameBytes) + 28 * keys.length;
      let frame = sealed.subarray(at, end);
      for (let layer = keys.length - 1; layer >= 0; layer--) {
        const place = Buffer.alloc(9);
        place.writeBigUInt64BE(BigInt(index));
        place[8] = (left <= frameBytes ? 1 : 0) | (layer << 1);
        frame = open(keys[layer], frame, Buffer.concat([header, Buffer.from(found.id, "hex"), place]));
      }
      hash.update(frame);
      process.stdout.write(frame);
      at = end;
    }
  }
}
if (`${digest.split(":")[0]}:${hash.digest("hex")}` !== digest) throw new Error("it has another digest");

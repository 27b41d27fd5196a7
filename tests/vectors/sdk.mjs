/**
 * Sign the cases on standard input with the TypeScript SDK's own function, and print what it signed, as JSON.
 *
 * The SDK does not export `requestAfterHook`, the function that sets the Signature header: its CommonJS build is
 * compiled here as published, with one line behind it that hands the function out. Its `crypto` is the real one, and
 * also notes the key and the text that it is given.
 */
import crypto from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { compileFunction } from "node:vm";

const BASE = "https://api.snaptrade.com";
// As every signed operation of the SDK describes itself to the function.
const SIGNING = {
  commercialApiKey: {
    secretParameter: "consumerKey",
    signedSecuritySchemes: ["PartnerSignature", "PartnerTimestamp"],
  },
};

const require = createRequire(import.meta.url);
const file = require.resolve("snaptrade-typescript-sdk");
const noted = {};

const notingCrypto = {
  createHmac(algorithm, key) {
    const hmac = crypto.createHmac(algorithm, key);
    noted.key = key;
    return {
      update(message) {
        noted.base = message;
        hmac.update(message);
      },
      digest: (encoding) => hmac.digest(encoding),
    };
  },
};

function loadSdk() {
  const source = `${readFileSync(file, "utf8")}\nmodule.exports.requestAfterHook = requestAfterHook;`;
  const requireThere = createRequire(file);
  const module = { exports: {} };
  compileFunction(source, ["exports", "require", "module"], { filename: file })(
    module.exports,
    (name) => (name === "crypto" ? notingCrypto : requireThere(name)),
    module,
  );
  return module.exports;
}

async function sign(sdk, { consumer_key: consumerKey, path, query, body }) {
  const configuration = new sdk.Configuration({ auth: sdk.SnaptradeAuth.commercialApiKey({ consumerKey }) });
  // The SDK's client writes the body with JSON.stringify before it calls the function.
  const data = body === null ? undefined : JSON.stringify(JSON.parse(body));
  const axiosArgs = { url: `${path}?${query}`, options: { headers: {}, data } };
  await sdk.requestAfterHook({
    configuration,
    basePath: BASE,
    axiosArgs,
    url: BASE + axiosArgs.url,
    operationAuth: { selectedAuthMode: configuration.authMode, requestSigningByAuthMode: SIGNING },
  });
  return { signature: axiosArgs.options.headers.Signature, ...noted };
}

const sdk = loadSdk();
const signed = [];
for (const request of JSON.parse(readFileSync(0, "utf8"))) signed.push(await sign(sdk, request));
console.log(JSON.stringify({ version: require("snaptrade-typescript-sdk/package.json").version, signed }));

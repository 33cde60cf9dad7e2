// What the official Node.js client makes of each case: `node client.mjs CASES RESULTS`
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import tencentcloud from "tencentcloud-sdk-nodejs";
import common from "tencentcloud-sdk-nodejs/tencentcloud/common/common_client.js";
import exception from "tencentcloud-sdk-nodejs/tencentcloud/common/exception/tencent_cloud_sdk_exception.js";

const versionOf = (name) => createRequire(import.meta.url)(`${name}/package.json`).version;

function settingsOf(given) {
  return {
    credential: { secretId: given.secret_id, secretKey: given.secret_key, token: given.token ?? undefined },
    region: given.region,
    profile: {
      signMethod: given.signed_by,
      language: given.language,
      httpProfile: {
        protocol: `${given.scheme}://`,
        endpoint: given.endpoint,
        reqMethod: given.method,
        reqTimeout: given.timeout,
        ...(given.proxy && { proxy: given.proxy }),
      },
    },
  };
}

async function send(given) {
  const settings = settingsOf(given);
  if (given.generic) {
    const client = new common.CommonClient(given.endpoint, given.version, settings);
    return client.request(given.action, given.params, { skipSign: given.skip_sign });
  }
  const client = new tencentcloud.ccc.v20200210.Client(settings);
  let answer;
  for (let call = 0; call < given.calls; call++) {
    answer = await client.CreateAIAgentCall(given.params);
  }
  return answer;
}

async function outcome(given) {
  try {
    const { SessionId, RequestId } = await send(given);
    return { ok: { SessionId, RequestId } };
  } catch (error) {
    const own = error instanceof exception.default;
    const { code, httpCode: status, requestId: request_id, message } = error;
    const name = own ? "TencentCloudSDKHttpException" : error.constructor.name;
    return { raised: { class: name, own, ...(own && { code, status, request_id }), message } };
  }
}

const [, , casesFile, resultsFile] = process.argv;
const sdk = "tencentcloud-sdk-nodejs";
const lines = [{ about: [`${sdk} ${versionOf(sdk)}`, `node-fetch ${versionOf("node-fetch")}`, `Node.js ${process.versions.node}`] }];
for (const given of JSON.parse(readFileSync(casesFile, "utf-8"))) {
  lines.push({ case: given.case, ...(await outcome(given)) });
}
writeFileSync(resultsFile, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
process.exit(); // a connection whose answer it no longer waits for would hold it

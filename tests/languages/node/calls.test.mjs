// A refused number, a rate limit, and one call that is placed.  Run it: npm install && node --test
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import tencentcloud from "tencentcloud-sdk-nodejs";
import exception from "tencentcloud-sdk-nodejs/tencentcloud/common/exception/tencent_cloud_sdk_exception.js";

const URL_OF_FAKE = process.env.CCC_MOCK_URL ?? "http://127.0.0.1:8679";
const OWN_NUMBER = "008613800000001";
const ANOTHER = "008613800000002";

// The code under test: as in production.
async function placeCall(client, callee) {
  const call = { SdkAppId: 1400000000, AIAgentId: 15, Callee: callee };
  return (await client.CreateAIAgentCall(call)).SessionId;
}

async function control(method, path, body) {
  const answer = await fetch(`${URL_OF_FAKE}/_ccc/${path}`, { method, body: body && JSON.stringify(body) });
  assert.ok(answer.ok, `${method} ${path}: ${answer.status}`);
  return answer.json();
}

let client;
let ofAccount;

// A fresh account: whoever signs with its credential is alone on the fake.
beforeEach(async () => {
  const made = await control("POST", "accounts");
  ofAccount = `?account=${made.account}`;
  client = new tencentcloud.ccc.v20200210.Client({
    credential: { secretId: made.secret_id, secretKey: made.secret_key },
    region: "",
    profile: { httpProfile: { protocol: "http://", endpoint: new URL(URL_OF_FAKE).host } },
  });
});

afterEach(() => control("DELETE", `accounts${ofAccount}`));

test("a refused number, then a rate limit, then one call", async () => {
  const plan = `callee=${OWN_NUMBER}: FailedOperation.CalleeIsBlackUser*; RequestLimitExceeded`;
  await control("POST", `plans${ofAccount}`, { plan });

  const refusedWith = (code) => (error) => {
    assert.ok(error instanceof exception.default); // the SDK's TencentCloudSDKHttpException
    assert.equal(error.code, code);
    assert.ok(error.requestId);
    return true;
  };
  await assert.rejects(placeCall(client, OWN_NUMBER), refusedWith("FailedOperation.CalleeIsBlackUser"));
  await assert.rejects(placeCall(client, ANOTHER), refusedWith("RequestLimitExceeded"));
  const sessionId = await placeCall(client, ANOTHER);

  const ledger = await control("GET", `ledger${ofAccount}`);
  assert.deepEqual(ledger.calls.map((call) => call.session_id), [sessionId]);
  assert.deepEqual(ledger.duplicates, []);
});

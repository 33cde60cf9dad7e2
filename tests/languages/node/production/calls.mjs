// Code as in production, host name and all: it knows of no fake, and meets one under `ccc-mock exec`.
import assert from "node:assert/strict";
import { test } from "node:test";
import tencentcloud from "tencentcloud-sdk-nodejs";

const client = (profile) =>
  new tencentcloud.ccc.v20200210.Client({
    credential: { secretId: process.env.TENCENTCLOUD_SECRET_ID, secretKey: process.env.TENCENTCLOUD_SECRET_KEY },
    region: "ap-shanghai",
    profile,
  });

const placeCall = (client, callee) =>
  client.CreateAIAgentCall({ SdkAppId: 1400000000, AIAgentId: 15, Callee: callee });

test("a refusal, and then a call", async () => {
  const code = "FailedOperation.CalleeIsBlackUser";
  await assert.rejects(placeCall(client(), "008613800000001"), { code });
  assert.ok((await placeCall(client(), "008613800000002")).SessionId);
});

test("plain HTTP, for which the client asks its proxy for a tunnel, too", async () => {
  const http = client({ httpProfile: { protocol: "http://" } });
  assert.ok((await placeCall(http, "008613800000003")).SessionId);
});

"""Code as in production, host name and all: it knows of no fake, and meets one under `ccc-mock exec`."""

import unittest

from tencentcloud.ccc.v20200210 import ccc_client, models
from tencentcloud.common.credential import EnvironmentVariableCredential
from tencentcloud.common.exception import TencentCloudSDKException


def place_call(callee):
    client = ccc_client.CccClient(EnvironmentVariableCredential().get_credential(), "ap-shanghai")
    call = models.CreateAIAgentCallRequest()
    call.SdkAppId, call.AIAgentId, call.Callee = 1400000000, 15, callee
    return client.CreateAIAgentCall(call).SessionId


class Calls(unittest.TestCase):
    def test_a_refusal_and_then_a_call(self):
        with self.assertRaises(TencentCloudSDKException) as refused:
            place_call("008613800000001")
        self.assertEqual(refused.exception.code, "FailedOperation.CalleeIsBlackUser")
        self.assertTrue(place_call("008613800000002"))

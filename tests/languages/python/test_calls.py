"""A refused number, a rate limit, and one call that is placed.  Run it: python -m unittest test_calls.py"""

import json
import os
import subprocess
import sys
import unittest
from urllib.request import Request, urlopen

from tencentcloud.ccc.v20200210 import ccc_client, models
from tencentcloud.common.credential import Credential
from tencentcloud.common.exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile

OWN_NUMBER, ANOTHER = "008613800000001", "008613800000002"


def place_call(client: ccc_client.CccClient, callee: str) -> str:
    """The code under test: as in production."""
    call = models.CreateAIAgentCallRequest()
    call.SdkAppId, call.AIAgentId, call.Callee = 1400000000, 15, callee
    return client.CreateAIAgentCall(call).SessionId


class Calls(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.url = os.environ.get("CCC_MOCK_URL", "http://127.0.0.1:8679")
        try:
            cls.control("GET", "health")
        except OSError:  # none answers: start one, for as long as this class runs
            command = [sys.executable, "-m", "ccc_mock.cli", "serve", "--port", "0", "--json", "--quiet"]
            fake = cls.enterClassContext(subprocess.Popen(command, stdout=subprocess.PIPE))
            cls.addClassCleanup(fake.terminate)
            cls.url = json.loads(fake.stdout.readline())["url"]

    @classmethod
    def control(cls, method: str, path: str, body: object = None) -> dict:
        data = None if body is None else json.dumps(body).encode()
        with urlopen(Request(f"{cls.url}/_ccc/{path}", data, method=method), timeout=5) as answer:
            return json.load(answer)

    def setUp(self) -> None:
        """A fresh account: whoever signs with its credential is alone on the fake."""
        made = self.control("POST", "accounts")
        self.of_account = f"?account={made['account']}"
        self.addCleanup(self.control, "DELETE", "accounts" + self.of_account)
        http = HttpProfile(protocol="http", endpoint=self.url.removeprefix("http://"))
        credential = Credential(made["secret_id"], made["secret_key"])
        self.client = ccc_client.CccClient(credential, "", ClientProfile(httpProfile=http))

    def refused(self, callee: str) -> str:
        with self.assertRaises(TencentCloudSDKException) as caught:
            place_call(self.client, callee)
        self.assertTrue(caught.exception.requestId)
        return caught.exception.code

    def test_a_refused_number_then_a_rate_limit_then_one_call(self) -> None:
        plan = f"callee={OWN_NUMBER}: FailedOperation.CalleeIsBlackUser*; RequestLimitExceeded"
        self.control("POST", "plans" + self.of_account, {"plan": plan})

        self.assertEqual(self.refused(OWN_NUMBER), "FailedOperation.CalleeIsBlackUser")
        self.assertEqual(self.refused(ANOTHER), "RequestLimitExceeded")
        session_id = place_call(self.client, ANOTHER)

        ledger = self.control("GET", "ledger" + self.of_account)
        self.assertEqual([call["session_id"] for call in ledger["calls"]], [session_id])
        self.assertEqual(ledger["duplicates"], [])


if __name__ == "__main__":
    unittest.main()

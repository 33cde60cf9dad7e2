"""The official Python SDK's own signer, asked for one case: a case in, the Authorization header out."""

from __future__ import annotations

import datetime
import json
import sys
from types import SimpleNamespace

from tencentcloud.common.common_client import CommonClient
from tencentcloud.common.credential import Credential

asked = json.load(sys.stdin)
request = asked["request"]
given = {name.lower(): value for name, value in request["headers"]}
wire_names = ("Content-Type", "Host", "X-TC-Timestamp", "X-TC-Content-SHA256")
headers = {name: given.get(name.lower(), "") for name in wire_names}
data = request["query"] if request["method"] == "GET" else request["body"]
about = SimpleNamespace(uri="/", method=request["method"], header=headers, data=data)

client = CommonClient(asked["service"], "2020-02-10", Credential(asked["secret_id"], asked["secret_key"]), "")
date = datetime.datetime.fromtimestamp(asked["timestamp"], datetime.UTC).strftime("%Y-%m-%d")
signature = client._get_tc3_signature({}, about, date, asked["service"], asked["secret_key"])
sys.stdout.write(
    f"TC3-HMAC-SHA256 Credential={asked['secret_id']}/{date}/{asked['service']}/tc3_request, "
    f"SignedHeaders=content-type;host, Signature={signature}"
)

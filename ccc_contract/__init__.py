"""The contract of Tencent Cloud Contact Center's API, as data and as the rules of its wire."""

from .errors import ApiError
from .http import Headers, Request, Response
from .model import Api
from .reading import load_api
from .signing import sign

__all__ = ["Api", "ApiError", "Headers", "Request", "Response", "load_api", "sign"]

"""What crosses the desk's API: requests, answers, events, error codes. The only room that ``api`` and ``client`` share.

``API_VERSION`` changes when an older client would misread an answer; console and desk refuse to trade across versions.
"""

API_VERSION = 1
PREFIX = "/api/v1"
